"""What one word in Latin letters may stand for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from heapq import heappush, heappushpop
from importlib import resources
from typing import Literal

from sahayok.bengali import nfc
from sahayok.romanised.by_rule import by_rule
from sahayok.romanised.costs import log_probability
from sahayok.romanised.english import english_score, loanword
from sahayok.romanised.english_rule import by_english_rule, looks_english
from sahayok.romanised.spelling import latin_readings
from sahayok.romanised.table import Entry, table

Kind = Literal["bengali", "english", "unknown", "fixed"]
"""A Bengali word, an English one, a word that nothing is known of, a word already in Bengali script."""

# All scores are natural logarithms; the weights were chosen on the development half of bench/romanised_accuracy.py.
FREQUENCY_WEIGHT = 0.5
PAIR_WEIGHT = 0.5
MOST_CANDIDATES = 8
WORST_FIT = -2.6
"""Mean log probability a piece below which a word of the table is not what was typed."""
SECOND_READING = -1.5
"""What it costs to take y for a consonant, or c for a k."""
BY_HAND, NEXT_BY_HAND = -0.2, -1.2
"""Fit of the first word of words.toml, and what each further one loses."""
NEGATION = -0.5
ENDING = -4.0
CERTAIN = -10.0
"""Score of a word from which on it is not taken apart into a stem and an ending."""
LOANWORD = -9.0
"""Log probability of a loanword in Bengali speech that the table does not know."""
ALSO_BENGALI = -0.7
"""What a word loses as English where it is a frequent Bengali one ("go", "to")."""
BORROWED_APART = 1.5
"""What is gained besides where the word before an ending typed apart is English."""
LOOKS_ENGLISH = -9.0
"""Score of a word that nothing is known of and that is spelt as only English is."""
IN_SCRIPT = -7.0
"""Score as English of a word that nothing is known of, in a message in Bengali script; of one that ends in a, i, o or u
(a name, a sweet) it is less."""
UNKNOWN, UNKNOWN_LETTER, UNKNOWN_ENGLISH = -13.0, -0.7, -1.5

_NEGATIONS = {"na": " না", "nai": " নাই", "nei": " নেই", "ni": "নি"}
"""As they are written after a verb: নি is one word with it."""
_BEARS_NO_SIGN = "ংঃইউএও"
_VOWELS = "ািীুূৃেৈোৌঅআ"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a word may stand for. `first` and `last` are the ranks of its first and last word, None where unknown."""

    text: str
    score: float
    kind: Kind
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class ByHand:
    """words.toml."""

    words: Mapping[str, list[str]]
    endings: Mapping[str, list[str]]
    endings_apart: Mapping[str, tuple[tuple[str, ...], float]]
    counted: Mapping[str, str]


@cache
def by_hand() -> ByHand:
    table = tomllib.loads((resources.files("sahayok") / "romanised" / "words.toml").read_text(encoding="utf-8"))
    return ByHand(
        {typed: [nfc(text) for text in texts] for typed, texts in table["words"].items()},
        {typed: [nfc(text) for text in texts] for typed, texts in table["endings"].items()},
        {typed: (tuple(map(nfc, ending["ends"])), ending["gain"]) for typed, ending in table["endings_apart"].items()},
        {typed: nfc(text) for typed, text in table["counted"].items()},
    )


@lru_cache(maxsize=4_000)
def candidates(word: str, in_script: bool = False) -> tuple[Candidate, ...]:
    """What a word in small Latin letters may stand for, the likeliest alone first; never empty.

    In a message that is else in Bengali script an English word is nothing but English.
    """
    if in_script and (loanword(word) or english_score(word) is not None):
        return (_as_english(word, 0.0),)
    known = _by_hand(word)
    bengali = known or [*_in_table(word), *_with_negation(word)]
    if not bengali or bengali[0].score < CERTAIN:
        bengali += _with_ending(word)
    best: dict[str, Candidate] = {}
    unknown = IN_SCRIPT if in_script and word[-1] not in "aiou" else None
    for candidate in [*bengali, _as_english(word, ALSO_BENGALI if known else 0.0, unknown)]:
        if candidate.text not in best or best[candidate.text].score < candidate.score:
            best[candidate.text] = candidate
    if not known and loanword(word) is None and (text := by_rule(word)) not in best:
        best[text] = Candidate(text, UNKNOWN + UNKNOWN_LETTER * len(word), "unknown")
    return tuple(sorted(best.values(), key=lambda candidate: -candidate.score)[:MOST_CANDIDATES])


@lru_cache(maxsize=4_000)
def with_ending_apart(word: str, ending: str) -> tuple[Candidate, ...]:
    """A word and an ending typed apart as one word: "raat e" as রাতে, "kori ni" as করিনি."""
    if ending not in by_hand().endings_apart:
        return ()
    ends, gain = by_hand().endings_apart[ending]
    stems = tuple(candidate.text for candidate in candidates(word)[:4] if candidate.kind == "bengali")
    spelling = _borrowed(word)
    typed = word + ending
    wholes = [
        whole
        for whole in (*_by_hand(typed), *_in_table(typed), *_with_negation(typed), *_with_ending(typed))
        if whole.text.endswith(ends)
    ]
    borrowed = [whole for whole in wholes if spelling and whole.text.startswith(spelling)]
    if borrowed:
        gain += BORROWED_APART
    return tuple(
        Candidate(whole.text, whole.score + gain, "bengali", whole.first, whole.last)
        for whole in borrowed or wholes
        if borrowed or (whole.first and whole.text.startswith(stems))
    )


