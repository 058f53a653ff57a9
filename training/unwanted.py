"""What is left out of text for pretraining: lists, quarrels, obscenity, bylines and addresses, and what stood already.

The small model learns to listen. A page of polemic, a bullet list or the fifth copy of a story teaches it nothing of
that, and takes the place of something that does.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from itertools import groupby
from zlib import crc32

import regex

from training.text import dialogue_turns

_LIST_LINE = regex.compile(r"\s*(?:[•●▪■◦*►→]|\(?[০-৯0-9]{1,3}[.)।:]|\(?[ক-হa-zA-Z][.)])\s")
LIST_LINES = 3
"""So many list lines in a row are a list."""
_ADDRESS = regex.compile(r"\S+@\S+\.\w+|(?<!\d)[+০-৯0-9][০-৯0-9 -]{8,}[০-৯0-9]")
_BYLINE = regex.compile(r"[-–—=*~ ]+[^\s।?!]+(?: [^\s।?!]+){0,3}")
"""A dash and up to four words: who wrote it."""

QUARREL_SHARE = 0.025
QUARREL_WORDS = 5
"""A text is a quarrel when so large a share of its words, and at least so many of them, are a quarrel's."""

SHINGLE = 8
"""Words in a shingle (Broder 1997)."""
SAMPLED = 8
"""Shingles are taken where the hash of their first word is divisible by this, in every text at the same places."""
REPEATED_SHARE = 0.5
FEWEST_SHINGLES = 3


class Sieve:
    """Lets the wanted part of text after text through and counts the characters it held back, by reason."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self._held_out: set[int] = set()
        self._seen: set[int] = set()

    def hold_out(self, text: str) -> None:
        """Hold back what repeats this text's paragraphs: it is kept for validation."""
        for paragraph in text.split("\n"):
            self._held_out.update(_shingles(paragraph))

    def __call__(self, text: str) -> str:
        """The text without its unwanted paragraphs, empty when nothing is left. A dialogue goes through whole or not
        at all, and may repeat what an earlier text has in its midst."""
        quarrelsome = len(_words("quarrel").findall(text))
        if quarrelsome >= QUARREL_WORDS and quarrelsome >= QUARREL_SHARE * (text.count(" ") + 1):
            self.left_out["quarrel"] += len(text)
            return ""
        if dialogue_turns(text):
            return "\n".join(self._without([(text, self._dialogue_reason)]))
        lines = _without_lists(text.split("\n"), self.left_out)
        ends = {*range(3), *range(len(lines) - 3, len(lines))}
        return "\n".join(
            self._without(
                (line, self._end_reason if index in ends else self._reason) for index, line in enumerate(lines)
            )
        )

    def _without(self, parts: Iterable[tuple[str, Callable[[str], str | None]]]) -> Iterator[str]:
        """The parts for which their function names no reason to leave them out."""
        for part, reason_for in parts:
            if reason := reason_for(part):
                self.left_out[reason] += len(part)
            else:
                yield part

    def _end_reason(self, paragraph: str) -> str | None:
        return "byline" if _BYLINE.fullmatch(paragraph) else self._reason(paragraph)

    def _reason(self, paragraph: str) -> str | None:
        if _ADDRESS.search(paragraph):
            return "address"
        shingles = _shingles(paragraph)
        repeated = _repeats(shingles, self._seen)
        self._seen |= shingles
        return "repeated" if repeated else self._dialogue_reason(paragraph)

    def _dialogue_reason(self, text: str) -> str | None:
        if _words("obscene").search(text):
            return "obscene"
        return "held out" if _repeats(_shingles(text), self._held_out) else None


def _without_lists(lines: list[str], left_out: Counter[str]) -> list[str]:
    kept: list[str] = []
    for listed, grouped in groupby(lines, key=lambda line: bool(_LIST_LINE.match(line))):
        run = list(grouped)
        if listed and len(run) >= LIST_LINES:
            left_out["list"] += sum(map(len, run))
        else:
            kept += run
    return kept


@cache
def _words(kind: str) -> re.Pattern[str]:
    """Matches where a word of that table of unwanted.toml begins. `re`, which is several times faster than `regex`
    over hundreds of megabytes; Bengali letters and signs are one block."""
    table = tomllib.loads((resources.files("training") / "unwanted.toml").read_text(encoding="utf-8"))[kind]
    letter = "[ঀ-\u09ff]"
    stems, words = ("|".join(map(re.escape, table[name])) for name in ("stems", "words"))
    return re.compile(f"(?<!{letter})(?:{stems}|(?:{words})(?!{letter}))")


@cache
def _is_sampled(word: str) -> bool:
    return crc32(word.encode()) % SAMPLED == 0


def _repeats(shingles: set[int], known: set[int]) -> bool:
    return len(shingles) >= FEWEST_SHINGLES and len(shingles & known) >= REPEATED_SHARE * len(shingles)


def _shingles(paragraph: str) -> set[int]:
    words = paragraph.split()
    last = len(words) - SHINGLE
    return {
        hash(tuple(words[index : index + SHINGLE]))
        for index, word in enumerate(words)
        if index <= last and _is_sampled(word)
    }
