"""ROUGE-L on Bengali words. The usual package's default tokenizer drops every Bengali letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from eval_harness import normalise
from eval_harness.intervals import Array
from eval_harness.metrics.metric import OverlapMetric, quotient
from sahayok.bengali import words


class RougeL(OverlapMetric[list[str]]):
    """Mean over the replies of ROUGE-L F1 (Lin 2004): with L the longest common subsequence of words, P = L/|reply|,
    R = L/|reference|, F = 2PR/(P+R); 0 for a reply without words."""

    name = "ROUGE-L"
    version = 1
    undefined = "there is no reply"
    details = f"{normalise.SIGNATURE}|tok:bengali-words|f:1|case:mixed|stem:no|aggregate:mean"

    def prepare(self, text: str) -> list[str]:
        return words(normalise.normalise(text))

    def pair(self, reply: list[str], reference: list[str]) -> list[float]:
        total = len(reply) + len(reference)
        return [2 * longest_common_subsequence(reply, reference) / total if total else 0.0, 1.0]

    def value(self, sums: Array) -> Array:
        return 100 * quotient(sums)


def longest_common_subsequence(a: Sequence[str], b: Sequence[str]) -> int:
    """Its length, by rows of bits (Hyyrö 2004, "Bit-parallel LCS-length computation revisited").

    Bit i of `row` is 0 where a longest common subsequence of a[:i+1] and what was read of `b` is longer than of a[:i].
    """
    positions: defaultdict[str, int] = defaultdict(int)
    for index, word in enumerate(a):
        positions[word] |= 1 << index
    every = (1 << len(a)) - 1
    row = every
    for word in b:
        matches = row & positions.get(word, 0)
        row = (row + matches) | (row - matches)
        row &= every
    return len(a) - row.bit_count()
