"""ROUGE on Bengali words. The usual package's default tokenizer drops every Bengali letter."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from eval_harness import normalise
from eval_harness.intervals import Array
from eval_harness.metrics.metric import OverlapMetric, Prepared, quotient
from eval_harness.metrics.overlap import token_ngrams
from sahayok.bengali import words


class _Rouge(OverlapMetric[Prepared]):
    """Mean over the replies of an F1 (Lin 2004): with m what reply and reference share, P = m/|reply| and
    R = m/|reference|, F = 2PR/(P+R) = 2m/(|reply|+|reference|); 0 where both are empty."""

    undefined = "there is no reply"
    details = f"{normalise.SIGNATURE}|tok:bengali-words|f:1|case:mixed|stem:no|aggregate:mean"

    @abstractmethod
    def shared(self, reply: Prepared, reference: Prepared) -> int:
        """m: how much of the texts is the same."""

    @abstractmethod
    def size(self, text: Prepared) -> int:
        """How much there is of a text."""

    def pair(self, reply: Prepared, reference: Prepared) -> list[float]:
        total = self.size(reply) + self.size(reference)
        return [2 * self.shared(reply, reference) / total if total else 0.0, 1.0]

    def value(self, sums: Array) -> Array:
        return 100 * quotient(sums)


class _RougeN(_Rouge[set[Hashable]]):
    """What is shared are runs of `n` words, each as often as both have it."""

    n: ClassVar[int]

    def prepare(self, text: str) -> set[Hashable]:
        return token_ngrams(words(normalise.normalise(text)), self.n)

    def shared(self, reply: set[Hashable], reference: set[Hashable]) -> int:
        return len(reply & reference)

    def size(self, text: set[Hashable]) -> int:
        return len(text)


class Rouge1(_RougeN):
    """ROUGE-1 (Lin 2004): the words that reply and reference share, in any order."""

    name = "ROUGE-1"
    version = 1
    n = 1


class Rouge2(_RougeN):
    """ROUGE-2 (Lin 2004): the pairs of neighbouring words that they share."""

    name = "ROUGE-2"
    version = 1
    n = 2


@dataclass(frozen=True, slots=True)
class Positions:
    """A text's tokens, and for each token the places where it stands, as bits of a number."""

    tokens: Sequence[Hashable]
    places: Mapping[Hashable, int]

    @classmethod
    def of(cls, tokens: Sequence[Hashable]) -> Positions:
        places: defaultdict[Hashable, int] = defaultdict(int)
        for index, token in enumerate(tokens):
            places[token] |= 1 << index
        return cls(tokens, dict(places))


class RougeL(_Rouge[Positions]):
    """ROUGE-L (Lin 2004): the longest common subsequence of words."""

    name = "ROUGE-L"
    version = 1

    def prepare(self, text: str) -> Positions:
        return Positions.of(words(normalise.normalise(text)))

    def shared(self, reply: Positions, reference: Positions) -> int:
        return longest_common_subsequence(reply, reference)

    def size(self, text: Positions) -> int:
        return len(text.tokens)


def longest_common_subsequence(a: Positions, b: Positions) -> int:
    """Its length, by rows of bits (Hyyrö 2004, "Bit-parallel LCS-length computation revisited").

    Bit i of `row` is 0 where a longest common subsequence of a[:i+1] and what was read of `b` is longer than of a[:i].
    """
    every = (1 << len(a.tokens)) - 1
    row = every
    for token in b.tokens:
        if token in a.places:
            matches = row & a.places[token]
            row = ((row + matches) | (row - matches)) & every
    return len(a.tokens) - row.bit_count()
