"""An English word that no list knows, written in Bengali script as English spelling sounds."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import regex

from sahayok.bengali import VIRAMA, nfc

SHORTEST = 5
"""Letters that a word must have to look English."""
_SIGNS = {"অ": "", "আ": "া", "ই": "ি", "উ": "ু", "এ": "ে", "ও": "ো", "অ্যা": "্যা", "আই": "াই", "আউ": "াউ", "এই": "েই"}
"""Of each vowel what is written after a consonant."""
_LOOKS_ENGLISH = (
    r"[a-z]{2,}(?:[cst]ion|ture|ment|ness|ship|less|ical|ally|ous|ence|ism|ist|ity|ect|able|ible|ward|ght|ing|"
    r"(?:ct|[rnfpl]t|st|ss|ck|pp|ll|[nr]d|nn|x)ed)s?"
    r"|(?:wh|kn|wr|qu|psy|ex[ct])[a-z]{3,}"
    r"|[a-z]+(?:ck|tch|dge)(?:s|er|ed|y)?"
)


ZWJ = "\u200d"
"""Between র and ্যা, which else is a র above a য."""


@dataclass(frozen=True, slots=True)
class _Sounds:
    """english_sounds.toml."""

    words: Mapping[str, str]
    pattern: regex.Pattern[str]
    sounds: tuple[tuple[str, ...], ...]
    joined_first: Mapping[str, str]
    joined: Mapping[str, str]


def looks_english(word: str) -> bool:
    """Whether a word in small letters is spelt as only English words are: with "tion", "ght", "qu"."""
    return len(word) >= SHORTEST and _english_spellings().fullmatch(word) is not None


@lru_cache(maxsize=1_000)
def by_english_rule(word: str) -> str:
    """The sounds of english_sounds.toml one after the other: "planet" as প্ল্যানেট. What has no sound is left out; a word
    of nothing else stays."""
    table = _sounds()
    if word in table.words:
        return table.words[word]
    text, consonant, joined = "", "", table.joined_first
    for match in table.pattern.finditer(word.replace("'", "")):
        for sound in table.sounds[(match.lastindex or 1) - 1]:
            if sound in _SIGNS:
                if sound == "অ্যা" and consonant == "র" and not text.endswith(VIRAMA + "র"):
                    text += ZWJ
                text += _SIGNS[sound] if consonant or (text and sound == "অ") else sound
                consonant, joined = "", table.joined
            else:
                text += (VIRAMA if sound in joined.get(consonant, "") else "") + sound
                consonant = sound
    return nfc(text) or word


@cache
def _english_spellings() -> regex.Pattern[str]:
    return regex.compile(_LOOKS_ENGLISH)


@cache
def _sounds() -> _Sounds:
    path = resources.files("sahayok") / "romanised" / "english_sounds.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    reads = table["reads"]["patterns"]
    return _Sounds(
        {word: nfc(text) for word, text in table["words"].items()},
        regex.compile("|".join(f"({pattern})" for pattern, _ in reads)),
        tuple(tuple(map(nfc, sounds.split())) for _, sounds in reads),
        table["joined_first"],
        table["joined"],
    )
