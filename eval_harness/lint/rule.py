"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Level = Literal["error", "warning"]
Subject = TypeVar("Subject")

SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: where it is (an item, a part of the model; "" for the whole), what is wrong, what to do about it."""

    where: str
    what: str
    todo: str


class NotChecked(Exception):
    """A rule that has nothing to go by here. Its text says what is missing."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[Subject]):
    """`level` is "error" where numbers made of this are wrong, "warning" where they may be or where they mislead.

    `explanation` says how it should be. `check` yields what it finds in its subject, and raises NotChecked where it
    cannot judge.
    """

    id: str
    level: Level
    explanation: str
    check: Callable[[Subject], Iterator[Finding]]


def shortened(text: str) -> str:
    """The text in one line, in quotes, cut where it is long."""
    line = " ".join(text.split())
    return f'"{line if len(line) <= SHOWN_CHARACTERS else line[:SHOWN_CHARACTERS] + "…"}"'


def share_of(part: int, whole: int) -> str:
    """'3 of 12 (25.0 %)'."""
    return f"{part} of {whole} ({100 * part / whole:.1f} %)"
