from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from eval_harness.errors import EvalError
from eval_harness.records import Record
from eval_harness.report.evaluated import by_items, evaluate, item_of
from sahayok.conversation import Message
from tests.eval_harness.made import a_header, a_record, pairs_of_lines, records_of, write_records
from tests.eval_harness.report.sets import evaluated


def scripted(turn: str, own_reply: str, hash: str) -> Record:
    messages = (Message("user", "মন খারাপ।"), Message("assistant", own_reply), Message("user", "বলুন তো।"))
    return replace(a_record(), slices={"turn": turn}, messages=messages, prompt_sha256=hash * 64)


def test_the_prompt_decides_what_was_asked() -> None:
    one, other = a_record(), replace(a_record(), prompt_sha256="1" * 64)
    assert item_of(one) == item_of(replace(one, reply="অন্য কথা।"))
    assert item_of(one) != item_of(other)
    assert item_of(one) != item_of(replace(one, repeat=1))
    assert item_of(one) != item_of(replace(one, reference="অন্য"))


def test_later_turns_hold_the_models_own_replies() -> None:
    assert item_of(scripted("02", "হ্যাঁ।", "a")) == item_of(scripted("02", "না।", "b"))
    assert item_of(scripted("01", "হ্যাঁ।", "a")) != item_of(scripted("01", "না।", "b"))


def test_replies_of_other_programs_are_told_apart_by_their_questions() -> None:
    one = replace(a_record(), prompt_sha256="")
    assert item_of(one) != item_of(replace(one, messages=(Message("user", "কেমন আছেন?"),)))


def test_sets_of_the_same_items_in_any_order_stand_together() -> None:
    records = records_of(pairs_of_lines(4))
    first, second = evaluated(records, "a"), evaluated(records[::-1], "b")
    third = evaluated(records[:3], "c")
    assert [[one.name for one in group] for group in by_items([first, third, second])] == [["a", "b"], ["c"]]


def test_sets_are_loaded_under_names_that_differ(tmp_path: Path) -> None:
    records = records_of(pairs_of_lines(3))
    header = a_header(items=3, replies=3)
    paths = [write_records(tmp_path / f"{name}.jsonl", header, records) for name in ("one", "two")]
    sets = evaluate(paths)
    assert [one.name for one in sets] == ["tiny.gguf (one)", "tiny.gguf (two)"]
    assert [one.summary.name for one in sets] == [one.name for one in sets]
    assert sets[1].file == "two.jsonl"
    assert sets[1].sha256 == hashlib.sha256(paths[1].read_bytes()).hexdigest()


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no record file"):
        evaluate([tmp_path / "none.jsonl"])
