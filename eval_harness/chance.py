"""What an overlap score would be by chance: the floor of shuffled replies, and one reply given to everyone.

Unrelated Bengali texts share letters, common words and sentence ends, so an overlap score is never 0 and means nothing
without its floor. The floor pairs the references with the replies given in other conversations, drawn among the replies
of about the same length, many times over; being so close by chance is then a one-sided permutation test.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval_harness.errors import MetricError
from eval_harness.intervals import Array, Indices
from eval_harness.metrics.metric import OverlapMetric
from eval_harness.metrics.overlap import ChrF
from eval_harness.records import Record
from sahayok.bengali import words

SHUFFLES = 1000
BUCKET = 20
"""Items whose replies have about the same length, and that are shuffled among themselves."""
SMALLEST_BUCKET = 5
PAIRS = 40_000
"""Each reply of a bucket is scored with each of its references. Buckets are smaller where that would be more pairs: so
many items have a narrow floor from fewer."""
SEED = 1
CENTRAL_SAMPLE = 100

_Item = list[Record]
"""The replies to one item, which share a reference."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What the same replies score with the references of other conversations: `mean` and `sd` over the shuffles.

    `z` = (score - mean) / sd; `lift` = (score - mean) / (100 - mean), the part of the way from chance to perfect. Both
    are None where they would divide by 0.

    What is shuffled are items: the replies of several tries at one item resemble each other, and go together to another
    item's reference. No reply meets a reference of its own conversation, whose turns are about one thing, unless more
    than half of a bucket is of one conversation.

    `p` = the share of as many free shuffles that score as high, the true pairing counted among them (Phipson and Smyth
    2010). In those a reply may meet its own reference: without them the shuffles are no group, and the test would find
    too much (Hemerik and Goeman 2018).
    """

    mean: float
    sd: float
    z: float | None
    p: float
    lift: float | None
    signature: str


def floor(metric: OverlapMetric[Any], records: Sequence[Record]) -> Floor:
    """The floor of `metric` on these records. Raises MetricError for fewer than two items."""
    items = _items(records)
    if len(items) < 2:
        raise MetricError("the replies to one item cannot be shuffled")
    generator = np.random.default_rng(SEED)
    matched = across = free = np.zeros(())
    size = max(SMALLEST_BUCKET, min(BUCKET, PAIRS // len(items)))
    for bucket in _buckets(items, size):
        # Every reply of the bucket against every reference once: a shuffle then only picks and adds.
        block = _block(metric, bucket)
        places = np.arange(len(bucket))
        matched = matched + _sums(block, places)
        across = across + _sums(
            block, pairings([replies[0].conversation_id for replies in bucket], SHUFFLES, generator)
        )
        free = free + _sums(block, generator.permuted(np.tile(places, (SHUFFLES, 1)), axis=1))
    value = float(metric.value(np.atleast_2d(matched))[0])
    values = metric.value(np.atleast_2d(across))
    if not math.isfinite(value) or not np.isfinite(values).all():
        raise MetricError(metric.undefined)
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    # A pairing that differs from the true one only in equal texts scores the same but for rounding: it counts.
    as_high = int((metric.value(np.atleast_2d(free)) >= value - 1e-9).sum())
    return Floor(
        mean=mean,
        sd=sd,
        z=(value - mean) / sd if sd > 1e-9 else None,
        p=(1 + as_high) / (1 + SHUFFLES),
        lift=(value - mean) / (100 - mean) if mean < 100 else None,
        signature=f"chance:permutation|shuffles:{SHUFFLES}|bucket:{size}-by-words|across:conversations|rs:{SEED}",
    )


def pairings(groups: Sequence[str], count: int, generator: np.random.Generator) -> Indices:
    """Random pairings of n texts with the n others, shape (count, n): text i of a row meets text row[i].

    None meets itself, nor one of its own group while no group has more than half of the texts; a larger one meets
    itself as seldom as can be. Raises ValueError for fewer than two texts.

    Each row seats the texts in a circle, groups side by side, both in random order, and turns it by at least the size
    of the largest group, either way.
    """
    size = len(groups)
    if size < 2:
        raise ValueError("one text cannot be paired with another")
    of_text, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)[1:]
    # The group's random whole number decides, then the text's own fraction.
    group_ranks = generator.permuted(np.tile(np.arange(len(sizes)), (count, 1)), axis=1)
    seats = np.argsort(group_ranks[:, of_text] + generator.random((count, size)), axis=1)
    largest = int(sizes.max())
    nearest, farthest = sorted((largest, size - largest))
    turns = generator.integers(max(1, nearest), min(size - 1, farthest), size=(count, 1), endpoint=True)
    partners = np.take_along_axis(seats, (np.arange(size) + turns) % size, axis=1)
    result = np.empty((count, size), dtype=np.int64)
    np.put_along_axis(result, seats, partners, axis=1)
    return result


def central_reference(records: Sequence[Record]) -> Record:
    """The record whose reference is closest to the others by mean chrF++: what to say when it must suit everyone.

    Of more than CENTRAL_SAMPLE items, so many drawn ones are compared with each other. Raises MetricError for fewer
    than two.
    """
    ordered = [replies[0] for replies in _items(records)]
    if len(ordered) < 2:
        raise MetricError("a constant reply needs a second item to be compared with")
    sample = random.Random(SEED).sample(ordered, min(CENTRAL_SAMPLE, len(ordered)))
    metric = ChrF()
    texts = [metric.prepare(record.reference) for record in sample]

    def closeness(index: int) -> float:
        pairs = [metric.pair(texts[index], text) for place, text in enumerate(texts) if place != index]
        return float(metric.value(np.array(pairs, dtype=np.float64)).mean())

    return sample[max(range(len(sample)), key=closeness)]


def constant_score(metric: OverlapMetric[Any], constant: Record, records: Sequence[Record]) -> float:
    """The score of `constant`'s reference as the reply to every other item. Raises MetricError."""
    reply = metric.prepare(constant.reference)
    pairs = [metric.pair(reply, metric.prepare(record.reference)) for record in records if record.id != constant.id]
    value = float(metric.value(np.array(pairs, dtype=np.float64).sum(axis=0, keepdims=True))[0])
    if not math.isfinite(value):
        raise MetricError(metric.undefined)
    return value


