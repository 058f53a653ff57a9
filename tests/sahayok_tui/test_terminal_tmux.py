from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import pytest

from sahayok.safety.helplines import load_helplines
from sahayok_tui.strings import load_strings
from tests.sahayok_tui.tmux import Terminal

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")

SAY = load_strings("bn")


def _chat(model: Path) -> str:
    return shlex.join([sys.executable, "-m", "sahayok_tui.cli", "--model", str(model), "--threads", "1"])


def test_a_talk_from_the_greeting_to_a_clean_screen(tiny_gguf: Path) -> None:
    with Terminal(_chat(tiny_gguf)) as terminal:
        terminal.sees("আজ কেমন আছেন?")
        terminal.type("আমার মন ভালো নেই।")
        terminal.sees("  আমার মন ভালো নেই।")
        terminal.press("Enter")
        terminal.sees("▏ আমার মন ভালো নেই।")
        terminal.press("F2")
        terminal.sees(SAY("help_title"))
        assert load_helplines().of("BD")[0].number in terminal.screen()
        terminal.press("Escape")
        terminal.sees(SAY("key_new"))  # the chat is in front again; its noise may have scrolled the words away
        terminal.press("C-q")
        terminal.sees("exit code 0")
        assert terminal.screen().split("\n", 1)[0] == "exit code 0"
        assert "আমার মন" not in terminal.screen()


def test_nothing_said_is_left_after_a_resize(tiny_gguf: Path) -> None:
    with Terminal(_chat(tiny_gguf), width=80, height=24) as terminal:
        terminal.sees("আজ কেমন আছেন?")
        terminal.resize(50, 16)
        terminal.sees("আজ কেমন আছেন?")
        terminal.resize(100, 30)
        terminal.sees("আজ কেমন আছেন?")
        terminal.type("গোপন কথা " * 150)
        terminal.sees("গোপন কথা")
        terminal.press("Enter")
        terminal.sees("▏ গোপন কথা")
        terminal.press("C-q")
        terminal.sees("exit code 0")
        assert "গোপন" not in terminal.everything()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 12)])
def test_lines_are_as_wide_as_laid_out(tiny_gguf: Path, width: int, height: int) -> None:
    """Where the program's idea of a width and the terminal's differ, words are lost at the right or a line is torn."""
    with Terminal(_chat(tiny_gguf), width=width, height=height) as terminal:
        terminal.sees("আজ কেমন আছেন?")
        greeting = " ".join(SAY("greeting").split())
        shown = " ".join(line.replace("▌", " ") for line in terminal.screen().splitlines())
        assert greeting in " ".join(shown.split())


_CRASHING = """
import sys
from sahayok_tui.cli import main
from sahayok_tui.dialogue import Dialogue

def say(self, text):
    raise RuntimeError(text)

Dialogue.say = say
sys.exit(main(["--model", sys.argv[1]]))
"""


def test_a_crash_of_the_program_prints_nothing_of_the_talk(tiny_gguf: Path) -> None:
    with Terminal(shlex.join([sys.executable, "-c", _CRASHING, str(tiny_gguf)])) as terminal:
        terminal.sees("আজ কেমন আছেন?")
        terminal.type("গোপন")
        terminal.sees("গোপন")
        terminal.press("Enter")
        terminal.sees("exit code 1")
        assert "RuntimeError" in terminal.screen()
        assert "গোপন" not in terminal.screen()
