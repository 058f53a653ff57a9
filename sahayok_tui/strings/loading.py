"""Reading bn.toml and en.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Literal, get_args

from sahayok.bengali import nfc

Language = Literal["bn", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_BENGALI_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")


class Strings:
    """The texts of one language: `strings("loading", percent="40")` is the text of that key with its blanks filled."""

    def __init__(self, language: Language, texts: dict[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, **blanks: object) -> str:
        """Raises KeyError for an unknown key or a blank left empty."""
        return self._texts[key].format(**blanks)

    def number(self, value: int | str) -> str:
        """A number in this language's digits. Not for phone numbers: those are shown as the table has them."""
        return str(value).translate(_BENGALI_DIGITS) if self.language == "bn" else str(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)


@cache
def load_strings(language: Language) -> Strings:
    file = resources.files("sahayok_tui.strings") / f"{language}.toml"
    texts = tomllib.loads(file.read_text(encoding="utf-8"))
    return Strings(language, {key: nfc(text).strip() for key, text in texts.items()})
