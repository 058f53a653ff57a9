"""Confidence intervals over whole conversations.

The turns of one conversation are not independent (one topic, one speaker), so what is drawn anew or left out is always
a conversation (cluster bootstrap: Davison and Hinkley 1997, section 3.8).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 1
BOOTSTRAP = f"ci:95%-bootstrap|bs:{RESAMPLES}|rs:{SEED}|cluster:conversation"
JACKKNIFE = "ci:95%-jackknife|cluster:conversation"
NORMAL_95 = 1.959964
"""The 97.5 % quantile of the normal distribution."""

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Interval = tuple[float, float]


class Clusters:
    """The conversations of some records, and the same seeded resamples of them for every metric.

    `of_record` has the number of each record's conversation, 0 to `count` - 1. An interval is None for a single
    conversation, which says nothing about others.
    """

    def __init__(self, conversation_ids: Sequence[str]) -> None:
        names, of_record = np.unique(np.asarray(conversation_ids), return_inverse=True)
        self.count = len(names)
        self.of_record: Indices = of_record.astype(np.int64)
        self._draws = _draws(self.count)

    def resampled_sums(self, statistics: Array) -> Array:
        """Of statistics (records, k), the sum over the records of each resample: (RESAMPLES, k)."""
        by_cluster = np.zeros((self.count, statistics.shape[1]))
        np.add.at(by_cluster, self.of_record, statistics)
        return self._draws @ by_cluster

    def resampled_weights(self) -> Array:
        """How often each record is in each resample: (RESAMPLES, records)."""
        return self._draws[:, self.of_record].astype(np.float64)

    def bootstrap(self, values: Array) -> Interval | None:
        """The percentile interval from a metric's value on each resample; NaN where a resample has none."""
        if self.count < 2:
            return None
        low, high = np.nanpercentile(values, [2.5, 97.5])
        return float(low), float(high)

    def jackknife(self, value: float, without: Array) -> Interval | None:
        """The normal interval about `value` from its values `without` each conversation (Efron and Stein 1981).

        For counts of different things, which the bootstrap cannot do: a conversation drawn twice brings nothing new.
        """
        if self.count < 2 or not np.isfinite(without).all():
            return None
        squares = float(((without - without.mean()) ** 2).sum())
        error = math.sqrt((self.count - 1) / self.count * squares)
        return max(0.0, value - NORMAL_95 * error), value + NORMAL_95 * error


@lru_cache(maxsize=2)  # for ten thousand conversations they take most of a second, and every metric asks for them
def _draws(count: int) -> NDArray[np.int32]:
    """How often each of `count` conversations is in each resample: (RESAMPLES, count)."""
    draws = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(np.int32)
    draws.setflags(write=False)
    return draws
