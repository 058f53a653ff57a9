"""Shares of replies, with an interval that does not vanish where all replies are alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

from eval_harness.intervals import BOOTSTRAP, NORMAL_95, Array, Interval
from eval_harness.metrics.metric import RatioMetric, Score

_ROUNDING = 1e-9


class ProportionMetric(RatioMetric):
    """Replies with a property / replies. Column 0 of the statistics has 1 where a reply has it, column 1 has 1 where it
    is asked.

    Where each resample gives the same share (0 of 40, say), the bootstrap says that nothing is uncertain. The interval
    is then Wilson's over the replies, which takes them for independent: with several turns or tries a conversation it
    is rather narrow.
    """

    unit = "share"
    interval = f"{BOOTSTRAP}|degenerate:wilson-over-replies"

    def score_of(self, statistics: Array, conversation_ids: Sequence[str]) -> Score:
        score = super().score_of(statistics, conversation_ids)
        if score.low is None or score.high is None or score.high - score.low > _ROUNDING:
            return score
        return self._score(score.value, wilson(score.value * score.n, score.n), score.n)


def wilson(successes: float, n: int) -> Interval:
    """The 95 % interval of a proportion, `successes` of `n` > 0 (Wilson 1927). It is never empty, also at 0 and n."""
    share, squared = successes / n, NORMAL_95**2
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    half = NORMAL_95 * math.sqrt(share * (1 - share) / n + squared / (4 * n * n)) / (1 + squared / n)
    # Rounding must not leave the share itself outside, which at 0 and n is a bound.
    return min(max(0.0, middle - half), share), max(min(1.0, middle + half), share)
