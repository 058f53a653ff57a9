"""On a terminal of 16 colours every colour turns into the nearest of those: nothing may then vanish in its ground."""

from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem

from sahayok_tui.theme import THEME

ON_BACKGROUND = [
    THEME.foreground,
    THEME.primary,
    THEME.secondary,
    THEME.success,
    THEME.error,
    THEME.variables["quiet"],
    THEME.variables["rule"],
]


@pytest.mark.parametrize("colour", ON_BACKGROUND)
def test_each_colour_is_seen_on_its_ground_with_sixteen_colours(colour: str) -> None:
    sixteen = ColorSystem.STANDARD
    assert THEME.background is not None
    assert Color.parse(colour).downgrade(sixteen) != Color.parse(THEME.background).downgrade(sixteen)


def _luminance(colour: str) -> float:
    channels = [channel / 255 for channel in Color.parse(colour).get_truecolor()]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", [colour for colour in ON_BACKGROUND if colour != THEME.variables["rule"]])
def test_text_has_the_contrast_that_wcag_asks_for(colour: str) -> None:
    assert THEME.background is not None
    assert (_luminance(colour) + 0.05) / (_luminance(THEME.background) + 0.05) >= 4.5
