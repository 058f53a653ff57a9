"""`sahayok-eval compare`: what differs between the replies of models, and a gate for regressions. Needs no model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval_harness.commands.options import add_subword_tokenizer, natural, subword_tokenizer


def add(commands: Any) -> None:
    parser = commands.add_parser("compare", help="compare records with those of a baseline; can fail on a regression")
    parser.add_argument("base", type=Path, metavar="BASE", help="the baseline: a record file or a table of others")
    parser.add_argument("others", type=Path, nargs="+", metavar="OTHER", help="what is compared with it")
    parser.add_argument(
        "--metric", nargs="+", action="extend", metavar="NAME", help="only these, given after the files (default: all)"
    )
    parser.add_argument("--slice", metavar="KEY", help="also the differences by situation, region, turn or another key")
    parser.add_argument(
        "--fail-if",
        nargs="+",
        action="extend",
        default=[],
        metavar="CONDITION",
        help="exit 1 when METRIC [surely] drops|rises|worsens X, as in 'chrF++ drops 0.5'; given after the files",
    )
    parser.add_argument(
        "--examples", type=natural, default=5, metavar="N", help="show the N largest gains and losses (%(default)s)"
    )
    add_subword_tokenizer(parser)
    parser.add_argument("--json", action="store_true", help="everything, with signatures, as JSON")
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    import json
    import sys
    from dataclasses import replace

    from eval_harness.compare import compare
    from eval_harness.comparison.gate import find_metric, parse_condition
    from eval_harness.comparison.text import as_text, failures
    from eval_harness.metrics import metrics_for
    from eval_harness.record_sets import load_record_set, unique_names

    tokenizer = subword_tokenizer(arguments)
    paths = [arguments.base, *arguments.others]
    sets = [load_record_set(path) for path in paths]
    base, *others = [replace(one, name=name) for one, name in zip(sets, unique_names(sets, paths), strict=True)]
    metrics = metrics_for(base.header, tokenizer)
    conditions = [parse_condition(text, metrics) for text in arguments.fail_if]
    if arguments.metric:
        wanted = [*arguments.metric, *(condition.metric for condition in conditions)]
        metrics = list(dict.fromkeys(find_metric(name, metrics) for name in wanted))
    comparisons = [
        compare(
            base,
            other,
            metrics,
            named=bool(arguments.metric),
            conditions=conditions,
            slice_by=arguments.slice,
            shown=arguments.examples,
        )
        for other in others
    ]
    if len(others) > 1:
        note = f"p is corrected within each of the {len(others)} comparisons, not across them."
        comparisons = [replace(one, warnings=[*one.warnings, note]) for one in comparisons]
    if arguments.json:
        print(json.dumps([one.to_json() for one in comparisons], ensure_ascii=False, indent=1))
    else:
        named = [metric.name for metric in metrics] if arguments.metric else []
        print("\n".join(as_text(one, named) for one in comparisons), end="")
    for one in comparisons:
        for line in failures(one):
            print(f"sahayok-eval: {line}", file=sys.stderr)
    return 1 if any(one.failed for one in comparisons) else 0
