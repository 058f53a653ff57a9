from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from eval_harness.commands import compare
from eval_harness.errors import EvalError
from eval_harness.records import Record
from tests.eval_harness.made import a_header, pairs_of_lines, records_of, write_records


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    compare.add(parser.add_subparsers())
    parsed = parser.parse_args(["compare", *map(str, arguments)])
    code = parsed.run(parsed)
    assert isinstance(code, int)
    return code


def write(path: Path, records: list[Record], **header: object) -> Path:
    return write_records(path, a_header(items=len(records), replies=len(records), **header), records)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    base = records_of(pairs_of_lines(12))
    other = [replace(record, reply=f"{record.reply} {record.reference[:15]}") for record in base]
    return write(tmp_path / "base.jsonl", base), write(tmp_path / "other.jsonl", other)


def test_text(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*files) == 0
    out, err = capsys.readouterr()
    assert out.startswith("base   tiny.gguf (base) (gguf, ")
    assert "\nother  tiny.gguf (other) (gguf, " in out
    assert "! 12 conversations are few" in out
    assert err == ""


def test_only_the_named_metrics_and_those_of_the_gate(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*files, "--json", "--metric", "ROUGE-L", "chrF2++", "--fail-if", "BLEU drops 1", "chrF++ drops 1") == 0
    (comparison,) = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in comparison["differences"]] == ["ROUGE-L", "chrF++", "BLEU"]
    assert comparison["examples_by"] == "ROUGE-L"
    assert [verdict["failed"] for verdict in comparison["verdicts"]] == [False, False]


def test_a_failed_gate_exits_with_1_and_a_line_each(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    conditions = ("chrF2++ rises 0.1", "ROUGE-1 surely rises 0.1", "bits_per_byte worsens 0")
    for form in ([], ["--json"]):
        assert run(*files, "--fail-if", *conditions, *form) == 1
        lines = capsys.readouterr().err.splitlines()
        assert [line.partition(": ROUGE-1 went")[0].partition(": chrF++ went")[0] for line in lines] == [
            "sahayok-eval: failed, tiny.gguf (other): chrF2++ rises 0.1",
            "sahayok-eval: failed, tiny.gguf (other): ROUGE-1 surely rises 0.1",
        ]


def test_several_others_each_against_the_first(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    base, other = files
    assert run(base, other, base, "--json", "--examples", 1) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["other"], second["other"]) == ("tiny.gguf (other)", "tiny.gguf (base) [2]")
    assert len(first["gains"]) == 1
    assert first["warnings"][-1] == "p is corrected within each of the 2 comparisons, not across them."


def test_a_table_of_another_program(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"question": record.question, "reference": record.reference, "prediction": record.reply}
        for record in records_of(pairs_of_lines(12))
    ]
    table = tmp_path / "theirs.jsonl"
    table.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    assert run(files[0], table, "--json") == 0
    (comparison,) = json.loads(capsys.readouterr().out)
    chrf = next(one for one in comparison["differences"] if one["name"] == "chrF++")
    assert chrf["change"]["difference"] == 0
    assert comparison["pairs"] == 12


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--metric", "chrF3"], "no metric 'chrF3'; there are: bits_per_byte"),
        (["--fail-if", "chrF++ falls 1"], "is no condition: write METRIC"),
        (["--slice", "mood"], "no item has 'mood' to slice by; there are: situation"),
    ],
)
def test_wrong_options_are_told_what_there_is(files: tuple[Path, Path], options: list[str], message: str) -> None:
    with pytest.raises(EvalError, match=message.replace("+", r"\+")):
        run(*files, *options)


def test_runs_on_other_items_are_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "else.jsonl", [replace(one, id=f"y{one.id}") for one in records_of(pairs_of_lines(3))])
    with pytest.raises(EvalError, match="have 0 items in common"):
        run(files[0], elsewhere)
    with pytest.raises(EvalError, match="no record file at"):
        run(files[0], tmp_path / "missing.jsonl")


def test_the_command_line_loads_nothing_heavy() -> None:
    program = (
        "import sys; from eval_harness.commands import compare; "
        "print([name for name in ('numpy', 'sacrebleu', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
