"""English words: which there are, and how Bengali writes those that it has borrowed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from sahayok.bengali import nfc

SCORES = (-5.0, -7.0)
"""Natural log probability of the words of each line of english.txt: those that make sentences, and the rest."""


def english_score(word: str) -> float | None:
    """Natural log probability of a word in English, None where english.txt does not have it."""
    return _scores().get(word)


def makes_sentences(word: str) -> bool:
    """Whether it is one of the words that English sentences are made with: "the", "is", "my", "want"."""
    return english_score(word) == SCORES[0]


def loanword(word: str) -> str | None:
    """An English word as Bengali writes it, where loanwords.tsv knows it: the sound where Bengali speech has taken
    the word (ফোন, এক্সাম), else a Bengali word (একা for "lonely")."""
    return _loanwords().get(word)


@cache
def _scores() -> Mapping[str, float]:
    lines = _lines("english.txt")
    return {word: score for line, score in zip(lines, SCORES, strict=True) for word in line.split()}


@cache
def _loanwords() -> Mapping[str, str]:
    return {word: nfc(spelling) for word, spelling in (line.split("\t") for line in _lines("loanwords.tsv"))}


def _lines(name: str) -> list[str]:
    return (resources.files("sahayok") / "romanised" / name).read_text(encoding="utf-8").splitlines()