def _items(records: Sequence[Record]) -> list[_Item]:
    """The records by item, in the order of the items' ids."""
    items: defaultdict[str, _Item] = defaultdict(list)
    for record in records:
        items[record.id].append(record)
    return [items[name] for name in sorted(items)]


def _buckets(items: Sequence[_Item], size: int) -> list[list[_Item]]:
    """The items by mean length of reply, cut into even parts of at least `size` (all in one where fewer)."""
    # Items of one topic have ids side by side: drawn numbers keep those of equal length from falling into one bucket.
    drawn = random.Random(SEED).sample(range(len(items)), len(items))
    lengths = [sum(len(words(record.reply)) for record in replies) / len(replies) for replies in items]
    order = sorted(range(len(items)), key=lambda index: (lengths[index], drawn[index]))
    parts = np.array_split(np.array(order), max(1, len(items) // size))
    return [[items[index] for index in part.tolist()] for part in parts]


def _block(metric: OverlapMetric[Any], items: Sequence[_Item]) -> Array:
    """The statistics of each item's replies, summed, against each item's reference: (items, items, k)."""
    references = [metric.prepare(replies[0].reference) for replies in items]
    block = []
    for replies in items:
        prepared = [metric.prepare(record.reply) for record in replies]
        pairs = [[metric.pair(reply, reference) for reference in references] for reply in prepared]
        block.append(np.array(pairs, dtype=np.float64).sum(axis=0))
    return np.array(block)


def _sums(block: Array, orders: Indices) -> Array:
    """Of a block (n, n, k), the sum over the n replies, reply i with reference orders[..., i]: (..., k)."""
    size, _, statistics = block.shape
    # Much faster than block[range(size), orders], which finds each place by two indices.
    picked = block.reshape(-1, statistics).take(np.arange(size) * size + orders, axis=0)
    sums: Array = picked.sum(axis=-2)
    return sums
