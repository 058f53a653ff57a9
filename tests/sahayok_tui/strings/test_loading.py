from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib import resources
from pathlib import Path
from string import Formatter

import pytest

import sahayok_tui
from sahayok_tui.strings import LANGUAGES, load_strings

MADE_FROM_PARTS = ("time_", "help_in_", "help_clock_")


def _table(language: str) -> dict[str, str]:
    file = resources.files("sahayok_tui.strings") / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _blanks(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_the_languages_have_the_same_keys_and_blanks() -> None:
    bengali, english = _table("bn"), _table("en")
    assert list(bengali) == list(english)
    assert {key: _blanks(text) for key, text in bengali.items()} == {
        key: _blanks(text) for key, text in english.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_holds_a_phone_number(language: str) -> None:
    assert not [key for key, text in _table(language).items() if re.search(r"\d[\s-]?\d", text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_whole_and_in_normal_form(language: str) -> None:
    strings = load_strings(language)
    assert all(
        unicodedata.is_normalized("NFC", strings(key, **dict.fromkeys(_blanks(_table(language)[key]), "")))
        for key in strings
    )
    assert all(text.strip() for text in _table(language).values())


def test_every_key_is_used() -> None:
    package = Path(sahayok_tui.__file__).parent
    code = "".join(file.read_text(encoding="utf-8") for file in package.rglob("*.py"))
    unused = [key for key in _table("bn") if f'"{key}"' not in code and not key.startswith(MADE_FROM_PARTS)]
    assert unused == []


def test_a_wrong_key_or_an_empty_blank_is_an_error() -> None:
    strings = load_strings("bn")
    with pytest.raises(KeyError):
        strings("no such text")
    with pytest.raises(KeyError):
        strings("loading")


def test_numbers_are_in_the_languages_digits() -> None:
    assert load_strings("bn").number(2026) == "২০২৬"
    assert load_strings("en").number(2026) == "2026"
