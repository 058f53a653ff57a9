"""How figures and foreign text are written, the same in the terminal, in HTML and in Markdown."""

from __future__ import annotations

import unicodedata

from eval_harness.chance import Floor
from eval_harness.metrics.metric import Direction, Score
from sahayok.bengali import ZWJ, ZWNJ

ARROWS: dict[Direction, str] = {"higher": "↑", "lower": "↓", "none": ""}
NOTHING = "–"


def number(value: float) -> str:
    """Four significant digits, never in the notation with an exponent."""
    if value == 0 or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.4f}" if abs(value) < 1 else f"{value:.4g}"


def number_to_hundredths(value: float | None) -> str:
    """For scores that stand below each other."""
    return NOTHING if value is None else f"{value:.2f}"


def value_of(score: Score | None) -> str:
    return NOTHING if score is None else number(score.value)


def interval_of(score: Score | None) -> str:
    if score is None or score.low is None or score.high is None:
        return NOTHING
    return f"{number(score.low)} to {number(score.high)}"


def value_with_interval(score: Score | None) -> str:
    if score is None or score.low is None:
        return value_of(score)
    return f"{value_of(score)} ({interval_of(score)})"


def floor_of(floor: Floor | None) -> str:
    return NOTHING if floor is None else f"{floor.mean:.2f} ± {floor.sd:.2f}"


def visible(text: str) -> str:
    """The text with every character that shows nothing, or turns the order of others, as its code: ⟨U+202E⟩.

    Line breaks, tabs and the two joiners, which decide how a Bengali conjunct looks, stay as they are.
    """
    return "".join(
        f"⟨U+{ord(character):04X}⟩" if _hidden(character) else character for character in text.replace("\r\n", "\n")
    )


def one_line(text: str) -> str:
    """`visible` text for a place that has one line only."""
    return " ".join(visible(text).split())


def _hidden(character: str) -> bool:
    if character in "\n\t" + ZWJ + ZWNJ:
        return False
    never_a_character = ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"
    return never_a_character or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
