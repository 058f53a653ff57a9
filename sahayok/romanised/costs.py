"""How likely a Bengali piece of a word is to be typed as a piece in Latin letters.

The probability is learned where the piece was seen often, and by rule where it was not: P(typed | piece) =
(n(piece, typed) + STRENGTH · rule) / (n(piece) + STRENGTH), the rule falling off with the number of letters that must
change from the nearest usual spelling (sounds.toml). A share BY_RULE is kept for the rule everywhere, since others
spell otherwise than those who were counted (Kolkata's "gato" for গত). The counts n (spellings.json) are written by
`python -m training.romanised_spellings`.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from itertools import product

import regex

from sahayok.romanised.spelling import Pieces

STRENGTH = 6.0
BY_RULE = 0.05
RULE_SHARE = 0.25
"""What the rule gives to a usual spelling that was never counted."""
CHANGE = 2.2
"""What each changed letter costs, natural log."""
FIRST, LAST = "^", "$"
"""Mark a word's first vowels, where no inherent vowel can be, and its last, where that is mostly silent."""
HEARD = "*"
"""Marks an inherent vowel after joined consonants, where it is never silent: কষ্ট."""
LONG = "+"
"""Marks a consonant that a silent one under it makes long: সত্যি, "sotti"."""
_MOST_SPELLINGS = 24
_VOWEL_SOUND = regex.compile("য়|্[যবম]|.")
_CONSONANT_SOUND = regex.compile("ক্ষ|জ্ঞ|হ্য|[ডঢ]়|[^্]")

Counts = Mapping[str, Mapping[str, int]]


@cache
def sounds() -> Mapping[str, Mapping[str, list[str]]]:
    table: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(
        (resources.files("sahayok") / "romanised" / "sounds.toml").read_text(encoding="utf-8")
    )
    return table


@cache
def _counted() -> Counts:
    counts: Counts = json.loads((resources.files("sahayok") / "romanised" / "spellings.json").read_text("utf-8"))
    return counts


def named(pieces: Pieces) -> Pieces:
    """The pieces as costs know them, marked where their place in the word tells how they are typed."""
    names = list(pieces)
    for place in range(1, len(names), 2):
        if names[place][-1] in "ৃঋ":
            names[place + 1] = "ৃ" + names[place + 1]
        if place > 1 and pieces[place + 1].startswith(("্য", "্ব", "্ম")):
            names[place] += LONG
        after = pieces[place + 1]
        if after in ("", "্য", "্ব", "্ম") and place > 1 and (pieces[place - 1] == "্" or "্" in pieces[place] + after):
            names[place + 1] = after + HEARD
    names[0] = FIRST + names[0]
    names[-1] += LAST
    return tuple(names)


def log_probability(typed: Pieces, names: Pieces) -> float:
    """Of typing a word's pieces so; both have as many. `names` come from named()."""
    return sum(map(piece_log_probability, typed, names))


@lru_cache(maxsize=100_000)
def piece_log_probability(typed: str, name: str) -> float:
    counted = _counted().get(name, {})
    rule = RULE_SHARE * math.exp(-CHANGE * min(_changes(typed, usual) for usual in usual_spellings(name)))
    learned = (counted.get(typed, 0) + STRENGTH * rule) / (sum(counted.values()) + STRENGTH)
    return math.log((1 - BY_RULE) * learned + BY_RULE * rule)


@lru_cache(maxsize=4_000)
def usual_spellings(name: str) -> tuple[str, ...]:
    """How a piece is usually typed, by sounds.toml."""
    if name.endswith(LONG):
        plain = usual_spellings(name.removesuffix(LONG))
        return (*plain, *(usual[0] + usual for usual in plain))
    piece = name.removeprefix(FIRST).removesuffix(LAST).removesuffix(HEARD)
    if name == FIRST:
        return ("",)
    consonants, vowels = sounds()["consonants"], sounds()["vowels"]
    parts = [consonants[sound] for sound in _CONSONANT_SOUND.findall(piece) if sound in consonants]
    if parts and piece[0] != "ৃ" and piece[0] != "্":
        whole = ["".join(spelling) for spelling in product(*parts)][:_MOST_SPELLINGS]
        return (*whole, *parts[-1]) if len(parts) > 1 else tuple(whole)
    found = [vowels.get(sound, [""]) for sound in _VOWEL_SOUND.findall(piece)]
    if not piece or piece in ("্য", "্ব", "্ম"):
        found.append(vowels["inherent"])
    elif piece[0] in "য়ওইউএ" and name[0] != FIRST:  # an inherent vowel is heard before a vowel that has its own letter
        found.insert(0, vowels["inherent"])
    return tuple(dict.fromkeys(["".join(spelling) for spelling in product(*found)][:_MOST_SPELLINGS]))


def _changes(typed: str, usual: str) -> float:
    """Levenshtein's distance; a letter that only doubles its neighbour counts half."""
    if typed == usual:
        return 0.0
    row = [float(n) for n in range(len(usual) + 1)]
    for i, letter in enumerate(typed, start=1):
        before, row[0] = row[0], row[0] + 1
        gone = 0.5 if i > 1 and typed[i - 2] == letter else 1.0
        for j, other in enumerate(usual, start=1):
            before, row[j] = row[j], min(row[j] + gone, row[j - 1] + 1, before + (letter != other))
    return row[-1]