def in_bengali_script(text: str) -> Candidate:
    """A word that needs no reading."""
    rank = _rank(text)
    return Candidate(text, 0.0, "fixed", rank, rank)


def _by_hand(word: str) -> list[Candidate]:
    """Short forms and the most frequent words."""
    found = []
    for place, text in enumerate(by_hand().words.get(word, [])):
        parts = [entry for part in text.split(" ") if (entry := table().find(part))]
        frequency = max((entry.log_probability for entry in parts), default=LOANWORD)
        score = BY_HAND + NEXT_BY_HAND * place + FREQUENCY_WEIGHT * frequency
        first, last = (parts[0].rank, parts[-1].rank) if parts else (None, None)
        found.append(Candidate(text, score, "bengali", first, last))
    return found


@lru_cache(maxsize=4_000)
def _in_table(word: str) -> tuple[Candidate, ...]:
    """The likeliest words of the table under the word's keys."""
    best: list[tuple[float, Entry]] = []  # a heap, the least likely first
    for number, (key, typed) in enumerate(latin_readings(word)):
        worst = WORST_FIT * len(typed)
        for entry in table().under(key):
            frequency = FREQUENCY_WEIGHT * entry.log_probability
            if len(best) == MOST_CANDIDATES and frequency < best[0][0]:
                break
            fit = log_probability(typed, entry.names) + SECOND_READING * number
            if fit >= worst:
                (heappushpop if len(best) == MOST_CANDIDATES else heappush)(best, (fit + frequency, entry))
    return tuple(Candidate(entry.word, score, "bengali", entry.rank, entry.rank) for score, entry in sorted(best)[::-1])


def _with_negation(word: str) -> Iterator[Candidate]:
    """A verb and its negation: "parina" as পারি না."""
    for typed, negation in _NEGATIONS.items():
        after = table().find(negation.strip())
        if after is None or not word.endswith(typed) or len(word) < len(typed) + 2:
            continue
        verb = word.removesuffix(typed)
        for stem in [*_by_hand(verb), *_in_table(verb)][:4]:
            ratio = table().ratio(stem.last, after.rank) if stem.last is not None else None
            if ratio is not None:
                score = stem.score + NEGATION + PAIR_WEIGHT * ratio + FREQUENCY_WEIGHT * after.log_probability
                yield Candidate(stem.text + negation, score, "bengali", stem.first, after.rank)


def _with_ending(word: str) -> Iterator[Candidate]:
    """A known or English word with a Bengali ending: "phoner" as ফোনের."""
    for ending, forms in by_hand().endings.items():
        stem = word.removesuffix(ending)
        spelling = _borrowed(stem)
        if stem == word or len(stem) < (2 if spelling else 3):
            continue
        if spelling:
            # A Bengali word typed with a bare r ends in a vowel that is heard and not written; an English one does not.
            borrowed = by_hand().endings["er"] if ending == "r" else forms
            yield _ended(spelling, borrowed, FREQUENCY_WEIGHT * LOANWORD)
        for other in _in_table(stem)[:3]:
            yield _ended(other.text, forms, other.score)


def _ended(text: str, forms: Sequence[str], score: float) -> Candidate:
    """A word and its ending, of whose forms one is for after a consonant, one for after a vowel sign, one for else."""
    written = forms[1 if text[-1] in _VOWELS else 2 if text[-1] in _BEARS_NO_SIGN else 0]
    rank = _rank(text + written)
    return Candidate(text + written, score + ENDING, "bengali", rank, rank)


def _borrowed(word: str) -> str | None:
    """An English word in Bengali script, None where it is not known to be one."""
    return loanword(word) or (by_english_rule(word) if looks_english(word) else None)


def _as_english(word: str, penalty: float, unknown: float | None = None) -> Candidate:
    """The word as English: surely where it is known; else hardly (or as `unknown` says), save in the midst of English
    or where it is spelt as only English is."""
    spelling, in_english = loanword(word), english_score(word)
    if in_english is None:
        in_english = UNKNOWN + UNKNOWN_ENGLISH + UNKNOWN_LETTER * len(word) if unknown is None else unknown
        if looks_english(word):
            in_english = max(in_english, LOOKS_ENGLISH)
    scores = [in_english]
    entry = table().find(spelling) if spelling else None
    if spelling:
        scores.append(FREQUENCY_WEIGHT * (max(LOANWORD, entry.log_probability) if entry else LOANWORD))
    rank = entry.rank if entry else None
    return Candidate(word, max(scores) + penalty, "english", rank, rank)


def _rank(word: str) -> int | None:
    entry = table().find(word)
    return entry.rank if entry else None
