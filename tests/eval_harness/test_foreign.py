from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from eval_harness.errors import EvalError
from eval_harness.foreign import read_table
from eval_harness.records import Record, Skipped
from sahayok.conversation import Message

COLUMNS = ("question", "reference", "prediction", "model")
ROWS = [
    ("মন খারাপ।", "কী হয়েছে?", "বলুন, শুনছি।", "m"),
    ("", "কী হয়েছে?", 'বলুন\nশুনছি, "সব"।', "m"),
    ("ঘুম আসে না", "", "", "m"),
    ("", "", "", "m"),
]
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)


def as_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def as_jsonl(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    path.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows))
    return path


def as_xlsx(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    book = Workbook()
    for row in (columns, *rows):
        book.active.append([cell or None for cell in row])
    book.save(path)
    return path


WRITERS = {"csv": as_csv, "jsonl": as_jsonl, "xlsx": as_xlsx}


@pytest.mark.parametrize("kind", WRITERS)
def test_the_four_fields_are_read_and_any_may_be_empty(tmp_path: Path, kind: str) -> None:
    (read,) = read_table(WRITERS[kind](tmp_path / f"t.{kind}", COLUMNS, ROWS))
    assert (read.name, read.header, read.expected) == ("m", None, 4)
    assert read.records == [
        Record(
            id="row-1",
            conversation_id="row-1",
            messages=(Message("user", "মন খারাপ।"),),
            reference="কী হয়েছে?",
            reply="বলুন, শুনছি।",
        ),
        Record(id="row-2", conversation_id="row-2", reference="কী হয়েছে?", reply='বলুন\nশুনছি, "সব"।'),
        Record(id="row-3", conversation_id="row-3", messages=(Message("user", "ঘুম আসে না"),), reply=""),
    ]
    assert read.skipped == [Skipped("row-4", "the row is empty")]
    assert read.notes == []


@pytest.mark.parametrize("kind", WRITERS)
def test_further_columns(tmp_path: Path, kind: str) -> None:
    columns = ("ID", "Conversation_id", "Question", "Prediction", "situation", "score")
    path = WRITERS[kind](tmp_path / f"t.{kind}", columns, [("a", "talk", "কথা", "শুনছি", "exam", "5")])
    (read,) = read_table(path)
    record = read.records[0]
    assert (record.id, record.conversation_id, record.slices) == ("a", "talk", {"situation": "exam"})
    assert read.name == "t"  # no column model: the file's name
    assert read.notes == [f"Columns of t.{kind} that are not used: score."]


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize(
    ("columns", "rows", "says"),
    [
        (("Antwort", "Frage"), [("a", "b")], "the columns are antwort, frage; needed are prediction and"),
        (("prediction",), [("a",)], "needed are prediction and question or reference"),
        (COLUMNS, [], "holds no row"),
        (("id", "question", "prediction"), [("7", "a", "b"), ("7", "c", "d")], "the id '7' is there twice"),
        (COLUMNS, [("", "", "", "m")], "every row of the model m is empty"),
    ],
)
def test_what_cannot_be_scored_is_one_line(
    tmp_path: Path, kind: str, columns: Sequence[str], rows: Sequence[Sequence[str]], says: str
) -> None:
    with pytest.raises(EvalError, match=says) as caught:
        read_table(WRITERS[kind](tmp_path / f"t.{kind}", columns, rows))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.csv", "question,prediction\nক,খ\n".encode() + b"\xe0\xa6,x\n", "line 3: it is not UTF-8"),
        ("t.csv", "question,prediction\nক,খ\n".encode("utf-16"), "line 1: it is not UTF-8"),
        ("t.csv", b"question,prediction\na,b,c\n", "line 2: the row has not as many fields"),
        ("t.csv", b'question,prediction\na,"b\n', "unexpected end of data"),
        ("t.csv", b"question,prediction,Prediction\na,b,c\n", "line 1: the column 'prediction' is there twice"),
        ("t.jsonl", b'{"question": "a"\n{"question": "b", "prediction": "c"}\n', "line 1: it is not whole JSON"),
        ("t.jsonl", b'{"question": "a", "Question": "b"}\n', "line 1: the column 'question' is there twice"),
        ("t.jsonl", b'{"question": "a", "prediction": "b", "n": ' + b"1" * 5000 + b"}\n", "line 1: it is not whole"),
        ("t.jsonl", b'{"question": "a", "prediction": 3}\n', "line 1: 'prediction' must be text"),
        ("t.jsonl", b'{"question": "\\ud800", "prediction": "c"}\n', "line 1: it holds half a character"),
        ("t.jsonl", b"[]\n", "line 1: it is not a JSON object"),
        ("t.jsonl", b"\xff\n", "line 1: it is not UTF-8"),
        ("t.xlsx", b"PK not a book", "not a whole XLSX file"),
        ("t.txt", b"x", "a table as .csv, .jsonl or .xlsx"),
    ],
)
def test_damage_is_one_line(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EvalError, match=says):
        read_table(tmp_path / name)


