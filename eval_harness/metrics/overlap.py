"""chrF++ and BLEU over the corpus, kept apart by pair so that pairings can be shuffled.

The numbers are sacrebleu's to 1e-9, and so are the signatures. The counting and the formulas are this module's: a floor
scores twenty pairings a reply and a thousand sums, which sacrebleu's functions for one text at a time make slow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from sacrebleu.metrics import BLEU, CHRF

from eval_harness import normalise
from eval_harness.intervals import Array
from eval_harness.metrics.metric import OverlapMetric

BLEU_ORDERS = 4
_BETA_SQUARED = 4
"""chrF weighs recall twice as much as precision: the F2 of Popović 2015."""

Ngrams = list[set[Hashable]]
"""The n-grams of a text, a set for each order, as `occurrences` makes them."""


class ChrF(OverlapMetric[Ngrams]):
    """chrF++ (Popović 2017): F2 of character 1- to 6-grams and word 1- and 2-grams, over the corpus."""

    name = "chrF++"
    version = 1
    undefined = "chrF++ has no value here"

    def __init__(self, word_order: int = 2) -> None:
        """`word_order` 0 is chrF, without the words."""
        self._chrf = CHRF(word_order=word_order)

    @property
    def details(self) -> str:
        return f"{normalise.SIGNATURE}|{_signature(self._chrf)}"

    def prepare(self, text: str) -> Ngrams:
        normal = normalise.normalise(text)
        letters = "".join(normal.split())
        words = self._chrf._remove_punctuation(normal)
        return [
            *(token_ngrams(letters, n) for n in range(1, self._chrf.char_order + 1)),
            *(token_ngrams(words, n) for n in range(1, self._chrf.word_order + 1)),
        ]

    def pair(self, reply: Ngrams, reference: Ngrams) -> list[float]:
        statistics: list[float] = []
        for said, meant in zip(reply, reference, strict=True):
            # As in sacrebleu, an order that the reference is too short for does not count.
            statistics += (len(said) if meant else 0, len(meant), len(said & meant))
        return statistics

    def value(self, sums: Array) -> Array:
        said, meant, matched = sums[:, 0::3], sums[:, 1::3], sums[:, 2::3]
        usable = (said > 0) & (meant > 0)
        orders = np.maximum(usable.sum(axis=1), 1)
        precision = _quotient(matched, np.where(usable, said, 0)).sum(axis=1) / orders
        recall = _quotient(matched, np.where(usable, meant, 0)).sum(axis=1) / orders
        return 100 * _quotient((1 + _BETA_SQUARED) * precision * recall, _BETA_SQUARED * precision + recall)


class Bleu(OverlapMetric[Ngrams]):
    """BLEU (Papineni et al. 2002) with the tokenizer "intl", which sets the danda apart and keeps ১২.৫ whole."""

    name = "BLEU"
    version = 1
    undefined = "no reply is four tokens long"

    def __init__(self) -> None:
        self._bleu = BLEU(tokenize="intl")

    @property
    def details(self) -> str:
        return f"{normalise.SIGNATURE}|{_signature(self._bleu)}"

    def prepare(self, text: str) -> Ngrams:
        return bleu_ngrams(self._bleu._preprocess_segment(normalise.normalise(text)).split())

    def pair(self, reply: Ngrams, reference: Ngrams) -> list[float]:
        return bleu_statistics(reply, reference)

    def value(self, sums: Array) -> Array:
        return bleu(sums, smoothed=True)


def occurrences(ngrams: Sequence[Hashable]) -> set[Hashable]:
    """The n-grams as a set in which a repeated one stands again with its number: (n-gram, 1), (n-gram, 2).

    len(a & b) is then the clipped number of matches, the sum over the n-grams of the smaller count.
    """
    found = set(ngrams)
    if len(found) < len(ngrams):
        repeated = [(ngram, count) for ngram, count in Counter(ngrams).items() if count > 1]
        found.update([(ngram, number) for ngram, count in repeated for number in range(1, count)])
    return found


def token_ngrams(tokens: Sequence[Hashable], n: int) -> set[Hashable]:
    """The occurrences of the runs of `n` tokens; in a text they are its letters."""
    if isinstance(tokens, str):
        return occurrences([tokens[start : start + n] for start in range(len(tokens) - n + 1)])
    if n == 1:
        return occurrences(tokens)
    return occurrences(list(zip(*(tokens[start:] for start in range(n)), strict=False)))


def bleu_ngrams(tokens: Sequence[Hashable]) -> Ngrams:
    """What `bleu_statistics` needs of a text."""
    return [token_ngrams(tokens, n) for n in range(1, BLEU_ORDERS + 1)]


def bleu_statistics(reply: Ngrams, reference: Ngrams) -> list[float]:
    """Tokens of reply and reference, then for each order the matches, then the n-grams of the reply."""
    matches = [len(said & meant) for said, meant in zip(reply, reference, strict=True)]
    return [len(reply[0]), len(reference[0]), *matches, *map(len, reply)]


def bleu(sums: Array, *, smoothed: bool) -> Array:
    """BLEU, 0 to 100, of each row of summed `bleu_statistics`; NaN where the replies have no n-gram of some order.

    `smoothed`: the k-th order without a match counts 1/2^k of one (Chen and Cherry 2014, method 3; sacrebleu's "exp").
    """
    said, meant = sums[:, 0], sums[:, 1]
    matched, possible = sums[:, 2 : 2 + BLEU_ORDERS], sums[:, 2 + BLEU_ORDERS :]
    counted = np.where(matched > 0, matched, 0.5 ** np.cumsum(matched == 0, axis=1)) if smoothed else matched
    geometric_mean = _quotient(counted, possible).prod(axis=1) ** (1 / BLEU_ORDERS)
    brevity = np.exp(np.minimum(0, 1 - _quotient(meant, said)))
    scores = np.where(matched.any(axis=1), 100 * brevity * geometric_mean, 0)
    result: Array = np.where((possible > 0).all(axis=1), scores, np.nan)
    return result


def _quotient(numerator: Array, denominator: Array) -> Array:
    """0 where the denominator is 0."""
    result: Array = np.divide(numerator, denominator, out=np.zeros(numerator.shape), where=denominator > 0)
    return result


def _signature(metric: Any) -> str:
    metric.num_refs = 1  # sacrebleu learns it from the first corpus it is given, and scores here come by pairs
    return str(metric.get_signature())
