"""What a metric says of both sides of the pairs, kept so that pairs can be drawn anew, swapped and picked out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval_harness.comparison.comparability import TIMES
from eval_harness.comparison.pairing import Pairs
from eval_harness.errors import MetricError
from eval_harness.intervals import Array, Clusters, Indices, Interval
from eval_harness.metrics.metric import Metric, SumMetric
from eval_harness.metrics.speed import BytesPerSecond, TimeToFirstToken, TokensPerSecond, weighted_medians
from eval_harness.records import Record

_SIDES = ("the base", "the other")


@dataclass(frozen=True, slots=True)
class Change:
    """A metric's values for base and other over `pairs` pairs, `difference` = other - base with its 95 % interval (None
    where there is none)."""

    base: float
    other: float
    difference: float
    low: float | None
    high: float | None
    pairs: int


@dataclass(frozen=True, slots=True)
class Sums:
    """A metric that is a function of sums: `base` and `other` are its statistics, of shape (pairs, k)."""

    metric: SumMetric
    base: Array
    other: Array

    def values(self) -> Array:
        """Of base and other: (2,)."""
        return self.metric.value(np.stack([self.base.sum(axis=0), self.other.sum(axis=0)]))

    def resampled(self, clusters: Clusters) -> Array:
        """The differences on the resamples of the conversations; the two sides always have the same (Koehn 2004)."""
        base, other = clusters.resampled_sums(self.base), clusters.resampled_sums(self.other)
        return self.metric.value(other) - self.metric.value(base)

    def items(self) -> tuple[Array, Array]:
        """The metric of each reply by itself, NaN for none."""
        return self.metric.value(self.base), self.metric.value(self.other)

    def by_conversation(self, clusters: Clusters) -> tuple[Array, Array]:
        """The sums over each conversation: (conversations, k)."""
        sums = []
        for statistics in (self.base, self.other):
            of_cluster = np.zeros((clusters.count, statistics.shape[1]))
            np.add.at(of_cluster, clusters.of_record, statistics)
            sums.append(of_cluster)
        return sums[0], sums[1]

    def picked(self, rows: Indices) -> Sums:
        return Sums(self.metric, self.base[rows], self.other[rows])


@dataclass(frozen=True, slots=True)
class Medians:
    """A metric that is a median: `base` and `other` are the figures of the replies, of shape (pairs,)."""

    base: Array
    other: Array

    def values(self) -> Array:
        """Of base and other: (2,)."""
        return np.array([np.median(self.base), np.median(self.other)])

    def resampled(self, clusters: Clusters) -> Array:
        """The differences on the resamples of the conversations, the same for the two sides."""
        weights = clusters.resampled_weights()
        return weighted_medians(self.other, weights) - weighted_medians(self.base, weights)

    def items(self) -> tuple[Array, Array]:
        """The figure of each reply."""
        return self.base, self.other

    def picked(self, rows: Indices) -> Medians:
        return Medians(self.base[rows], self.other[rows])


@dataclass(frozen=True, slots=True)
class Measured:
    """What a metric says of the pairs `kept`, those that have what it needs on both sides. `sides` is None for a metric
    of which only the two `values` are known. `conversations` has the conversation of each kept pair."""

    metric: Metric
    kept: Indices
    conversations: list[str]
    values: tuple[float, float]
    sides: Sums | Medians | None

    def change(self) -> Change:
        base, other = self.values
        low, high = self._interval() or (None, None)
        return Change(base, other, other - base, low, high, len(self.kept))

    def picked(self, pairs: Indices) -> Measured | None:
        """The same of some of the pairs; None where the metric has no value there, or none that can be picked out."""
        rows = np.flatnonzero(np.isin(self.kept, pairs))
        if self.sides is None or not len(rows):
            return None
        sides = self.sides.picked(rows)
        base, other = sides.values().tolist()
        if not (math.isfinite(base) and math.isfinite(other)):
            return None
        return Measured(self.metric, self.kept[rows], [self.conversations[row] for row in rows], (base, other), sides)

    def _interval(self) -> Interval | None:
        if self.sides is None:
            return None
        clusters = Clusters(self.conversations)
        interval = clusters.bootstrap(self.sides.resampled(clusters))
        return interval if interval is not None and all(map(math.isfinite, interval)) else None


def measure(metric: Metric, pairs: Pairs) -> Measured:
    """Raises MetricError where one of the sides gives no value."""
    usable = [{id(record) for record in metric.usable(records)} for records in (pairs.base, pairs.other)]
    for side, found in zip(_SIDES, usable, strict=True):
        if not found:
            wanted = f" with {' and '.join(metric.needs)}" if metric.needs else ""
            raise MetricError(f"{side} has no reply{wanted}")
    both = zip(pairs.base, pairs.other, strict=True)
    kept = np.array([i for i, (b, o) in enumerate(both) if id(b) in usable[0] and id(o) in usable[1]], dtype=np.int64)
    if not len(kept):
        raise MetricError(f"no pair has {' and '.join(metric.needs)} on both sides")
    if isinstance(metric, TIMES):
        return _medians(metric, pairs, kept)
    base, other = [pairs.base[i] for i in kept], [pairs.other[i] for i in kept]
    if not isinstance(metric, SumMetric):
        alone = _value(metric, _SIDES[0], base), _value(metric, _SIDES[1], other)
        return Measured(metric, kept, _picked(pairs, kept), alone, None)
    sides = Sums(metric, metric.statistics(base), metric.statistics(other))
    values = sides.values().tolist()
    for side, value in zip(_SIDES, values, strict=True):
        if not math.isfinite(value):
            raise MetricError(f"{side}: {metric.undefined}")
    return Measured(metric, kept, _picked(pairs, kept), (values[0], values[1]), sides)


def _value(metric: Metric, side: str, records: Sequence[Record]) -> float:
    try:
        return metric.compute(records).value
    except MetricError as error:
        raise MetricError(f"{side}: {error}") from None


def _medians(metric: TimeToFirstToken | TokensPerSecond | BytesPerSecond, pairs: Pairs, kept: Indices) -> Measured:
    def figures(records: Sequence[Record]) -> Array:
        timed = [(records[i].reply, records[i].counts) for i in kept]
        return np.array([math.nan if counts is None else metric.of_reply(reply, counts) for reply, counts in timed])

    base, other = figures(pairs.base), figures(pairs.other)
    finite = np.isfinite(base) & np.isfinite(other)
    if not finite.any():
        raise MetricError(metric.undefined)
    sides = Medians(base[finite], other[finite])
    values = sides.values().tolist()
    return Measured(metric, kept[finite], _picked(pairs, kept[finite]), (values[0], values[1]), sides)


def _picked(pairs: Pairs, kept: Indices) -> list[str]:
    return [pairs.conversations[pair] for pair in kept]
