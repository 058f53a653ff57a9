"""Has the model followed the conversation? Asked by turns that only one who did can answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval_harness import normalise
from eval_harness.intervals import Array
from eval_harness.metrics.proportion import ProportionMetric
from eval_harness.records import Record
from sahayok.bengali import words


class Recalled(ProportionMetric):
    """Share of the replies to a question about what was said before that hold one of the words expected there."""

    name = "recalled"
    version = 1
    direction = "higher"
    undefined = "there is no reply"
    needs = ("expected words",)
    details = f"{normalise.SIGNATURE}|case:folded|match:beginning-of-word"

    def statistics(self, records: Sequence[Record]) -> Array:
        rows = [(any(holds(record.reply, word) for word in record.expected), 1) for record in records]
        return np.array(rows, dtype=np.float64)


def holds(text: str, expected: str) -> bool:
    """Whether a word of `text` begins with `expected`: Bengali endings follow the word (রনি, রনির, রনিকে). Several
    expected words must stand in a row."""
    wanted = _spaced(expected)
    return bool(wanted.strip()) and wanted in _spaced(text)


def _spaced(text: str) -> str:
    """The words, each behind one space."""
    return "".join(f" {word.casefold()}" for word in words(normalise.normalise(text)))
