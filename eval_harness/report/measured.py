"""A metric's statistics of every reply, from which come the values of single replies and of parts of a record set.

They are computed once, on the whole set: a metric that tells the questions of a set apart would find too few in a part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from eval_harness.errors import MetricError
from eval_harness.intervals import Clusters
from eval_harness.metrics.metric import Score, SumMetric
from eval_harness.metrics.proportion import ProportionMetric, wilson
from eval_harness.records import Record

_ROUNDING = 1e-9


class Measured:
    """The replies of a record set under one metric; none where it has no value on the set."""

    def __init__(self, metric: SumMetric, records: Sequence[Record]) -> None:
        self.metric = metric
        usable = metric.usable(records)
        try:
            statistics = metric.statistics(usable) if usable else np.empty((0, 0))
        except MetricError:
            usable, statistics = [], np.empty((0, 0))
        self._statistics = statistics
        self._place = {(record.id, record.repeat): place for place, record in enumerate(usable)}
        self._alone = metric.value(statistics).tolist() if usable else []

    def inside(self, records: Sequence[Record]) -> list[Record]:
        """Those of the records that are measured."""
        return [record for record in records if (record.id, record.repeat) in self._place]

    def alone(self, record: Record) -> float | None:
        """The value of one reply, None where it has none."""
        place = self._place.get((record.id, record.repeat))
        return self._alone[place] if place is not None and math.isfinite(self._alone[place]) else None

    def score(self, records: Sequence[Record]) -> Score | None:
        """The score of some of the replies as the metric computes it, None where they give none."""
        inside = self.inside(records)
        if not inside:
            return None
        rows = self._statistics[[self._place[record.id, record.repeat] for record in inside]]
        value = float(self.metric.value(rows.sum(axis=0, keepdims=True))[0])
        if not math.isfinite(value):
            return None
        clusters = Clusters([record.conversation_id for record in inside])
        low, high = clusters.bootstrap(self.metric.value(clusters.resampled_sums(rows))) or (None, None)
        if not isinstance(self.metric, ProportionMetric):
            return Score(value, low, high, self.metric.counted(inside), self.metric.signature)
        asked = int(rows[:, 1].sum())
        if low is not None and high is not None and high - low <= _ROUNDING:
            low, high = wilson(value * asked, asked)
        return Score(value, low, high, asked, self.metric.signature)
