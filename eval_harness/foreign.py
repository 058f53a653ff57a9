"""Replies that another program wrote: a table (CSV, JSONL, XLSX) with the columns question, reference, prediction and
model, of which any field may be empty.

Further columns that are understood: id, conversation_id (rows of one conversation are not independent), and those that
say what a row is a case of (situation, region, register).
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from eval_harness import json_lines
from eval_harness.errors import EvalError
from eval_harness.record_sets import RecordSet
from eval_harness.records import Record, Skipped
from sahayok.conversation import Message

FIELDS = ("question", "reference", "prediction", "model")
SLICES = ("situation", "region", "register")
_KNOWN = {*FIELDS, *SLICES, "id", "conversation_id"}

Row = tuple[str, Mapping[str, str]]
"""Where a row stands ("line 3"), and its fields."""


def read_table(path: Path) -> list[RecordSet]:
    """A record set for each value of the column model; rows without one are under the file's name.

    A row with neither question, reference nor prediction is skipped and counted; an empty prediction is a reply, and
    an empty one. Raises EvalError, naming the line, for what cannot be read, for wrong columns and for an id that
    is there twice.
    """
    readers = {".csv": _csv_rows, ".jsonl": _jsonl_rows, ".xlsx": _xlsx_rows}
    if path.suffix.lower() not in readers:
        raise EvalError(f"{path}: a record file, or a table as .csv, .jsonl or .xlsx, is needed")
    notes: list[str] = []
    rows = list(readers[path.suffix.lower()](path, notes))
    if not rows:
        raise EvalError(f"{path} holds no row")
    columns = list(dict.fromkeys(key for _, row in rows for key in row))
    if "prediction" not in columns or not {"question", "reference"} & set(columns):
        raise EvalError(
            f"{path}: the columns are {', '.join(columns) or 'none'}; needed are prediction and question or reference"
        )
    if unused := [column or "one without a name" for column in columns if column not in _KNOWN]:
        notes.append(f"Columns of {path.name} that are not used: {', '.join(unused)}.")
    by_model: dict[str, list[Record | Skipped]] = {}
    seen: set[tuple[str, str]] = set()
    for number, (where, row) in enumerate(rows, start=1):
        model = row.get("model", "").strip() or path.stem
        entry = _entry(row, number)
        if (model, entry.id) in seen:
            raise EvalError(f"{path}, {where}: the id '{entry.id}' is there twice for the model {model}")
        seen.add((model, entry.id))
        by_model.setdefault(model, []).append(entry)
    sets = []
    for model, entries in by_model.items():
        records = [entry for entry in entries if isinstance(entry, Record)]
        if not records:
            raise EvalError(f"{path}: every row of the model {model} is empty")
        skipped = [entry for entry in entries if isinstance(entry, Skipped)]
        sets.append(RecordSet(model, None, records, skipped, len(entries), list(notes)))
    return sets


def _entry(row: Mapping[str, str], number: int) -> Record | Skipped:
    id_ = row.get("id", "").strip() or f"row-{number}"
    question, reference, prediction = (row.get(field, "") for field in FIELDS[:3])
    if not any(text.strip() for text in (question, reference, prediction)):
        return Skipped(id_, "the row is empty")
    return Record(
        id=id_,
        conversation_id=row.get("conversation_id", "").strip() or id_,
        slices={name: row[name] for name in SLICES if row.get(name, "").strip()},
        messages=(Message("user", question),) if question.strip() else (),
        reference=reference,
        reply=prediction,
    )


def _csv_rows(path: Path, notes: list[str]) -> Iterator[Row]:
    # A field may be a whole book, which is beyond the module's own limit of 131,072 characters.
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(io.StringIO(_decoded(path.read_bytes(), path), newline=""), strict=True)
    try:
        names = _names(next(reader, []), f"{path}, line 1")
        for row in reader:
            if not row:  # an empty line
                continue
            if len(row) != len(names):
                raise EvalError(
                    f"{path}, line {reader.line_num}: the row has not as many fields as the first line: quote the "
                    "fields that hold a comma"
                )
            yield f"line {reader.line_num}", _fields(names, row)
    except csv.Error as error:
        raise EvalError(f"{path}, line {reader.line_num}: {error}") from None


def _jsonl_rows(path: Path, notes: list[str]) -> Iterator[Row]:
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    lines = _decoded(content[:whole], path).split("\n")[:-1]
    if content[whole:].strip():
        try:
            lines.append(json.dumps(json.loads(content[whole:].decode())))
        except (ValueError, RecursionError):  # what a killed program leaves
            notes.append(f"The last line of {path.name} was cut off ({len(content) - whole} bytes) and is left out.")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        try:
            data = json_lines.parse(line)
        except ValueError as error:
            raise EvalError(f"{place}: {error}") from None
        if not isinstance(data, dict):
            raise EvalError(f"{place}: it is not a JSON object")
        names = _names(data, place)
        values = [_text(value, name, place) for name, value in zip(names, data.values(), strict=True)]
        yield f"line {number}", _fields(names, values)


def _text(value: Any, name: str, place: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and name in ("id", "conversation_id"):
        return str(value)
    if name in _KNOWN and not isinstance(value, str):
        raise EvalError(f"{place}: '{name}' must be text")
    return str(value)


def _xlsx_rows(path: Path, notes: list[str]) -> Iterator[Row]:
    from openpyxl import load_workbook

    try:
        with closing(load_workbook(path, read_only=True, data_only=True)) as book:
            sheet, *others = book.worksheets
            rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
            title = sheet.title
    except Exception:  # what its readers of zip archives and XML raise has nothing in common
        raise EvalError(f"{path}: it is not a whole XLSX file") from None
    if others:
        notes.append(f"Of {path.name} only the first sheet, {title}, is read.")
    names = _names(rows[0] if rows else [], f"{path}, row 1")
    for number, row in enumerate(rows[1:], start=2):
        if any(row):
            yield f"row {number}", _fields(names, row)


def _names(columns: Iterable[str], place: str) -> list[str]:
    """The names of the columns, in small letters, "" for one without. Raises EvalError for a name that is there twice,
    since one of the two would be lost."""
    names = [column.strip().lower() for column in columns]
    if repeated := next((name for name in names if name and names.count(name) > 1), None):
        raise EvalError(f"{place}: the column '{repeated}' is there twice")
    return names


def _fields(names: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """The fields of a row by column; those without a name only where they hold something."""
    return {name: value for name, value in zip(names, row, strict=False) if name or value.strip()}


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise EvalError(f"{path}, line {line}: it is not UTF-8 text: save the file as UTF-8") from None
