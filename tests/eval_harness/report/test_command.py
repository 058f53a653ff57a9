from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from eval_harness.commands import report
from eval_harness.errors import EvalError
from tests.eval_harness.made import a_header, pairs_of_lines, records_of, write_records
from tests.eval_harness.report.page import Page


@pytest.fixture
def records(tmp_path: Path) -> Path:
    return write_records(tmp_path / "one.jsonl", a_header(items=4, replies=4), records_of(pairs_of_lines(4)))


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    report.add(parser.add_subparsers())
    arguments = parser.parse_args(["report", *map(str, words)])
    return int(arguments.run(arguments))


def test_a_page_and_the_summary(records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "report.html"
    assert run(records, "--out", out) == 0
    page = Page(out.read_text(encoding="utf-8"))
    assert ["command", f"sahayok-eval report {records} --out {out}"] in page.rows()
    printed = capsys.readouterr().out
    assert printed.startswith("tiny.gguf (gguf, abababababab): 4 of 4 replies")
    assert printed.endswith(f"the report is in {out}\n")


def test_markdown_of_two_sets(records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "two.jsonl"
    other.write_bytes(records.read_bytes())
    assert run(records, other, "--out", tmp_path / "report.md") == 0
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "**Headline: tiny.gguf (one) and tiny.gguf (two)**" in text
    assert capsys.readouterr().out.startswith("[1] tiny.gguf (one)")


def test_only_what_can_be_written(records: Path, tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"must end in \.html or \.md"):
        run(records, "--out", tmp_path / "report.pdf")
    with pytest.raises(EvalError, match="make it first"):
        run(records, "--out", tmp_path / "none" / "report.md")
    markdown = records.rename(tmp_path / "records.md")
    before = markdown.read_bytes()
    with pytest.raises(EvalError, match="is one of the record files"):
        run(markdown, "--out", markdown)
    assert markdown.read_bytes() == before


def test_nothing_is_left_of_a_report_that_failed(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no record file"):
        run(tmp_path / "none.jsonl", "--out", tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []
