"""What the rules over records look at: the replies of one model, and what it was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from eval_harness.lint.leak import Leaks, find_leaks
from eval_harness.lint.rule import NotChecked
from eval_harness.lint.training_data import TrainingData
from eval_harness.record_sets import RecordSet
from eval_harness.records import Header, Record

Side = Literal["question", "reference", "reply"]
SIDES: tuple[Side, ...] = get_args(Side)


@dataclass(frozen=True)
class Replies:
    """`training` is a sentence that says why not where the training data is not known."""

    record_set: RecordSet
    training: TrainingData | str

    @property
    def records(self) -> Sequence[Record]:
        return self.record_set.records

    @property
    def header(self) -> Header:
        """Raises NotChecked for the records of other programs."""
        if self.record_set.header is None:
            raise NotChecked("the file has no header: it is another program's")
        return self.record_set.header

    @cached_property
    def items(self) -> list[Record]:
        """One record an item: the first of its repeats."""
        return list({record.id: record for record in reversed(self.record_set.records)}.values())[::-1]

    @cached_property
    def leaks(self) -> Leaks:
        """Raises NotChecked where the training data is not known."""
        if isinstance(self.training, str):
            raise NotChecked(self.training)
        return find_leaks(self.items, self.training, own_ids=self.record_set.header is not None)

    def of_side(self, side: Side) -> list[tuple[Record, str]]:
        """The texts of one side that are not empty, each with its record: replies of every repeat, the others once
        an item."""
        records = self.records if side == "reply" else self.items
        found = [(record, str(getattr(record, side))) for record in records]
        return [(record, text) for record, text in found if text.strip()]
