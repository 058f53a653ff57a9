"""`sahayok-eval score`: score replies that are there already, of this harness or another. Needs no model."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    parser = commands.add_parser("score", help="score a record file, or a table of others; needs no model")
    parser.add_argument(
        "records",
        type=Path,
        metavar="RECORDS",
        help="of `run`, or .csv, .jsonl or .xlsx with question, reference, prediction, model",
    )
    parser.add_argument(
        "--subword-tokenizer",
        type=Path,
        metavar="PATH",
        help="also BLEU and ROUGE-L on the pieces of this .gguf file or tokenizer folder, as published scores are",
    )
    parser.add_argument("--json", action="store_true", help="everything, with signatures, as JSON")
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    import json

    from eval_harness.record_sets import load_record_sets
    from eval_harness.report.terminal import as_text
    from eval_harness.subword_tokenizer import load_tokenizer
    from eval_harness.summary import summarise

    path = arguments.subword_tokenizer
    tokenizer = None if path is None else load_tokenizer(path)
    summaries = [summarise(records, tokenizer) for records in load_record_sets(arguments.records)]
    if arguments.json:
        print(json.dumps([summary.to_json() for summary in summaries], ensure_ascii=False, indent=1))
    else:
        print("\n".join(as_text(summary) for summary in summaries), end="")
    return 0
