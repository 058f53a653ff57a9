from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval_harness.errors import EvalError
from eval_harness.record_sets import load_record_set, load_record_sets, unique_names
from eval_harness.records import Skipped
from tests.eval_harness.made import a_header, a_record, a_set, write_records


def test_a_set_is_in_order_whatever_was_finished_first(tmp_path: Path) -> None:
    entries = [
        a_record(id="b-1#1"),
        a_record(id="a-1#2"),
        Skipped("c-1#1", "too long"),
        a_record(id="a-1#1"),
    ]
    read = load_record_set(write_records(tmp_path / "r.jsonl", a_header(items=5, replies=5), entries))
    assert [record.id for record in read.records] == ["a-1#1", "a-1#2", "b-1#1"]
    assert (read.name, read.expected, read.conversations) == ("tiny.gguf", 5, 2)
    assert read.skipped == [Skipped("c-1#1", "too long")]
    assert read.notes == []


def test_an_adapter_is_part_of_the_name(tmp_path: Path) -> None:
    header = a_header(adapter="lora", adapter_sha256="ef" * 32)
    assert load_record_set(write_records(tmp_path / "r.jsonl", header, [a_record()])).name == "tiny.gguf + lora"


def test_a_cut_line_is_said(tmp_path: Path) -> None:
    path = write_records(tmp_path / "r.jsonl", a_header(), [a_record()])
    with path.open("ab") as file:
        file.write(b'{"id": ')
    assert load_record_set(path).notes == ["The last line of r.jsonl was cut off (7 bytes) and is left out."]


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([], "holds no reply yet"),
        ([Skipped("x#1", "too long")], "holds no reply yet"),
        ([Skipped("x#1", "too long"), Skipped("x#2", "too long")], "none of the 2 items fits"),
    ],
)
def test_a_file_without_replies_is_refused(tmp_path: Path, entries: list[Skipped], says: str) -> None:
    path = write_records(tmp_path / "r.jsonl", a_header(), entries)
    with pytest.raises(EvalError, match=says):
        load_record_sets(path)


def test_several_models_are_several_sets(tmp_path: Path) -> None:
    rows = [{"model": model, "prediction": "শুনছি।", "question": "কথা"} for model in ("এক", "দুই", "এক")]
    path = tmp_path / "t.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [(each.name, len(each.records)) for each in load_record_sets(path)] == [("এক", 2), ("দুই", 1)]
    with pytest.raises(EvalError, match=r"several models \(এক, দুই\)"):
        load_record_set(path)


def test_names_tell_sets_apart() -> None:
    one, same = a_set([a_record()]), a_set([a_record()])
    other = a_set([a_record()], model="other.gguf")
    paths = [Path("x/a.jsonl"), Path("x/b.jsonl"), Path("x/c.jsonl")]
    assert unique_names([one, same, other], paths) == ["tiny.gguf (a)", "tiny.gguf (b)", "other.gguf"]
    assert unique_names([one, same], [Path("x/a.jsonl"), Path("y/a.jsonl")]) == [
        "tiny.gguf (a) [1]",
        "tiny.gguf (a) [2]",
    ]


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no record file at"):
        load_record_sets(tmp_path / "none.jsonl")
    with pytest.raises(EvalError, match="no record file at"):
        load_record_sets(tmp_path)
