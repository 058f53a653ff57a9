from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios

import pytest

from sahayok_tui.terminal import SPACING_MARKS

_ASK = """
import os, sys, termios
from sahayok_tui import terminal
before = termios.tcgetattr(0)
widths = terminal.ask_widths()
assert termios.tcgetattr(0) == before
print(widths and "".join(map(str, widths.values())), file=sys.stderr)
"""


def _ask(wide: str | None) -> str:
    """What `ask_widths` finds out from a terminal that draws the marks `wide` in a cell, or (None) never answers."""
    ours, theirs = pty.openpty()
    asking = subprocess.Popen([sys.executable, "-c", _ASK], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE)
    seen = b""
    answered = 0
    while asking.poll() is None:
        if not select.select([ours], [], [], 0.05)[0]:
            continue
        seen += os.read(ours, 4096)
        questions = seen.split(b"\x1b[6n")
        for question in questions[answered:-1] if wide is not None else []:
            mark = question.decode()[-1]
            os.write(ours, b"\x1b[7;%dR" % (3 if mark in (wide or "") else 2))
            answered += 1
    assert asking.stderr is not None
    told = asking.stderr.read().decode().strip()
    asking.stderr.close()
    os.close(ours)
    os.close(theirs)
    assert asking.returncode == 0, told
    return told


@pytest.mark.parametrize("wide", [SPACING_MARKS, "", "াি"])
def test_the_terminal_is_asked_and_left_as_it_was(wide: str) -> None:
    assert _ask(wide) == "".join(str(int(mark in wide)) for mark in SPACING_MARKS)


def test_a_terminal_that_does_not_answer_is_not_waited_for() -> None:
    assert _ask(None) == "None"


def _measure(setup: str, text: str) -> int:
    script = f"from sahayok_tui import terminal\n{setup}\nfrom rich.cells import cell_len\nprint(cell_len({text!r}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.parametrize(
    ("setup", "cells"),
    [
        ("terminal.set_widths(terminal.USUAL_WIDTHS)", 17),
        ("terminal.set_widths({})", 13),
        ("terminal.set_widths({'\u09cb': 1})", 14),
        ("terminal.adapt()", 17),  # not a terminal, so the usual one is assumed
    ],
)
def test_rich_counts_as_the_terminal_does(setup: str, cells: int) -> None:
    assert _measure(setup, "আমার মন ভালো নেই।") == cells


def test_other_scripts_keep_their_widths() -> None:
    usual = "terminal.set_widths(terminal.USUAL_WIDTHS)"
    for text in ("abc", "漢字", "e\u0301", "क\u093e", "ক\u09cdষ", "\u0981\u09c1"):
        assert _measure(usual, text) == _measure("", text)


def test_no_terminal_is_no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    from sahayok_tui import terminal

    def never(*arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr(termios, "tcgetattr", never)
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: PTH123, SIM115
    assert terminal.ask_widths() is None
    sys.stdin.close()
