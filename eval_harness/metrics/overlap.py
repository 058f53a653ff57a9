"""chrF++ and BLEU: sacrebleu's own statistics and formulas, kept apart by pair so that pairings can be shuffled.

The statistics and the score from their sums are what sacrebleu's significance tests use (`_compute_segment_statistics`,
`_compute_score_from_stats`); the tests hold both metrics equal to `corpus_score`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from sacrebleu.metrics import BLEU, CHRF

from eval_harness import normalise
from eval_harness.intervals import Array
from eval_harness.metrics.metric import OverlapMetric


class ChrF(OverlapMetric[list["Counter[str]"]]):
    """chrF++ (Popović 2017): F2 of character 1- to 6-grams and word 1- and 2-grams, over the corpus."""

    name = "chrF++"
    version = 1
    undefined = "chrF++ has no value here"

    def __init__(self) -> None:
        self._chrf = CHRF(word_order=2)

    @property
    def details(self) -> str:
        return f"{normalise.SIGNATURE}|{_signature(self._chrf)}"

    def prepare(self, text: str) -> list[Counter[str]]:
        info = self._chrf._extract_reference_info([normalise.normalise(text)])
        ngrams: list[Counter[str]] = info["ref_ngrams"][0]
        return ngrams

    def pair(self, reply: list[Counter[str]], reference: list[Counter[str]]) -> list[float]:
        orders = zip(reply, reference, strict=True)
        return [count for of_order in orders for count in self._chrf._get_match_statistics(*of_order)]

    def value(self, sums: Array) -> Array:
        return np.array([self._chrf._compute_score_from_stats(row).score for row in sums.tolist()])


@dataclass(frozen=True, slots=True)
class BleuText:
    """A tokenised text and what sacrebleu keeps of it as a reference."""

    tokenised: str
    info: dict[str, Any]


class Bleu(OverlapMetric[BleuText]):
    """BLEU (Papineni et al. 2002) with the tokenizer "intl", which sets the danda apart and keeps ১২.৫ whole."""

    name = "BLEU"
    version = 1
    undefined = "no reply is four tokens long"

    def __init__(self) -> None:
        self._bleu = BLEU(tokenize="intl")

    @property
    def details(self) -> str:
        return f"{normalise.SIGNATURE}|{_signature(self._bleu)}"

    def prepare(self, text: str) -> BleuText:
        tokenised = self._bleu._preprocess_segment(normalise.normalise(text))
        return BleuText(tokenised, self._bleu._extract_reference_info([tokenised]))

    def pair(self, reply: BleuText, reference: BleuText) -> list[float]:
        statistics: list[float] = self._bleu._compute_segment_statistics(reply.tokenised, reference.info)
        return statistics

    def value(self, sums: Array) -> Array:
        # sacrebleu gives 0 where there is no n-gram of some order to be right or wrong (there BLEU is undefined).
        totals = sums[:, -self._bleu.max_ngram_order :]
        scores = np.array([self._bleu._compute_score_from_stats(row).score for row in sums.tolist()])
        result: Array = np.where((totals > 0).all(axis=1), scores, np.nan)
        return result


def _signature(metric: Any) -> str:
    metric.num_refs = 1  # sacrebleu learns it from the first corpus it is given, and scores here come by pairs
    return str(metric.get_signature())
