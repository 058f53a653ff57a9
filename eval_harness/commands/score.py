"""`sahayok-eval score`: score replies that are there already, of this harness or another. Needs no model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval_harness.commands.options import add_subword_tokenizer, subword_tokenizer


def add(commands: Any) -> None:
    parser = commands.add_parser("score", help="score a record file, or a table of others; needs no model")
    parser.add_argument(
        "records",
        type=Path,
        metavar="RECORDS",
        help="of `run`, or .csv, .jsonl or .xlsx with question, reference, prediction, model",
    )
    add_subword_tokenizer(parser)
    parser.add_argument("--json", action="store_true", help="everything, with signatures, as JSON")
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    import json

    from eval_harness.record_sets import load_record_sets
    from eval_harness.report.terminal import as_text
    from eval_harness.summary import summarise

    tokenizer = subword_tokenizer(arguments)
    summaries = [summarise(records, tokenizer) for records in load_record_sets(arguments.records)]
    if arguments.json:
        print(json.dumps([summary.to_json() for summary in summaries], ensure_ascii=False, indent=1))
    else:
        print("\n".join(as_text(summary) for summary in summaries), end="")
    return 0
