"""Is the reply whole, of a human length and free of loops? None of these needs a reference to be close to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval_harness import normalise
from eval_harness.intervals import Array
from eval_harness.metrics.metric import RatioMetric, ngrams
from eval_harness.metrics.proportion import ProportionMetric
from eval_harness.records import Record
from sahayok.bengali import ends_complete, words


class CompleteRate(ProportionMetric):
    """Share of the replies that the model itself ended, and ended with a finished sentence."""

    name = "complete_rate"
    version = 1
    direction = "higher"
    undefined = "there is no reply"
    details = "end:।॥?!…|finish:eot"
    needs = ("finish",)

    def statistics(self, records: Sequence[Record]) -> Array:
        rows = [(record.finish == "eot" and ends_complete(record.reply), 1) for record in records]
        return np.array(rows, dtype=np.float64)


class LenientCompleteRate(ProportionMetric):
    """The same where a full stop after a Bengali letter also ends a sentence, and a reply of which nobody knows how it
    ended is taken for one that the model ended."""

    name = "complete_rate_lenient"
    version = 1
    direction = "higher"
    undefined = "there is no reply"
    details = f"{normalise.SIGNATURE}-lenient|end:।॥?!….|finish:eot-or-unknown"

    def statistics(self, records: Sequence[Record]) -> Array:
        rows = [(r.finish in ("eot", None) and ends_complete(_lenient(r.reply)), 1) for r in records]
        return np.array(rows, dtype=np.float64)


class EmptyRate(ProportionMetric):
    """Share of the replies without a word: nothing, white space, punctuation, emoji. A number is a word."""

    name = "empty_rate"
    version = 2
    direction = "lower"
    undefined = "there is no reply"
    details = f"{normalise.SIGNATURE}|tok:bengali-words|empty:no-word"

    def statistics(self, records: Sequence[Record]) -> Array:
        return np.array([(not _words(record.reply), 1) for record in records], dtype=np.float64)


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


class LengthRatio(RatioMetric):
    """Words of all replies / words of all references."""

    name = "length_ratio"
    version = 1
    unit = "of the references'"
    direction = "none"
    undefined = "the references have no words"
    needs = ("reference",)
    details = f"{normalise.SIGNATURE}|tok:bengali-words|aggregate:corpus"

    def statistics(self, records: Sequence[Record]) -> Array:
        rows = [(len(_words(record.reply)), len(_words(record.reference))) for record in records]
        return np.array(rows, dtype=np.float64)


class ReplyWords(RatioMetric):
    """Mean number of words in a reply, the empty ones among them."""

    name = "reply_words"
    version = 1
    unit = "words a reply"
    direction = "none"
    undefined = "there is no reply"
    details = f"{normalise.SIGNATURE}|tok:bengali-words|aggregate:mean"

    def statistics(self, records: Sequence[Record]) -> Array:
        return np.array([(len(_words(record.reply)), 1) for record in records], dtype=np.float64)


def _words(text: str) -> list[str]:
    return words(normalise.normalise(text))


def _lenient(text: str) -> str:
    return normalise.lenient(normalise.normalise(text))
