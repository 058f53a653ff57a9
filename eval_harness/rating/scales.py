"""The scales that raters use (scales.toml), and the texts that they read (bn.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from sahayok.bengali import nfc

Level = Literal["ordinal", "nominal"]
Rating = int | str
"""A value of a scale: a number of an ordinal one, a name of a nominal one."""

_BENGALI_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")


@dataclass(frozen=True, slots=True)
class Wording:
    """A scale in one language. `anchors` say what a value, as text, means."""

    name: str
    question: str
    anchors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Scale:
    key: str
    level: Level
    values: tuple[Rating, ...]
    bn: Wording
    en: Wording

    def allows(self, value: object) -> bool:
        return any(type(value) is type(allowed) and value == allowed for allowed in self.values)

    def of_digit(self, digit: int) -> Rating | None:
        """The value that a digit key chooses: the number itself, 0 for ten; the first of the names is 1."""
        if self.level == "nominal":
            return self.values[digit - 1] if 1 <= digit <= len(self.values) else None
        return digit if digit in self.values else 10 if digit == 0 and 10 in self.values else None

    def number(self, value: Rating) -> int:
        """The number that a rater sees before a value."""
        return value if isinstance(value, int) else self.values.index(value) + 1


@dataclass(frozen=True, slots=True)
class Scales:
    """`skips` are the reasons for not rating, Bengali and English, by their key."""

    version: int
    scales: tuple[Scale, ...]
    skips: Mapping[str, tuple[str, str]]


@cache
def load_scales() -> Scales:
    table = _table("scales.toml")
    return Scales(
        version=table["version"],
        scales=tuple(
            Scale(scale["key"], scale["level"], tuple(scale["values"]), _wording(scale["bn"]), _wording(scale["en"]))
            for scale in table["scale"]
        ),
        skips={skip["key"]: (skip["bn"], skip["en"]) for skip in table["skip"]},
    )


@cache
def load_texts() -> Mapping[str, str]:
    """The texts of the terminal session and of the form, with their blanks."""
    return {key: text.strip() for key, text in _table("bn.toml").items()}


def bengali_number(number: int) -> str:
    return str(number).translate(_BENGALI_DIGITS)


def _wording(table: Mapping[str, Any]) -> Wording:
    return Wording(table["name"], table["question"], dict(table["anchors"]))


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(nfc((resources.files("eval_harness.rating") / name).read_text(encoding="utf-8")))
