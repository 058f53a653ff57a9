"""A metric's statistics of every reply, from which come the values of single replies and of parts of a record set.

They are computed once, on the whole set: a metric that tells the questions of a set apart would find too few in a part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from eval_harness.errors import MetricError
from eval_harness.metrics.metric import Score, SumMetric
from eval_harness.records import Record


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
        try:
            return self.metric.score_of(rows, [record.conversation_id for record in inside])
        except MetricError:
            return None
