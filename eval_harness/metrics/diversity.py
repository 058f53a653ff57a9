"""How varied are the replies? A model that says the same to everyone scores well on many other metrics.

No more is better without end: random words are the most varied. A person's references show where to stop.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from eval_harness import normalise
from eval_harness.errors import MetricError
from eval_harness.intervals import JACKKNIFE, Array, Clusters
from eval_harness.metrics.metric import Metric, Score, ngrams, quotient
from eval_harness.metrics.overlap import BLEU_ORDERS, Bleu, bleu
from eval_harness.records import Record
from sahayok.bengali import words

DRAWN = 500
"""n-grams to a draw of the plain distinct-n: about twenty replies."""
SAMPLE = 200
"""Replies that self-BLEU compares with each other at most."""
SEED = 1


Mask = NDArray[np.bool_]


class _Distinct(Metric):
    """Different word n-grams in 500 that are drawn from those of all replies / 500, in the mean over all draws.

    distinct-n (Li et al. 2016) of whole texts falls as these grow, so that a model of short replies, or a run of few,
    seems varied. A draw of fixed size does not (rarefaction, Hurlbert 1971; on words HD-D, McCarthy and Jarvis 2007).
    """

    n: ClassVar[int]
    unit = "of the n-grams"
    direction = "higher"
    interval = JACKKNIFE

    @property
    def details(self) -> str:
        return f"{normalise.SIGNATURE}|tok:bengali-words|n:{self.n}|drawn:{DRAWN}-all-draws|aggregate:corpus"

    def _compute(self, records: Sequence[Record]) -> Score:
        clusters = Clusters([record.conversation_id for record in records])
        counts: Counter[tuple[str, ...]] = Counter()
        of_cluster: list[Counter[tuple[str, ...]]] = [Counter() for _ in range(clusters.count)]
        for record, cluster in zip(records, clusters.of_record.tolist(), strict=True):
            found = _ngrams(record.reply, self.n)
            counts.update(found)
            of_cluster[cluster].update(found)
        if counts.total() < DRAWN:
            raise MetricError(f"the replies have {counts.total()} {self.n}-grams of words, fewer than {DRAWN}")
        spectrum = Counter(counts.values())
        value = expected_distinct(spectrum, DRAWN) / DRAWN
        without = [expected_distinct(_without(spectrum, counts, left), DRAWN) / DRAWN for left in of_cluster]
        interval = clusters.jackknife(value, np.array(without))
        return self._score(value, interval, sum(1 for record in records if _ngrams(record.reply, self.n)))


class Distinct1(_Distinct):
    """Different words in 500."""

    name = "distinct_1"
    version = 1
    n = 1


class Distinct2(_Distinct):
    """Different pairs of neighbouring words in 500."""

    name = "distinct_2"
    version = 1
    n = 2


class _DistinctRatio(Metric):
    """Different word n-grams in all replies / in all references: 1 is as varied as people, less is formulaic.

    distinct-n (Li et al. 2016) falls as texts grow, so each reply and its reference are cut to the same number of
    n-grams first; the ratio of the counts is then the ratio of the two distinct-n.
    """

    n: ClassVar[int]
    unit = "of the references'"
    direction = "higher"
    interval = JACKKNIFE
    needs = ("reference",)
    details = f"{normalise.SIGNATURE}|tok:bengali-words|cut:pairwise|aggregate:corpus"

    def _compute(self, records: Sequence[Record]) -> Score:
        clusters = Clusters([record.conversation_id for record in records])
        said = NgramOwners()
        meant = NgramOwners()
        compared = 0
        for record, cluster in zip(records, clusters.of_record.tolist(), strict=True):
            pairs = list(zip(_ngrams(record.reply, self.n), _ngrams(record.reference, self.n), strict=False))
            compared += bool(pairs)
            said.add((pair[0] for pair in pairs), cluster)
            meant.add((pair[1] for pair in pairs), cluster)
        if not compared:
            raise MetricError(f"no reply and reference both have a word {self.n}-gram")
        value = len(said.owners) / len(meant.owners)
        without = np.column_stack([said.counts_without(clusters.count), meant.counts_without(clusters.count)])
        return self._score(value, clusters.jackknife(value, quotient(without)), compared)


class Distinct1Ratio(_DistinctRatio):
    """Different words in all replies / in all references."""

    name = "distinct_1_ratio"
    version = 1
    n = 1


class Distinct2Ratio(_DistinctRatio):
    """Different pairs of neighbouring words in all replies / in all references."""

    name = "distinct_2_ratio"
    version = 1
    n = 2


class SelfBleu(Metric):
    """Mean BLEU of each reply with all others as its references (Zhu et al. 2018): 100 says the same to everyone.

    It rises with the number of replies, since more references hold more of any reply: compare equal numbers only. Of
    more than 200 replies a drawn 200 stand for all. Replies of fewer than four tokens have no BLEU and are left out.
    """

    name = "self_BLEU"
    version = 1
    unit = "of 100"
    direction = "lower"
    interval = JACKKNIFE
    details = f"{normalise.SIGNATURE}|tok:intl|smooth:exp|refs:all-others|sample:{SAMPLE}|rs:{SEED}|aggregate:mean"

    def _compute(self, records: Sequence[Record]) -> Score:
        metric = Bleu()
        prepared = [(record, metric.prepare(record.reply)) for record in records]
        prepared = [(record, orders) for record, orders in prepared if orders[-1]]
        if len(prepared) > SAMPLE:
            prepared.sort(key=lambda pair: (pair[0].id, pair[0].repeat))
            prepared = random.Random(SEED).sample(prepared, SAMPLE)
        if len(prepared) < 2:
            raise MetricError("fewer than two replies are four tokens long")
        replies = _Replies([orders for _, orders in prepared])
        clusters = Clusters([record.conversation_id for record, _ in prepared])
        value = replies.self_bleu(np.ones(replies.count, dtype=bool))
        without = [replies.self_bleu(clusters.of_record != cluster) for cluster in range(clusters.count)]
        return self._score(value, clusters.jackknife(value, np.array(without)), replies.count)


class _Replies:
    """The n-grams of some replies as numbers, so that any part of the replies can be compared among themselves.

    An n-gram that a reply has twice is two different ones (see `occurrences`), so that those which a reply shares with
    the others, each counted as often as in the one other that has it most, are those which any other reply holds.
    """

    def __init__(self, replies: Sequence[Sequence[Iterable[Hashable]]]) -> None:
        self.count = len(replies)
        numbers: dict[tuple[int, Hashable], int] = {}
        entries = [
            (reply, order, numbers.setdefault((order, ngram), len(numbers)))
            for reply, orders in enumerate(replies)
            for order, found in enumerate(orders)
            for ngram in found
        ]
        self._reply, order, self._ngram = np.array(entries, dtype=np.int64).T
        self._cell = self._reply * BLEU_ORDERS + order
        self._possible = self._by_reply(np.ones(len(entries), dtype=bool))
        self._tokens = self._possible[:, 0]

    def self_bleu(self, part: Mask) -> float:
        """The mean over the replies where `part` (replies,) is true, each against the others of them; NaN for one."""
        if part.sum() < 2:
            return math.nan
        inside = part[self._reply]
        held_by = np.bincount(self._ngram[inside], minlength=int(self._ngram.max()) + 1)
        matched = self._by_reply(inside & (held_by[self._ngram] > 1))[part]
        statistics = np.column_stack([self._tokens[part], _closest(self._tokens[part]), matched, self._possible[part]])
        return float(bleu(statistics, smoothed=True).mean())

    def _by_reply(self, chosen: Mask) -> Array:
        """How many of the chosen n-grams each reply has, of shape (replies, orders)."""
        counts = np.bincount(self._cell[chosen], minlength=self.count * BLEU_ORDERS)
        return counts.reshape(self.count, BLEU_ORDERS).astype(np.float64)


class NgramOwners:
    """Which conversation has each n-gram, or that several have it."""

    SHARED = -1

    def __init__(self) -> None:
        self.owners: dict[tuple[str, ...], int] = {}

    def add(self, found: Iterable[tuple[str, ...]], cluster: int) -> None:
        for ngram in found:
            if self.owners.setdefault(ngram, cluster) != cluster:
                self.owners[ngram] = self.SHARED

    def counts_without(self, clusters: int) -> Array:
        """How many different n-grams are left without each conversation, of shape (clusters,)."""
        owned = np.zeros(clusters)
        for owner in self.owners.values():
            if owner != self.SHARED:
                owned[owner] += 1
        return len(self.owners) - owned


def expected_distinct(spectrum: Counter[int], drawn: int) -> float:
    """How many different things stand in `drawn` that are drawn without replacement, in the mean over all draws; NaN
    where there are fewer. `spectrum` has the number of things that occur once, twice and so on.

    A thing that occurs f times among N is missed with probability C(N - f, drawn) / C(N, drawn) (Hurlbert 1971).
    """
    total = sum(times * things for times, things in spectrum.items())
    if total < drawn:
        return math.nan
    return sum(things * (1 - _missed(total, times, drawn)) for times, things in spectrum.items())


def _missed(total: int, times: int, drawn: int) -> float:
    """C(total - times, drawn) / C(total, drawn)."""
    if total - times < drawn:
        return 0.0
    kept = math.lgamma(total - times + 1) + math.lgamma(total - drawn + 1)
    return math.exp(kept - math.lgamma(total - times - drawn + 1) - math.lgamma(total + 1))


def _without(spectrum: Counter[int], counts: Counter[tuple[str, ...]], left: Counter[tuple[str, ...]]) -> Counter[int]:
    """The spectrum of `counts` without those of one conversation."""
    rest = spectrum.copy()
    for ngram, times in left.items():
        rest[counts[ngram]] -= 1
        rest[counts[ngram] - times] += 1
    return rest


def _closest(lengths: Array) -> Array:
    """For each length, the closest among the others, the shorter of two: the reference length of sacrebleu's BLEU."""
    distances = np.abs(lengths[:, None] - lengths[None, :])
    np.fill_diagonal(distances, np.inf)
    # Of two that are as close, argmin takes the first in a row that is ordered by length.
    order = np.argsort(lengths, kind="stable")
    result: Array = lengths[order][np.argmin(distances[:, order], axis=1)]
    return result


def _ngrams(text: str, n: int) -> list[tuple[str, ...]]:
    return ngrams(words(normalise.normalise(text)), n)
