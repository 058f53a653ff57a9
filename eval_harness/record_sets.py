"""What scoring, comparing, checking and reporting work on: the replies of one model, from this harness or another."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from eval_harness.errors import EvalError
from eval_harness.records import Header, Record, Skipped, is_record_file, read_record_file


@dataclass(frozen=True, slots=True)
class RecordSet:
    """The replies of one model. `name` is what reports call it. `header` is None for the records of other programs.

    `expected` is how many replies there should be, those skipped among them. `notes` are sentences about what was left
    out or assumed when the file was read.
    """

    name: str
    header: Header | None
    records: list[Record]
    skipped: list[Skipped]
    expected: int
    notes: list[str] = field(default_factory=list)

    @property
    def conversations(self) -> int:
        return len({record.conversation_id for record in self.records})


def load_record_sets(path: Path) -> list[RecordSet]:
    """The record sets of a file: one of this harness, or a table of others (CSV, JSONL, XLSX) with a set a model.

    Raises EvalError for a file that is missing, damaged, of an unknown kind or without a single reply.
    """
    if not path.is_file():
        raise EvalError(f"no record file at {path}")
    if is_record_file(path):
        return [_own(path)]
    from eval_harness.foreign import read_table

    return read_table(path)


def load_record_set(path: Path) -> RecordSet:
    """The one record set of a file. Raises EvalError also where there are several."""
    sets = load_record_sets(path)
    if len(sets) > 1:
        names = ", ".join(one.name for one in sets)
        raise EvalError(f"{path} holds several models ({names}): give a file with one of them")
    return sets[0]


def unique_names(sets: list[RecordSet], paths: list[Path]) -> list[str]:
    """Names that tell the sets apart: their own, with the file's name behind those that occur twice, and a number
    where that does not help."""
    names = [one.name for one in sets]
    told = [f"{name} ({path.stem})" if names.count(name) > 1 else name for name, path in zip(names, paths, strict=True)]
    return [
        f"{name} [{told[: index + 1].count(name)}]" if told.count(name) > 1 else name for index, name in enumerate(told)
    ]


def _own(path: Path) -> RecordSet:
    file = read_record_file(path)
    # In an order that does not depend on which reply was finished first.
    entries = sorted(file.entries, key=lambda entry: (entry.repeat, entry.id))
    records = [entry for entry in entries if isinstance(entry, Record)]
    skipped = [entry for entry in entries if isinstance(entry, Skipped)]
    if file.header is None:
        raise EvalError(f"{path} holds no whole line yet: let the run go on first")
    expected = file.header.replies
    if not records:
        if len(skipped) == expected:
            raise EvalError(f"{path}: none of the {file.header.items} items fits the model's context")
        raise EvalError(f"{path} holds no reply yet: let the run go on first")
    notes = []
    if file.cut_bytes:
        notes.append(f"The last line of {path.name} was cut off ({file.cut_bytes} bytes) and is left out.")
    name = file.header.model if file.header.adapter is None else f"{file.header.model} + {file.header.adapter}"
    return RecordSet(name, file.header, records, skipped, expected, notes)
