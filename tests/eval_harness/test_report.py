from __future__ import annotations

import re

from eval_harness.records import RecordFile
from eval_harness.report import as_text
from eval_harness.summary import summarise
from tests.eval_harness.made import a_header, pairs_of_lines, records_of


def text_of(pairs: list[tuple[str, str]], **header: object) -> str:
    return as_text(summarise(RecordFile(a_header(**{"items": len(pairs)} | header), [*records_of(pairs)])))


def line_of(text: str, start: str) -> list[str]:
    return next(line for line in text.splitlines() if line.startswith(start)).split()


def test_a_score_stands_beside_its_floor() -> None:
    text = text_of([(reference, reference) for _, reference in pairs_of_lines(40)])
    head = next(line for line in text.splitlines() if line.startswith("overlap"))
    assert re.split(r"  +", head)[1:] == ["value", "95% interval", "floor", "z", "p", "lift", "one reply for all"]
    cells = line_of(text, "chrF++")
    assert cells[1] == "↑"
    assert "±" in cells
    assert "0.001" in cells


def test_who_was_evaluated_on_what() -> None:
    text = text_of(pairs_of_lines(3), adapter="lora", adapter_sha256="ef" * 32, items=7)
    assert text.startswith("tiny.gguf + lora (gguf, abababababab), persona 1, seed 1")
    assert "test split of dialogues (cdcdcdcdcdcd): 3 of 7 items in 3 conversations" in text


def test_a_missing_value_is_a_dash_and_a_reason() -> None:
    text = text_of([("", "ক খ"), ("", "গ ঘ")])
    assert line_of(text, "bengali_share")[2:] == ["-", "-", "every", "reply", "is", "empty"]


def test_warnings_and_signatures_follow() -> None:
    lines = text_of([("আমি শুনছি।", reference) for _, reference in pairs_of_lines(4)]).splitlines()
    assert any(line.startswith("! chrF++ does not clear its floor") for line in lines)
    assert any(line.startswith("chrF++|v:1|norm:") and "|nw:2|" in line for line in lines)
    assert lines[-1].startswith("chance:permutation|")


def test_one_record() -> None:
    text = text_of([("আমি শুনছি।", "আমি শুনছি, বলুন।")])
    assert "overlap with" not in text
    assert line_of(text, "chrF++")[3] == "-"
