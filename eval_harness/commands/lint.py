"""`sahayok-eval lint`: look for faults of models and record files that make numbers wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    parser = commands.add_parser("lint", help="look for faults of a model or a record file that make numbers wrong")
    parser.add_argument(
        "targets",
        nargs="+",
        metavar="TARGET",
        help="a record file (also .csv, .jsonl, .xlsx of others), a known model, a .gguf file, a model's or an "
        "adapter's folder",
    )
    parser.add_argument(
        "--corpus", type=Path, metavar="PATH", help="the corpus that the items are from; default: our own"
    )
    parser.add_argument(
        "--training",
        type=Path,
        metavar="PATH",
        help="dialogues that the model was trained on, JSONL or CSV; default: the corpus's train part",
    )
    parser.add_argument("--json", action="store_true", help="every finding, as JSON")
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    import json

    from eval_harness.lint.check import check
    from eval_harness.lint.report import as_json, as_text

    checked = [
        found
        for target in arguments.targets
        for found in check(target, corpus=arguments.corpus, training=arguments.training)
    ]
    if arguments.json:
        print(json.dumps(as_json(checked), ensure_ascii=False, indent=1))
    else:
        print("\n".join(as_text(found) for found in checked), end="")
    return 1 if any(found.count("error") for found in checked) else 0
