"""What a metric is, and the form that most of them have: a function of sums over the records."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, Literal, TypeVar

import numpy as np

from eval_harness.errors import MetricError
from eval_harness.intervals import BOOTSTRAP, Array, Clusters, Interval
from eval_harness.records import Record

Direction = Literal["higher", "lower", "none"]


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

    @property
    @abstractmethod
    def details(self) -> str:
        """What decides the value besides the metric's name and version, as "key:value" joined by "|"."""

    @property
    def signature(self) -> str:
        """How exactly a score is computed, in sacrebleu's manner."""
        return f"{self.name}|v:{self.version}|{self.details}|{self.interval}"

    @abstractmethod
    def compute(self, records: Sequence[Record]) -> Score:
        """Raises MetricError where these records give no value. `records` must not be empty."""

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

    def counted(self, records: Sequence[Record]) -> int:
        """How many of the records enter the value."""
        return len(records)

    def compute(self, records: Sequence[Record]) -> Score:
        statistics = self.statistics(records)
        value = float(self.value(statistics.sum(axis=0, keepdims=True))[0])
        if not math.isfinite(value):
            raise MetricError(self.undefined)
        clusters = Clusters([record.conversation_id for record in records])
        interval = clusters.bootstrap(self.value(clusters.resampled_sums(statistics)))
        return self._score(value, interval, self.counted(records))


class RatioMetric(SumMetric):
    """Column 0 of the summed statistics over column 1: a mean, where column 1 counts."""

    def value(self, sums: Array) -> Array:
        return quotient(sums)


Prepared = TypeVar("Prepared")


class OverlapMetric(SumMetric, Generic[Prepared]):
    """A metric, 0 to 100, whose statistics belong to a pair of reply and reference, so that any pairing can be scored:
    the true one, a shuffled one, one reply for all."""

    unit = "of 100"
    direction = "higher"

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
