"""Agreeing with the terminal on how wide Bengali is.

Rich counts no cell for the spacing vowel signs and ং ঃ; most terminals draw them in a cell of their own, so that a line
of prose comes out a third wider than laid out. The terminal is asked, before Textual takes it, and Rich's table of
widths is set right in place.
"""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import time
import tty
from collections.abc import Mapping
from itertools import pairwise

SPACING_MARKS = "\u0982\u0983\u09be\u09bf\u09c0\u09c7\u09c8\u09cb\u09cc\u09d7"
"""The Bengali marks that Unicode calls spacing (Mc)."""

USUAL_WIDTHS: Mapping[str, int] = dict.fromkeys(SPACING_MARKS, 1)
"""What tmux, VTE, xterm, Konsole and most others do: for a terminal that does not answer."""

_ANSWER_SECONDS = 0.4
_POSITION = re.compile(rb"\x1b\[\d+;(\d+)R")


def adapt() -> None:
    """Ask the terminal and make Rich count as it does. Call before Textual starts."""
    set_widths(ask_widths() or USUAL_WIDTHS)


def ask_widths() -> Mapping[str, int] | None:
    """The cells that this terminal gives each spacing mark, 0 or 1. None where no one answers in time."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        # Each mark after a letter at the line's start, then "where is the cursor?"; at last the line is wiped.
        asked = "".join(f"\rক{mark}\x1b[6n" for mark in SPACING_MARKS)
        os.write(sys.stdout.fileno(), f"\x1b[?25l{asked}\r\x1b[2K\x1b[?25h".encode())
        columns = _read_columns(terminal)
    except OSError:
        return None
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
    if len(columns) != len(SPACING_MARKS):
        return None
    # Column 2 is right after the letter; the letter is one cell wide everywhere.
    return {mark: int(column > 2) for mark, column in zip(SPACING_MARKS, columns, strict=True)}


def _read_columns(terminal: int) -> list[int]:
    """The columns that the terminal reports, as many as come before the time is over."""
    deadline = time.monotonic() + _ANSWER_SECONDS
    answer = b""
    columns: list[int] = []
    while len(columns) < len(SPACING_MARKS) and (left := deadline - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            answer += os.read(terminal, 4096)
            columns = [int(column) for column in _POSITION.findall(answer)]
    return columns


def set_widths(widths: Mapping[str, int]) -> None:
    """Make Rich, and with it Textual, count these cells for these characters."""
    from rich import cells
    from rich._unicode_data import load

    wide = {ord(mark) for mark, width in widths.items() if width == 1}
    # The tables are cached objects: what is changed in them is changed for every measurement from now on.
    for table in {id(table): table for table in map(load, ("auto", "latest"))}.values():
        assert isinstance(table.widths, list)
        table.widths[:] = [part for entry in table.widths for part in _without(entry, wide)]
    cells.get_character_cell_size.cache_clear()
    cells.cached_cell_len.cache_clear()


def _without(entry: tuple[int, int, int], wide: set[int]) -> list[tuple[int, int, int]]:
    """A range of characters of no width, less those that are one cell wide (which is what an absent one counts)."""
    first, last, width = entry
    if width != 0:
        return [entry]
    cuts = [first - 1, *sorted(mark for mark in wide if first <= mark <= last), last + 1]
    return [(left + 1, right - 1, 0) for left, right in pairwise(cuts) if right - left > 1]
