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
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

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
    if unused := [column for column in columns if column not in _KNOWN]:
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
    reader = csv.DictReader(io.StringIO(_decoded(path.read_bytes(), path), newline=""), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise EvalError(
                    f"{path}, line {reader.line_num}: the row has not as many fields as the first line: quote the "
                    "fields that hold a comma"
                )
            yield f"line {reader.line_num}", {key.strip().lower(): value for key, value in row.items()}
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
        try:
            data = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            raise EvalError(f"{path}, line {number}: it is not JSON") from None
        if not isinstance(data, dict):
            raise EvalError(f"{path}, line {number}: it is not a JSON object")
        yield f"line {number}", {key.strip().lower(): _field(value, path, number, key) for key, value in data.items()}


def _field(value: Any, path: Path, number: int, key: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and key.strip().lower() in ("id", "conversation_id"):
        return str(value)
    if key.strip().lower() in _KNOWN and not isinstance(value, str):
        raise EvalError(f"{path}, line {number}: '{key}' must be text")
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise EvalError(f"{path}, line {number}: '{key}' holds half a character (a lone surrogate)")
    return str(value)


def _xlsx_rows(path: Path, notes: list[str]) -> Iterator[Row]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError):
        raise EvalError(f"{path}: it is not a whole XLSX file") from None
    try:
        if len(book.worksheets) > 1:
            notes.append(f"Of {path.name} only the first sheet, {book.worksheets[0].title}, is read.")
        rows = book.worksheets[0].iter_rows(values_only=True)
        names = ["" if cell is None else str(cell).strip().lower() for cell in next(rows, ())]
        for number, cells in enumerate(rows, start=2):
            fields = {name: "" if cell is None else str(cell) for name, cell in zip(names, cells, strict=False) if name}
            if any(fields.values()):
                yield f"row {number}", fields
    finally:
        book.close()


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise EvalError(f"{path}, line {line}: it is not UTF-8 text: save the file as UTF-8") from None
