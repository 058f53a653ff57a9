"""What of a text may go to a terminal, and how wide Bengali is there."""

from __future__ import annotations

import re

from sahayok.bengali import nfc

_SPACING_MARKS = [0x982, 0x983, 0x9BE, 0x9BF, 0x9C0, 0x9C7, 0x9C8, 0x9CB, 0x9CC, 0x9D7]
# Escape sequences would speak to the terminal itself; what turns the writing direction would hide what stands behind.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def showable(text: str) -> str:
    """`text` with control characters made visible as U+FFFD: a rater judges the reply that there is."""
    return nfc(_UNSHOWABLE.sub("\ufffd", text.replace("\r\n", "\n")).expandtabs(4))


def count_spacing_marks() -> None:
    """Make Rich, and with it Textual, count a cell for the spacing vowel signs, as most terminals do.

    Rich counts none, and a line of prose then runs over the window's edge. Call before Textual starts.
    """
    from rich import cells
    from rich._unicode_data import load

    for table in {id(table): table for table in map(load, ("auto", "latest"))}.values():
        assert isinstance(table.widths, list)
        # A later range of zero-width characters is cut around the marks: an absent character counts one cell.
        table.widths[:] = [part for entry in table.widths for part in _without_marks(entry)]
    cells.get_character_cell_size.cache_clear()
    cells.cached_cell_len.cache_clear()


def _without_marks(entry: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    first, last, width = entry
    inside = [mark for mark in _SPACING_MARKS if first <= mark <= last] if width == 0 else []
    parts = []
    for mark in inside:
        parts.append((first, mark - 1, width))
        first = mark + 1
    return [(low, high, kind) for low, high, kind in [*parts, (first, last, width)] if low <= high]
