"""What an overlap score would be by chance: the floor of shuffled replies, and one reply given to everyone.

Unrelated Bengali texts share letters, common words and sentence ends, so an overlap score is never 0 and means nothing
without its floor. The floor pairs the references with the replies to other questions, drawn among the replies of about
the same length, many times over; being so close by chance is then a one-sided permutation test.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval_harness.errors import MetricError
from eval_harness.metrics.metric import OverlapMetric
from eval_harness.metrics.overlap import ChrF
from eval_harness.records import Record
from sahayok.bengali import words

SHUFFLES = 1000
BUCKET = 20
"""Replies of neighbouring length that are shuffled among themselves. About 1 in 20 then keeps its own reference,
which makes the floor a little high and the test valid."""
SEED = 1
CENTRAL_SAMPLE = 100
SIGNATURE = f"chance:permutation|shuffles:{SHUFFLES}|bucket:{BUCKET}-by-words|rs:{SEED}"


@dataclass(frozen=True, slots=True)
class Floor:
    """`mean` and `sd` of the shuffled scores; `z` = (score - mean) / sd; `p` = the share of shuffles that score as
    high, the true pairing counted among them (Phipson and Smyth 2010); `lift` = (score - mean) / (100 - mean), the
    part of the way from chance to perfect. `z` and `lift` are None where they would divide by 0.
    """

    mean: float
    sd: float
    z: float | None
    p: float
    lift: float | None
    signature: str


def floor(metric: OverlapMetric[Any], records: Sequence[Record]) -> Floor:
    """The floor of `metric` on these records. Raises MetricError for fewer than two."""
    if len(records) < 2:
        raise MetricError("one reply cannot be shuffled")
    generator = np.random.default_rng(SEED)
    replies = [metric.prepare(record.reply) for record in records]
    references = [metric.prepare(record.reference) for record in records]
    matched, shuffled = 0.0, 0.0
    for bucket in _buckets(records):
        # Every reply of the bucket against every reference once: a shuffle then only picks and adds.
        block = np.array([[metric.pair(replies[i], references[j]) for j in bucket] for i in bucket], dtype=np.float64)
        places = np.arange(len(bucket))
        orders = generator.permuted(np.tile(places, (SHUFFLES, 1)), axis=1)
        matched = matched + block[places, places].sum(axis=0)
        shuffled = shuffled + block[orders, places].sum(axis=1)
    value = float(metric.value(np.atleast_2d(matched))[0])
    values = metric.value(np.atleast_2d(shuffled))
    if not math.isfinite(value) or not np.isfinite(values).all():
        raise MetricError(metric.undefined)
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    # A pairing that differs from the true one only in equal texts scores the same but for rounding: it counts.
    as_high = int((values >= value - 1e-9).sum())
    return Floor(
        mean=mean,
        sd=sd,
        z=(value - mean) / sd if sd > 1e-9 else None,
        p=(1 + as_high) / (1 + SHUFFLES),
        lift=(value - mean) / (100 - mean) if mean < 100 else None,
        signature=SIGNATURE,
    )


def central_reference(records: Sequence[Record]) -> Record:
    """The record whose reference is closest to the others by mean chrF++: what to say when it must suit everyone.

    Of more than CENTRAL_SAMPLE records, so many drawn ones are compared with each other. Raises MetricError for fewer
    than two.
    """
    if len(records) < 2:
        raise MetricError("a constant reply needs a second item to be compared with")
    ordered = sorted(records, key=lambda record: record.id)
    sample = random.Random(SEED).sample(ordered, min(CENTRAL_SAMPLE, len(ordered)))
    metric = ChrF()
    texts = [metric.prepare(record.reference) for record in sample]

    def closeness(index: int) -> float:
        pairs = [metric.pair(texts[index], text) for place, text in enumerate(texts) if place != index]
        return float(metric.value(np.array(pairs, dtype=np.float64)).mean())

    return sample[max(range(len(sample)), key=closeness)]


def constant_score(metric: OverlapMetric[Any], constant: Record, records: Sequence[Record]) -> float:
    """The score of `constant`'s reference as the reply to every other record. Raises MetricError."""
    reply = metric.prepare(constant.reference)
    pairs = [metric.pair(reply, metric.prepare(record.reference)) for record in records if record.id != constant.id]
    value = float(metric.value(np.array(pairs, dtype=np.float64).sum(axis=0, keepdims=True))[0])
    if not math.isfinite(value):
        raise MetricError(metric.undefined)
    return value


def _buckets(records: Sequence[Record]) -> list[list[int]]:
    """The records' indices by length of reply, cut into even parts of at least BUCKET (all in one where fewer)."""
    by_length = sorted(range(len(records)), key=lambda i: (len(words(records[i].reply)), records[i].id))
    parts = np.array_split(np.array(by_length), max(1, len(records) // BUCKET))
    return [part.tolist() for part in parts]
