from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_harness.errors import EvalError
from eval_harness.records import Header, Record, RecordWriter, Skipped, is_record_file, read_record_file
from sahayok.conversation import Message
from tests.eval_harness.made import a_header, a_record, write_records

UNICODE = st.text(st.characters(exclude_categories=("Cs",)))


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write_records(tmp_path / "r.jsonl", a_header(), [a_record(id="x-1#1"), Skipped("x-1#2", "it does not fit")])


def test_what_is_written_is_read(written: Path) -> None:
    file = read_record_file(written)
    assert file.header == a_header()
    assert file.entries == [a_record(id="x-1#1"), Skipped("x-1#2", "it does not fit")]
    assert (file.whole_bytes, file.cut_bytes) == (written.stat().st_size, 0)


@given(UNICODE, UNICODE.filter(bool), st.floats(0, 1e6))
def test_records_survive_any_text(reply: str, reference: str, nats: float) -> None:
    record = a_record(reply, reference, nats=nats)
    line = record.to_line()
    assert line.count(b"\n") == 1
    assert Record.from_json(json.loads(line)) == record


def test_header_round_trip() -> None:
    header = a_header(adapter="a", adapter_sha256="ef" * 32, threads=2, engine="huggingface", split="validation")
    assert Header.from_json(json.loads(header.to_line())) == header


def test_every_cut_of_the_last_line_is_dropped(tmp_path: Path) -> None:
    path = write_records(tmp_path / "r.jsonl", a_header(), [a_record(id="x-1#1"), a_record(id="x-2#1")])
    content = path.read_bytes()
    whole = content.rstrip(b"\n").rfind(b"\n") + 1
    for end in range(whole, len(content)):
        path.write_bytes(content[:end])
        file = read_record_file(path)
        assert [record.id for record in file.entries] == ["x-1#1"]
        assert (file.whole_bytes, file.cut_bytes) == (whole, end - whole)


def test_a_cut_header_is_none(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_bytes(a_header().to_line()[:40])
    file = read_record_file(tmp_path / "r.jsonl")
    assert file.header is None
    assert file.cut_bytes == 40


def test_appending_after_a_cut(written: Path) -> None:
    with written.open("ab") as file:
        file.write(b'{"id": "x-2')
    with RecordWriter(written, keep_bytes=read_record_file(written).whole_bytes) as writer:
        writer.write(a_record(id="x-2#1"))
    file_read = read_record_file(written)
    assert [record.id for record in file_read.entries] == ["x-1#1", "x-1#2", "x-2#1"]
    assert file_read.cut_bytes == 0


def change(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.__setitem__(key, value)


@pytest.mark.parametrize(
    ("line", "edit", "says"),
    [
        (1, lambda data: data.pop("reply"), "'reply' is missing"),
        (1, change("extra", 1), "'extra' is unknown"),
        (1, change("reply", None), "'reply' must be text"),
        (1, change("reply", "\ud800"), "it holds half a character"),
        (1, change("messages", [{"role": "user", "content": "\udc00"}]), "it holds half a character"),
        (1, change("expected", ["\ud800"]), "it holds half a character"),
        (1, lambda data: data["counts"].update(seconds=10**400), "'seconds' must be a number"),
        (1, change("finish", "bored"), "'finish' must be eot or length or stopped"),
        (1, lambda data: data["likelihood"].update(bytes=0), "'bytes' must be a whole number from 1"),
        (1, lambda data: data["likelihood"].update(tokens=True), "'tokens' must be"),
        (1, lambda data: data["likelihood"].update(nats=float("nan")), "'nats' must be a number"),
        (1, lambda data: data["likelihood"].update(nats=-1), "'nats' must be a number"),
        (1, change("slices", {"turn": 1}), "'turn' must be text"),
        (1, change("expected", [1]), "'expected' must be a list of words"),
        (1, change("cached", 0), "'cached' must be true or false"),
        (1, change("repeat", -1), "'repeat' must be"),
        (1, change("counts", []), "'counts' must be an object"),
        (1, lambda data: data["counts"].pop("seconds"), "'seconds' is missing"),
        (1, change("messages", "x"), "'messages' must be a list"),
        (1, change("messages", [{"role": "cat", "content": ""}]), "unknown role 'cat'"),
        (0, change("format", "other/9"), "not a record file of the format"),
        (0, lambda data: data.pop("split"), "'split' is missing"),
        (0, change("parallel", 0), "'parallel' must be"),
        (0, lambda data: data["sampling"].pop("seed"), "'seed' is missing"),
        (0, change("items", 0), "'items' must be"),
        (0, change("versions", {"python": 3}), "'python' must be text"),
    ],
)
def test_wrong_keys_name_the_line(written: Path, line: int, edit: Callable[[dict[str, Any]], Any], says: str) -> None:
    lines = written.read_text().splitlines()
    data = json.loads(lines[line])
    edit(data)
    lines[line] = json.dumps(data)
    written.write_text("\n".join(lines) + "\n")
    with pytest.raises(EvalError, match=f"line {line + 1}: .*{says}"):
        read_record_file(written)


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"3", b"\xff", b'{"id": 1, "skipped": "", "repeat": 0}'])
def test_a_bad_line_inside_is_an_error(written: Path, line: bytes) -> None:
    lines = written.read_bytes().splitlines()
    lines[1] = line
    written.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(EvalError, match="line 2: "):
        read_record_file(written)


def test_an_item_twice_is_an_error(tmp_path: Path) -> None:
    path = write_records(tmp_path / "r.jsonl", a_header(), [a_record(), a_record()])
    with pytest.raises(EvalError, match=r"line 3: the item 'x-1#1' is there twice"):
        read_record_file(path)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no record file"):
        read_record_file(tmp_path / "none.jsonl")
    with pytest.raises(EvalError, match="directory"):
        read_record_file(tmp_path)


def test_a_record_of_another_program_has_no_more_than_it_has() -> None:
    record = Record(id="1", conversation_id="1", reply="শুনছি।")
    assert Record.from_json(json.loads(record.to_line())) == record
    assert record.question == ""


def test_the_question_is_what_the_person_said_last() -> None:
    talk = (Message("user", "এক"), Message("assistant", "দুই"), Message("user", "তিন"))
    assert replace(a_record(), messages=talk).question == "তিন"


def test_a_record_file_is_told_by_its_beginning(written: Path, tmp_path: Path) -> None:
    assert is_record_file(written)
    (tmp_path / "other.jsonl").write_text('{"prediction": "শুনছি"}\n')
    assert not is_record_file(tmp_path / "other.jsonl")
