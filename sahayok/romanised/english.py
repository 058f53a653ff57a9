"""English words: which there are, and how Bengali writes those that it has borrowed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from sahayok.bengali import nfc

SHORTEST_STEM = 3
"""Letters at least before an English ending: "is" is no plural."""
_ENDINGS = {
    "'s": ("স", "স"),
    "es": ("েস", "জ"),
    "s": ("স", "স"),
    "ing": ("িং", "য়িং"),
    "ed": ("ড", "ড"),
    "ness": ("নেস", "নেস"),
    "less": ("লেস", "লেস"),
    "ship": ("শিপ", "শিপ"),
}
"""English endings as they are written after a consonant and after a vowel."""
_LAST_LETTERS = {ending[-1] for ending in _ENDINGS}
_HISSES = ("s", "x", "z", "ch", "sh")
_NUKTA = "\u09bc"

SCORES = (-5.0, -7.0)
"""Natural log probability of the words of each line of english.txt: those that make sentences, and the rest."""


def english_score(word: str) -> float | None:
    """Natural log probability of a word in English, None where english.txt does not have it."""
    return _scores().get(word)


def makes_sentences(word: str) -> bool:
    """Whether it is one of the words that English sentences are made with: "the", "is", "my", "want"."""
    return english_score(word) == SCORES[0]


@lru_cache(maxsize=4_000)
def loanword(word: str) -> str | None:
    """An English word as Bengali writes it, by its sound (ফোন, এক্সাম), where loanwords.tsv knows it or the word that
    it is formed from: "plans", "planned" and "planning" from "plan"."""
    known = _loanwords()
    if word in known or word[-1:] not in _LAST_LETTERS:
        return known.get(word)
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= SHORTEST_STEM:
            for lemma in _lemmas(stem, ending):
                if lemma in known:
                    return known[lemma] + _written(ending, known[lemma])
    return None


def is_loanword(text: str) -> bool:
    """Whether a word in Bengali script is a loanword of the list, without an ending."""
    return text in _loanword_spellings()


def ends_in_consonant(text: str) -> bool:
    """Whether a word in Bengali script in NFC ends in a consonant without a sign, so that an ending is a sign: বস, not
    ডে."""
    return "ক" <= text.rstrip(_NUKTA)[-1:] <= "হ"


def _lemmas(stem: str, ending: str) -> tuple[str, ...]:
    """The words that a form may be of: "parti" (es) of "party", "plann" (ing) of "plan", "manag" (ing) of "manage"."""
    if ending == "es":
        return (stem.removesuffix("i") + "y",) if stem.endswith("i") else (stem,) if stem.endswith(_HISSES) else ()
    if ending in ("ing", "ed"):
        doubled = stem[-1] == stem[-2]
        return (stem, stem + "e", *((stem[:-1],) if doubled else ()), *((stem[:-1] + "y",) if stem[-1] == "i" else ()))
    return (stem,)


def _written(ending: str, spelling: str) -> str:
    """An English ending as it is written after a spelling: ব্লকড but সিলেক্টেড, প্ল্যানিং but রিপ্লাইয়িং."""
    if ending == "ed" and spelling[-1] in "টড":
        return "েড"
    return nfc(_ENDINGS[ending][0 if ends_in_consonant(spelling) else 1])


@cache
def _scores() -> Mapping[str, float]:
    lines = _lines("english.txt")
    return {word: score for line, score in zip(lines, SCORES, strict=True) for word in line.split()}


@cache
def _loanwords() -> Mapping[str, str]:
    return dict(line.split("\t") for line in _lines("loanwords.tsv"))


def _lines(name: str) -> list[str]:
    return nfc((resources.files("sahayok") / "romanised" / name).read_text(encoding="utf-8")).splitlines()


@cache
def _loanword_spellings() -> frozenset[str]:
    return frozenset(_loanwords().values())
