"""The word table that comes with the package: Bengali words by key, how frequent they are, and which follow which.

`python -m training.romanised_words` writes it. It is UTF-8 text under gzip, which opens faster than xz; a line is read
in full only when a word asks for it. Words are known by rank, 1 for the most frequent; rank 0 is the beginning of a
sentence. Its lines:

1. FORMAT.
2. The last rank of each level of frequency: at level n a word's natural log probability is -n · LEVEL_WIDTH.
3. The number k of keys; then k lines of key, and for each word under it a tab, its pieces with "|" between them, a
   space and its rank, most frequent first.
4. For rank 0, 1, 2 …, one line of the words that follow it more than chance: the step in rank from the one before, in
   small hexadecimal, and a capital of PAIR_LEVELS, for a natural log of the ratio to chance of (its place + 1) ·
   PAIR_WIDTH.
"""

from __future__ import annotations

import gzip
from bisect import bisect_left
from functools import cache
from importlib import resources
from typing import NamedTuple

import regex

from sahayok.romanised.costs import named
from sahayok.romanised.spelling import Pieces, bengali_readings

FORMAT = "romanised-words 1"
LEVEL_WIDTH = 0.25
PAIR_LEVELS = "GHIJKLMNOPQRSTUVWXYZ"
PAIR_WIDTH = 0.5
BEGINNING = 0

_PAIR = regex.compile(f"([0-9a-f]+)([{PAIR_LEVELS[0]}-{PAIR_LEVELS[-1]}])")


class Entry(NamedTuple):
    """A Bengali word as it stands under one key; `log_probability` is natural, `names` are its pieces as costs know
    them."""

    log_probability: float
    rank: int
    word: str
    names: Pieces


class Table:
    def __init__(self, data: bytes) -> None:
        lines = gzip.decompress(data).decode().split("\n")
        if lines[0] != FORMAT:
            raise ValueError(f"not a word table of this version: {lines[0][:40]!r}, {FORMAT!r} is wanted")
        self._levels = [int(rank) for rank in lines[1].split()]
        first = 3
        after = first + int(lines[2])
        self._lines = {line[: line.index("\t")]: line for line in lines[first:after]}
        self._followers = lines[after:]
        self._entries: dict[str, list[Entry]] = {}
        self._ratios: dict[int, dict[int, float]] = {}

    def under(self, key: str) -> list[Entry]:
        """The words under a key, the most frequent first."""
        entries = self._entries.get(key)
        if entries is None:
            entries = self._entries[key] = [self._entry(field) for field in self._lines.get(key, "").split("\t")[1:]]
        return entries

    def find(self, word: str) -> Entry | None:
        return next((entry for entry in self.under(bengali_readings(word)[0][0]) if entry.word == word), None)

    def ratio(self, first: int, second: int) -> float | None:
        """ln of how much more often `second` follows `first` than chance; None where it is not known to."""
        ratios = self._ratios.get(first)
        if ratios is None:
            ratios, rank = {}, 0
            for step, level in _PAIR.findall(self._followers[first]):
                rank += int(step, 16)
                ratios[rank] = (PAIR_LEVELS.index(level) + 1) * PAIR_WIDTH
            self._ratios[first] = ratios
        return ratios.get(second)

    def _entry(self, field: str) -> Entry:
        spelled, _, rank = field.rpartition(" ")
        pieces = tuple(spelled.split("|"))
        level = bisect_left(self._levels, int(rank))
        return Entry(-level * LEVEL_WIDTH, int(rank), "".join(pieces), named(pieces))


@cache
def table() -> Table:
    """The package's own table, opened when it is first asked for."""
    return Table((resources.files("sahayok") / "romanised" / "words.txt.gz").read_bytes())