@pytest.mark.parametrize("cut", [1, 5, 40, 44])
def test_a_line_that_was_cut_off_is_counted(tmp_path: Path, cut: int) -> None:
    row = json.dumps({"question": "কথা", "prediction": "শুনছি"}, ensure_ascii=False).encode()
    (tmp_path / "t.jsonl").write_bytes(row + b"\n" + row[:cut])
    (read,) = read_table(tmp_path / "t.jsonl")
    assert len(read.records) == 1
    assert read.notes == [f"The last line of t.jsonl was cut off ({cut} bytes) and is left out."]


def test_a_last_line_without_newline_is_whole(tmp_path: Path) -> None:
    row = json.dumps({"question": "কথা", "prediction": "শুনছি"})
    (tmp_path / "t.jsonl").write_text(f"{row}\n{row}")
    assert len(read_table(tmp_path / "t.jsonl")[0].records) == 2


def test_a_reply_of_a_million_characters_is_read(tmp_path: Path) -> None:
    (read,) = read_table(as_csv(tmp_path / "t.csv", COLUMNS, [("ক", "খ", "কথা " * 250_000, "m")]))
    assert len(read.records[0].reply) == 1_000_000


@given(st.lists(st.tuples(TEXT, TEXT, TEXT.filter(str.strip)), min_size=1, max_size=4))
def test_any_text_survives_csv_and_jsonl(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    folder = tmp_path_factory.mktemp("tables")
    for kind in ("csv", "jsonl"):
        (read,) = read_table(WRITERS[kind](folder / f"t.{kind}", COLUMNS[:3], rows))
        assert [(record.reference, record.reply) for record in read.records] == [row[1:] for row in rows]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("question,prediction\nক,খ\n", encoding="utf-8-sig")
    assert read_table(tmp_path / "t.csv")[0].records[0].question == "ক"


@pytest.mark.parametrize("kind", WRITERS)
def test_a_column_without_a_name_is_said_where_it_holds_something(tmp_path: Path, kind: str) -> None:
    path = WRITERS[kind](tmp_path / f"t.{kind}", ("question", "prediction", ""), [("ক", "খ", "গ"), ("ঘ", "ঙ", "")])
    assert read_table(path)[0].notes == [f"Columns of t.{kind} that are not used: one without a name."]


def test_empty_columns_at_the_end_are_nothing(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "t.csv", ("question", "prediction", "", ""), [("ক", "খ", "", "")])
    assert read_table(path)[0].notes == []


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_a_workbook_with_a_part_cut_off_is_one_line(tmp_path: Path, part: str) -> None:
    path = as_xlsx(tmp_path / "whole.xlsx", COLUMNS, ROWS)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "t.xlsx", "w") as broken:
        for name in whole.namelist():
            content = whole.read(name)
            broken.writestr(name, content[: len(content) // 2] if name == part else content)
    with pytest.raises(EvalError, match="not a whole XLSX file"):
        read_table(tmp_path / "t.xlsx")


def test_a_workbook_without_a_sheet_is_one_line(tmp_path: Path) -> None:
    path = as_xlsx(tmp_path / "whole.xlsx", COLUMNS, ROWS)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "t.xlsx", "w") as broken:
        for name in whole.namelist():
            if name != "xl/worksheets/sheet1.xml":
                broken.writestr(name, whole.read(name))
    with pytest.raises(EvalError, match="not a whole XLSX file"):
        read_table(tmp_path / "t.xlsx")


def test_a_flipped_byte_in_a_workbook_is_one_line(tmp_path: Path) -> None:
    path = as_xlsx(tmp_path / "t.xlsx", COLUMNS, ROWS)
    content = bytearray(path.read_bytes())
    start = content.find(b"sheet1.xml") + 20
    content[start : start + 20] = bytes(byte ^ 0x55 for byte in content[start : start + 20])
    path.write_bytes(content)
    with pytest.raises(EvalError, match="not a whole XLSX file"):
        read_table(path)


def test_only_the_first_sheet_is_read_and_that_is_said(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["question", "prediction"])
    book.active.append(["ক", "খ"])
    book.create_sheet("more")
    book.save(tmp_path / "t.xlsx")
    assert read_table(tmp_path / "t.xlsx")[0].notes == ["Of t.xlsx only the first sheet, Sheet, is read."]
