"""The scales that raters use (scales.toml), and the texts that they read (bn.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from sahayok.bengali import nfc

Level = Literal["ordinal", "nominal"]
Rating = int | str
"""A value of a scale: a number of an ordinal one, a name of a nominal one."""

OVERALL, FIT = "overall", "fit"
"""The scales by which the raters themselves are checked."""

_BENGALI_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")


@dataclass(frozen=True, slots=True)
class Wording:
    """A scale in one language. `anchors` say what a value, as text, means; `guide` how to choose, "" where that is
    clear."""

    name: str
    question: str
    anchors: Mapping[str, str]
    guide: str


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

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(scale.key for scale in self.scales)

    def asked(self, keys: Collection[str]) -> tuple[Scale, ...]:
        """The scales of these keys, in the order in which they are asked."""
        return tuple(scale for scale in self.scales if scale.key in keys)


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


def scale_keys(text: str) -> tuple[str, ...]:
    """The keys of a list like "safety,fit", in the order in which they are asked. Raises ValueError for one that is
    unknown."""
    known = load_scales().keys
    named = [name.strip() for name in text.split(",")]
    if unknown := [name for name in named if name not in known]:
        raise ValueError(f"there is no scale '{unknown[0]}': take of {','.join(known)}")
    return tuple(key for key in known if key in named)


def introduction(asked: Sequence[Scale]) -> str:
    """What a rater reads first: what is to be done, and how to choose on the scales that need a guide."""
    intro = load_texts()["intro"].format(scales=bengali_number(len(asked)))
    return "\n\n".join([intro, *(scale.bn.guide for scale in asked if scale.bn.guide)])


def bengali_number(number: int) -> str:
    return str(number).translate(_BENGALI_DIGITS)


def _wording(table: Mapping[str, Any]) -> Wording:
    return Wording(table["name"], table["question"], dict(table["anchors"]), table.get("guide", "").strip())


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(nfc((resources.files("eval_harness.rating") / name).read_text(encoding="utf-8")))
