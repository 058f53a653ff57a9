"""How fast the replies came on the machine of the run. Every item starts with nothing of its prompt evaluated.

Medians, since another program that takes the processor for some seconds would decide a sum. Where several replies are
generated at once each is slower and all together faster: compare runs whose headers say the same `parallel`.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from eval_harness.errors import MetricError
from eval_harness.intervals import Array, Clusters
from eval_harness.metrics.metric import Metric, RatioMetric, Score
from eval_harness.records import Record
from sahayok.engines.engine import Counts


class _MedianMetric(Metric):
    """The median over the replies that have a figure."""

    undefined: ClassVar[str]
    needs = ("fresh counts",)

    @abstractmethod
    def of_reply(self, reply: str, counts: Counts) -> float:
        """The figure of one reply, NaN for none."""

    def _compute(self, records: Sequence[Record]) -> Score:
        figures = [(record, self.of_reply(record.reply, record.counts)) for record in records if record.counts]
        with_figure = [record for record, figure in figures if math.isfinite(figure)]
        if not with_figure:
            raise MetricError(self.undefined)
        values = np.array([figure for _, figure in figures if math.isfinite(figure)])
        clusters = Clusters([record.conversation_id for record in with_figure])
        medians = weighted_medians(values, clusters.resampled_weights())
        return self._score(float(np.median(values)), clusters.bootstrap(medians), len(values))


class TimeToFirstToken(_MedianMetric):
    """Median seconds from the request to the first token, the whole prompt evaluated."""

    name = "time_to_first_token"
    version = 1
    unit = "s"
    direction = "lower"
    undefined = "there is no reply"
    details = "prompt:cold|aggregate:median"

    def of_reply(self, reply: str, counts: Counts) -> float:
        return counts.seconds_to_first_token


class TokensPerSecond(_MedianMetric):
    """Median of tokens after the first / seconds after the first: generation without the reading of the prompt."""

    name = "tokens_per_second"
    version = 1
    unit = "tokens/s"
    direction = "higher"
    undefined = "no reply has a second token"
    details = "from:first-token|aggregate:median"

    def of_reply(self, reply: str, counts: Counts) -> float:
        seconds = counts.seconds - counts.seconds_to_first_token
        return (counts.new_tokens - 1) / seconds if counts.new_tokens > 1 and seconds > 0 else math.nan


class BytesPerSecond(_MedianMetric):
    """Median of a reply's UTF-8 bytes / seconds from request to end: what the person sees, whatever the tokenizer."""

    name = "bytes_per_second"
    version = 1
    unit = "bytes/s"
    direction = "higher"
    undefined = "the replies took no time"
    details = "from:request|prompt:cold|aggregate:median"

    def of_reply(self, reply: str, counts: Counts) -> float:
        return len(reply.encode()) / counts.seconds if counts.seconds > 0 else math.nan


class EvaluatedPromptTokens(RatioMetric):
    """Mean of the prompt tokens that had to be evaluated for a reply."""

    name = "evaluated_prompt_tokens"
    version = 1
    unit = "tokens a reply"
    direction = "lower"
    undefined = "there is no reply"
    details = "prompt:cold|aggregate:mean"
    needs = ("fresh counts",)

    def statistics(self, records: Sequence[Record]) -> Array:
        counts = [record.counts for record in records if record.counts is not None]
        return np.array([(of_reply.evaluated_tokens, 1) for of_reply in counts], dtype=np.float64)


def weighted_medians(values: Array, weights: Array) -> Array:
    """For each row of whole-number `weights` (rows, values), the median of `values` repeated so often."""
    order = np.argsort(values)
    ordered = values[order]
    reached = np.cumsum(weights[:, order], axis=1)
    half = reached[:, -1:] / 2
    lower = ordered[np.argmax(reached >= half, axis=1)]
    upper = ordered[np.argmax(reached > half, axis=1)]
    result: Array = (lower + upper) / 2
    return result
