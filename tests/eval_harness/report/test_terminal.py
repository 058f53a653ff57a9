from __future__ import annotations

import re
from dataclasses import replace

from eval_harness.report.terminal import as_text, side_by_side
from eval_harness.summary import summarise
from tests.eval_harness.made import a_record, a_set, pairs_of_lines, records_of


def text_of(pairs: list[tuple[str, str]], **header: object) -> str:
    return as_text(summarise(a_set(records_of(pairs), **header)))


def line_of(text: str, start: str) -> list[str]:
    return next(line for line in text.splitlines() if line.startswith(start)).split()


def test_a_score_stands_beside_its_floor() -> None:
    text = text_of([(reference, reference) for _, reference in pairs_of_lines(40)])
    head = next(line for line in text.splitlines() if line.startswith("overlap"))
    assert re.split(r"  +", head)[1:] == ["value", "95% interval", "floor", "z", "p", "lift", "one for all"]
    cells = line_of(text, "chrF++")
    assert cells[1] == "↑"
    assert "±" in cells
    assert "0.001" in cells


def test_the_tables_fit_100_columns() -> None:
    lines = text_of([(reference, reference) for _, reference in pairs_of_lines(40)]).splitlines()
    assert max(len(line) for line in lines if "|v:" not in line and line[0:1] not in ("!", "")) <= 100


def test_who_was_evaluated_on_what() -> None:
    records = replace(a_set(records_of(pairs_of_lines(3)), quantization="nf4"), expected=7, name="tiny + lora")
    lines = as_text(summarise(records)).splitlines()
    assert lines[0] == "tiny + lora (gguf, abababababab, nf4): 3 of 7 replies in 3 conversations"
    assert lines[1].startswith("suite dialogue, test split of dialogues (cdcdcdcdcdcd), persona 1, seed 1, x86_64")


def test_replies_of_another_program() -> None:
    records = replace(a_set(records_of(pairs_of_lines(3))), header=None, name="table\x1b[2J")
    first = as_text(summarise(records)).splitlines()[0]
    assert first == "table⟨U+001B⟩[2J (another program's): 3 of 3 replies in 3 conversations"


def test_a_missing_value_is_a_reason() -> None:
    text = text_of([("", "ক খ"), ("", "গ ঘ")])
    assert "bengali_share ↑" not in text
    assert "no value (no reply has a letter): bengali_share, drift_rate" in text.splitlines()


def test_what_is_left_out_is_counted() -> None:
    records = [a_record(id="a-1#1"), a_record(reference="", id="a-2#1")]
    text = as_text(summarise(a_set(records)))
    assert re.split(r"  +", text.splitlines()[3]) == ["metric", "value", "95% interval", "n", "left out", "unit"]
    assert line_of(text, "bits_per_byte")[-5:] == ["1", "1", "bits", "a", "byte"]


def test_warnings_and_signatures_follow() -> None:
    lines = text_of([("আমি শুনছি।", reference) for _, reference in pairs_of_lines(4)]).splitlines()
    assert any(line.startswith("! chrF++ does not clear its floor") for line in lines)
    assert any(line.startswith("chrF++|v:1|norm:") and "|nw:2|" in line for line in lines)
    assert lines[-1].startswith("chance:permutation|")


def test_one_record() -> None:
    text = text_of([("আমি শুনছি।", "আমি শুনছি, বলুন।")])
    assert "one for all" not in text
    assert line_of(text, "chrF++")[3] == "–"


def test_side_by_side() -> None:
    good = summarise(a_set(records_of([(reference, reference) for _, reference in pairs_of_lines(40)])))
    bad = summarise(replace(a_set(records_of(pairs_of_lines(40))), name="other.gguf"))
    text = side_by_side([good, bad])
    assert text.splitlines()[:2] == [
        "[1] tiny.gguf (gguf, abababababab): 40 of 40 replies in 40 conversations",
        "[2] other.gguf (gguf, abababababab): 40 of 40 replies in 40 conversations",
    ]
    assert line_of(text, "chrF++ ↑")[2:6] == ["100", "(100", "to", "100)"]
    assert line_of(text, "chrF++ floor").count("±") == 2
    assert "chrF++ one for all" in text
