"""The words that a row of words in Latin letters stands for: the best path through the candidates of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from sahayok.romanised.candidates import (
    MOST_CANDIDATES,
    PAIR_WEIGHT,
    Candidate,
    candidates,
    in_bengali_script,
    with_ending_apart,
)
from sahayok.romanised.english import english_score
from sahayok.romanised.table import BEGINNING, table

NO_RATIO = -0.4
"""A pair that is not in the table follows by chance or less."""
ENGLISH_AFTER_ENGLISH = 3.5
ENGLISH_AFTER_BENGALI = -0.5


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a message, in small letters where it is Latin; `breaks` says that a sentence begins with it,
    `in_script` that the message is mostly in Bengali script."""

    text: str
    breaks: bool
    latin: bool
    in_script: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What the tokens from `start` up to `end` are read as: one, or a word and the ending typed apart from it."""

    start: int
    end: int
    candidate: Candidate


def decode(tokens: Sequence[Token]) -> list[Reading]:
    """The likeliest readings of a row of tokens (Viterbi 1967); together they cover each token once."""
    paths: list[list[_Path]] = [[_Path(0.0, None, None)], *([] for _ in tokens)]
    for end, token in enumerate(tokens, start=1):
        spans = [
            (end - 1, candidates(token.text, token.in_script) if token.latin else (in_bengali_script(token.text),))
        ]
        if end > 1 and not token.breaks and token.latin and tokens[end - 2].latin:
            spans.append((end - 2, with_ending_apart(tokens[end - 2].text, token.text)))
        for start, choices in spans:
            for choice in choices:
                steps = [(path.score + _step(path, choice, tokens[start].breaks), path) for path in paths[start]]
                score, before = max(steps, key=itemgetter(0))
                paths[end].append(_Path(score + choice.score, Reading(start, end, choice), before))
        paths[end] = sorted(paths[end], key=lambda path: -path.score)[: 2 * MOST_CANDIDATES]
    readings = []
    path: _Path | None = paths[-1][0]
    while path is not None and path.reading is not None:
        readings.append(path.reading)
        path = path.before
    return readings[::-1]


@dataclass(frozen=True, slots=True)
class _Path:
    """A way to here: its last reading, and the way before that."""

    score: float
    reading: Reading | None
    before: _Path | None


def _step(path: _Path, now: Candidate, breaks: bool) -> float:
    """What it adds that a candidate follows what the path ends with; after a break it begins a sentence."""
    before = None if breaks or path.reading is None else path.reading.candidate
    if before is not None and before.kind == now.kind == "english":
        known = english_score(before.text) is not None and english_score(now.text) is not None
        return ENGLISH_AFTER_ENGLISH if known else 0.0
    score = ENGLISH_AFTER_BENGALI if now.kind == "english" and before is not None else 0.0
    first = BEGINNING if before is None else before.last
    ratio = table().ratio(first, now.first) if first is not None and now.first is not None else None
    return score + (NO_RATIO if ratio is None else PAIR_WEIGHT * ratio)
