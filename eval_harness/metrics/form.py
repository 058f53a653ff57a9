"""Is the reply whole, of a human length and free of loops? None of these needs a reference to be close to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from eval_harness import normalise
from eval_harness.errors import MetricError
from eval_harness.intervals import JACKKNIFE, Array, Clusters
from eval_harness.metrics.metric import Metric, RatioMetric, Score, ngrams, quotient
from eval_harness.records import Record
from sahayok.bengali import ends_complete, words


class CompleteRate(RatioMetric):
    """Share of the replies that the model itself ended, and ended with a finished sentence."""

    name = "complete_rate"
    version = 1
    unit = "share"
    direction = "higher"
    undefined = "there is no reply"
    details = "end:।॥?!…|finish:eot"

    def statistics(self, records: Sequence[Record]) -> Array:
        rows = [(record.finish == "eot" and ends_complete(record.reply), 1) for record in records]
        return np.array(rows, dtype=np.float64)


class EmptyRate(RatioMetric):
    """Share of the replies that are empty or white space."""

    name = "empty_rate"
    version = 1
    unit = "share"
    direction = "lower"
    undefined = "there is no reply"
    details = "empty:white-space"

    def statistics(self, records: Sequence[Record]) -> Array:
        return np.array([(not record.reply.strip(), 1) for record in records], dtype=np.float64)


class RepeatedFourgrams(RatioMetric):
    """Share of the word 4-grams that stood in the same reply before: a model that goes in circles."""

    name = "repeated_4grams"
    version = 1
    unit = "share"
    direction = "lower"
    undefined = "no reply is four words long"
    details = f"{normalise.SIGNATURE}|tok:bengali-words|within:reply|aggregate:corpus"

    def statistics(self, records: Sequence[Record]) -> Array:
        rows = []
        for record in records:
            found = ngrams(_words(record.reply), 4)
            rows.append((len(found) - len(set(found)), len(found)))
        return np.array(rows, dtype=np.float64)

    def counted(self, records: Sequence[Record]) -> int:
        return sum(1 for record in records if len(_words(record.reply)) >= 4)


class DistinctBigrams(Metric):
    """Different word 2-grams in all replies / in all references: 1 is as varied as people, less is formulaic.

    distinct-2 (Li et al. 2016) falls as texts grow, so each reply and its reference are cut to the same number of
    2-grams first; the ratio of the counts is then the ratio of the two distinct-2.
    """

    name = "distinct_2_ratio"
    version = 1
    unit = "of the references'"
    direction = "higher"
    interval = JACKKNIFE
    details = f"{normalise.SIGNATURE}|tok:bengali-words|cut:pairwise|aggregate:corpus"

    def compute(self, records: Sequence[Record]) -> Score:
        clusters = Clusters([record.conversation_id for record in records])
        said = BigramOwners()
        meant = BigramOwners()
        compared = 0
        for record, cluster in zip(records, clusters.of_record.tolist(), strict=True):
            pairs = list(zip(_bigrams(record.reply), _bigrams(record.reference), strict=False))
            compared += bool(pairs)
            said.add((pair[0] for pair in pairs), cluster)
            meant.add((pair[1] for pair in pairs), cluster)
        if not compared:
            raise MetricError("no reply and reference are two words long")
        value = len(said.owners) / len(meant.owners)
        without = np.column_stack([said.counts_without(clusters.count), meant.counts_without(clusters.count)])
        return self._score(value, clusters.jackknife(value, quotient(without)), compared)


class BigramOwners:
    """Which conversation has each 2-gram, or that several have it."""

    SHARED = -1

    def __init__(self) -> None:
        self.owners: dict[tuple[str, ...], int] = {}

    def add(self, bigrams: Iterable[tuple[str, ...]], cluster: int) -> None:
        for bigram in bigrams:
            if self.owners.setdefault(bigram, cluster) != cluster:
                self.owners[bigram] = self.SHARED

    def counts_without(self, clusters: int) -> Array:
        """How many different 2-grams are left without each conversation, of shape (clusters,)."""
        owned = np.zeros(clusters)
        for owner in self.owners.values():
            if owner != self.SHARED:
                owned[owner] += 1
        return len(self.owners) - owned


class LengthRatio(RatioMetric):
    """Words of all replies / words of all references."""

    name = "length_ratio"
    version = 1
    unit = "of the references'"
    direction = "none"
    undefined = "the references have no words"
    details = f"{normalise.SIGNATURE}|tok:bengali-words|aggregate:corpus"

    def statistics(self, records: Sequence[Record]) -> Array:
        rows = [(len(_words(record.reply)), len(_words(record.reference))) for record in records]
        return np.array(rows, dtype=np.float64)


def _words(text: str) -> list[str]:
    return words(normalise.normalise(text))


def _bigrams(text: str) -> list[tuple[str, ...]]:
    return ngrams(_words(text), 2)
