from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from eval_harness.rating.cells import showable
from sahayok.bengali import nfc
from tests.bengali_text import LINES


def test_bengali_is_shown_as_it_is() -> None:
    for line in LINES:
        assert showable(line) == nfc(line)


@given(st.text())
def test_nothing_that_speaks_to_the_terminal_is_left(text: str) -> None:
    shown = showable(text)
    assert not any((ord(character) < 32 and character != "\n") or 127 <= ord(character) < 160 for character in shown)
    shown.encode()


def test_spacing_marks_get_a_cell() -> None:
    # ক with each of the ten marks takes two cells; the signs above and below the letter take none. In a process of its
    # own: the change is for all that is measured afterwards.
    code = """
from eval_harness.rating.cells import count_spacing_marks
from rich.cells import cell_len
marks = "\u0982\u0983\u09be\u09bf\u09c0\u09c7\u09c8\u09cb\u09cc\u09d7"
count_spacing_marks()
print([cell_len("\u0995" + mark) for mark in marks], cell_len("\u0995\u09c1\u09cd"), cell_len("e\u0301"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{[2] * 10} 1 1\n"
