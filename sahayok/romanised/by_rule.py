"""A word that nothing is known of, written in Bengali script by its sounds alone."""

from __future__ import annotations

from functools import cache

import regex

from sahayok.bengali import VIRAMA, nfc
from sahayok.romanised.costs import sounds

_ALWAYS_JOINED = "ry"
"""র and য are joined under the consonant before them."""


def by_rule(word: str) -> str:
    """The sounds of sounds.toml one after the other: "Nibedita" as নিবেদিতা. What has no sound is left out; a word of
    nothing else stays."""
    table = sounds()
    text, consonant = "", ""
    for unit in _units().findall(word):
        if unit in table["letters"]:
            joined = consonant and (unit in _ALWAYS_JOINED or unit in table["joined"].get(consonant, ()))
            text += (VIRAMA if joined else "") + table["letters"][unit][0]
            consonant = unit
        else:
            text += table["signs"][unit][0 if consonant else 1]
            consonant = ""
    return nfc(text) or word


@cache
def _units() -> regex.Pattern[str]:
    units = sorted([*sounds()["letters"], *sounds()["signs"]], key=len, reverse=True)
    return regex.compile("|".join(units))
