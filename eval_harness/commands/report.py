"""`sahayok-eval report`: one or several record sets as a page that can be kept, printed and sent."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from eval_harness.commands.options import add_subword_tokenizer, subword_tokenizer
from eval_harness.errors import EvalError

KINDS = (".html", ".md")


def add(commands: Any) -> None:
    parser = commands.add_parser("report", help="write a report of record sets, side by side where they can be")
    parser.add_argument("records", nargs="+", type=Path, metavar="RECORDS", help="of this harness, or CSV, JSONL, XLSX")
    parser.add_argument("--out", required=True, type=Path, metavar="report.html|report.md")
    add_subword_tokenizer(parser)
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    out: Path = arguments.out
    if out.suffix.lower() not in KINDS:
        raise EvalError(f"--out {out}: the name must end in {' or '.join(KINDS)}")
    if not out.absolute().parent.is_dir():
        raise EvalError(f"no folder {out.parent} for --out: make it first")
    if out.resolve() in {path.resolve() for path in arguments.records}:
        raise EvalError(f"--out {out} is one of the record files: give another name")

    from datetime import UTC, datetime

    from eval_harness.report.content import document
    from eval_harness.report.evaluated import by_items, evaluate
    from eval_harness.report.html import as_html
    from eval_harness.report.markdown import as_markdown
    from eval_harness.report.terminal import as_text, side_by_side
    from sahayok.files import write_whole

    sets = evaluate(arguments.records, subword_tokenizer(arguments))
    made = document(sets, _command(arguments), datetime.now(UTC))
    text = as_html(made) if out.suffix.lower() == ".html" else as_markdown(made)
    with write_whole(out) as file:
        file.write(text.encode())
    for group in by_items(sets):
        summaries = [one.summary for one in group]
        print(side_by_side(summaries) if len(summaries) > 1 else as_text(summaries[0]))
    print(f"the report is in {out}")
    return 0


def _command(arguments: Any) -> str:
    words = ["sahayok-eval", "report", *map(str, arguments.records), "--out", str(arguments.out)]
    if arguments.subword_tokenizer:
        words += ["--subword-tokenizer", str(arguments.subword_tokenizer)]
    return shlex.join(words)
