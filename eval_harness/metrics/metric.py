"""What a metric is, and the form that most of them have: a function of sums over the records."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, Literal, TypeVar

import numpy as np

from eval_harness.errors import MetricError
from eval_harness.intervals import BOOTSTRAP, Array, Clusters, Interval
from eval_harness.records import Record

Direction = Literal["higher", "lower", "none"]
Need = Literal["question", "reference", "expected words", "finish", "fresh counts", "likelihood"]
"""What a record may lack. Counts are fresh when they are of this run and not of one whose reply was taken over."""

_HAS: dict[Need, Callable[[Record], bool]] = {
    "question": lambda record: bool(record.question.strip()),
    "reference": lambda record: bool(record.reference.strip()),
    "expected words": lambda record: bool(record.expected),
    "finish": lambda record: record.finish is not None,
    "fresh counts": lambda record: record.counts is not None and not record.cached,
    "likelihood": lambda record: record.likelihood is not None,
}


@dataclass(frozen=True, slots=True)
class Score:
    """A value with its 95 % interval (None where there is none), over `n` records, and how exactly it was computed."""

    value: float
    low: float | None
    high: float | None
    n: int
    signature: str


class Metric(ABC):
    """One number over the records of a run. `version` rises whenever the same records would give another value."""

    name: ClassVar[str]
    version: ClassVar[int]
    unit: ClassVar[str]
    direction: ClassVar[Direction]
    interval: ClassVar[str] = BOOTSTRAP
    """How the interval is computed, as part of the signature."""
    needs: ClassVar[tuple[Need, ...]] = ()
    """What a record must have to be measured; one that lacks it is left out, and reported."""

    @property
    @abstractmethod
    def details(self) -> str:
        """What decides the value besides the metric's name and version, as "key:value" joined by "|"."""

    @property
    def signature(self) -> str:
        """How exactly a score is computed, in sacrebleu's manner."""
        return f"{self.name}|v:{self.version}|{self.details}|{self.interval}"

    def usable(self, records: Sequence[Record]) -> list[Record]:
        """The records that have what the metric needs."""
        return [record for record in records if all(_HAS[need](record) for need in self.needs)]

    def compute(self, records: Sequence[Record]) -> Score:
        """The score of the usable ones of `records`. Raises MetricError where these give no value."""
        usable = self.usable(records)
        if not usable:
            raise MetricError(f"no reply with {' and '.join(self.needs)}" if self.needs else "there is no reply")
        return self._compute(usable)

    @abstractmethod
    def _compute(self, records: Sequence[Record]) -> Score:
        """`compute` for records that are all usable, at least one."""

    def _score(self, value: float, interval: Interval | None, n: int) -> Score:
        low, high = interval or (None, None)
        return Score(value, low, high, n, self.signature)


class SumMetric(Metric):
    """A metric computed from sums over records: a ratio, a mean, a corpus-level overlap."""

    undefined: ClassVar[str]
    """Why there is no value when the sums give none."""

    @abstractmethod
    def statistics(self, records: Sequence[Record]) -> Array:
        """What is summed, of shape (records, k)."""

    @abstractmethod
    def value(self, sums: Array) -> Array:
        """The metric of each row of sums (rows, k), of shape (rows,); NaN where undefined."""

    def counted(self, statistics: Array) -> int:
        """How many of the records enter the value."""
        return len(statistics)

    def _compute(self, records: Sequence[Record]) -> Score:
        return self.score_of(self.statistics(records), [record.conversation_id for record in records])

    def score_of(self, statistics: Array, conversation_ids: Sequence[str]) -> Score:
        """The score from the statistics of some records, at least one. Raises MetricError where they give no value."""
        value = float(self.value(statistics.sum(axis=0, keepdims=True))[0])
        if not math.isfinite(value):
            raise MetricError(self.undefined)
        clusters = Clusters(conversation_ids)
        interval = clusters.bootstrap(self.value(clusters.resampled_sums(statistics)))
        return self._score(value, interval, self.counted(statistics))


class RatioMetric(SumMetric):
    """Column 0 of the summed statistics over column 1: a mean, where column 1 counts. A record with 0 there is not in
    the value."""

    def value(self, sums: Array) -> Array:
        return quotient(sums)

    def counted(self, statistics: Array) -> int:
        return int((statistics[:, 1] > 0).sum())


Prepared = TypeVar("Prepared")


class OverlapMetric(SumMetric, Generic[Prepared]):
    """A metric, 0 to 100, whose statistics belong to a pair of reply and reference, so that any pairing can be scored:
    the true one, a shuffled one, one reply for all."""

    unit = "of 100"
    direction = "higher"
    needs = ("reference",)

    @abstractmethod
    def prepare(self, text: str) -> Prepared:
        """What `pair` needs of a text, computed once."""

    @abstractmethod
    def pair(self, reply: Prepared, reference: Prepared) -> list[float]:
        """The statistics of one reply against one reference."""

    def statistics(self, records: Sequence[Record]) -> Array:
        pairs = [self.pair(self.prepare(record.reply), self.prepare(record.reference)) for record in records]
        return np.array(pairs, dtype=np.float64)


def quotient(sums: Array) -> Array:
    """Column 0 over column 1; NaN where column 1 is 0."""
    result: Array = np.divide(sums[:, 0], sums[:, 1], out=np.full(len(sums), np.nan), where=sums[:, 1] != 0)
    return result


def ngrams(tokens: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """Runs of `n` tokens, in order."""
    return [tuple(tokens[start : start + n]) for start in range(len(tokens) - n + 1)]
