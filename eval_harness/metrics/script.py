"""Is the reply in Bengali? Faults that overlap with a reference does not show."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
import regex

from eval_harness.intervals import Array
from eval_harness.metrics.metric import RatioMetric, SumMetric
from eval_harness.metrics.proportion import ProportionMetric
from eval_harness.records import Record
from sahayok.bengali import bengali_share, nfc

DRIFT_BELOW = 0.95
REPLACEMENT = "\ufffd"

_LETTER = regex.compile(r"\p{L}")


class _OverReplies(RatioMetric):
    """A mean over the replies that have a letter: one that is empty, or of digits, marks or emoji alone, is in no
    script."""

    undefined = "no reply has a letter"

    @abstractmethod
    def of_reply(self, reply: str) -> float:
        """The figure of one reply, in NFC."""

    def statistics(self, records: Sequence[Record]) -> Array:
        rows = [(self.of_reply(nfc(r.reply)), 1.0) if _LETTER.search(r.reply) else (0.0, 0.0) for r in records]
        return np.array(rows, dtype=np.float64)


class BengaliShare(_OverReplies):
    """Mean share of a reply's letters and marks that are Bengali."""

    name = "bengali_share"
    version = 2
    unit = "share"
    direction = "higher"
    details = "letters:L+M|script:U+0980-09FF|letterless:left-out|aggregate:mean"

    def of_reply(self, reply: str) -> float:
        return bengali_share(reply)


class DriftRate(_OverReplies, ProportionMetric):
    """Share of the replies that are less than 95 % Bengali: those that drifted into another language."""

    name = "drift_rate"
    version = 2
    direction = "lower"
    details = f"below:{DRIFT_BELOW}|letters:L+M|script:U+0980-09FF|letterless:left-out"

    def of_reply(self, reply: str) -> float:
        return float(bengali_share(reply) < DRIFT_BELOW)


class ReplacementCharacters(SumMetric):
    """How many U+FFFD the replies hold in all: bytes of the model that are no UTF-8."""

    name = "replacement_characters"
    version = 1
    unit = "characters"
    direction = "lower"
    undefined = "there is no reply"
    details = "character:U+FFFD|aggregate:sum"

    def statistics(self, records: Sequence[Record]) -> Array:
        return np.array([[record.reply.count(REPLACEMENT)] for record in records], dtype=np.float64)

    def value(self, sums: Array) -> Array:
        return sums[:, 0]
