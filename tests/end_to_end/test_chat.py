"""The chat as a person meets it: the real window, the real terminal, the embedded model."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sahayok.bengali import bengali_share, ends_complete
from sahayok.models import EMBEDDED
from sahayok.persona import load_persona
from tests.sahayok_tui.pilot import window
from tests.sahayok_tui.tmux import Terminal
from tests.sahayok_tui.waiting import wait_until

OPENINGS = ["আমার মন খুব খারাপ", "পরীক্ষায় ফেল করেছি", "খুব একা লাগে", "রাতে ঘুম আসে না"]
SEEDED = replace(load_persona().sampling, seed=1)


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def is_a_reply(text: str) -> bool:
    return bengali_share(text) == 1.0 and ends_complete(text) and 3 <= len(text.split()) <= 80


async def test_a_conversation_of_two_turns() -> None:
    async with window(EMBEDDED, sampling=SEEDED) as chat:
        await chat.send(OPENINGS[0])
        await chat.until(lambda: len(chat.messages("counsellor")) == 2 and not chat.status)
        await chat.send("জানি না")
        await chat.until(lambda: len(chat.messages("counsellor")) == 3 and not chat.status)
        _, first, second = chat.messages("counsellor")
        assert is_a_reply(first) and is_a_reply(second), (first, second)
        assert chat.messages("person") == [OPENINGS[0], "জানি না"]


@pytest.mark.parametrize("opening", OPENINGS)
def test_one_reply_on_stdout(opening: str) -> None:
    command = [sys.executable, "-m", "sahayok_tui.cli", "--say", opening, "--seed", "1"]
    first, second = (subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2))
    assert first == second
    assert is_a_reply(first.strip()), first


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_in_a_real_terminal() -> None:
    with Terminal(shlex.join([sys.executable, "-m", "sahayok_tui.cli"])) as terminal:
        terminal.sees("আজ কেমন আছেন?")
        terminal.type(OPENINGS[2])
        terminal.press("Enter")
        terminal.sees(f"▏ {OPENINGS[2]}")

        def replied() -> bool:
            after = terminal.screen().split(f"▏ {OPENINGS[2]}")[-1]
            return any("▌" in line and ends_complete(line) for line in after.splitlines())

        wait_until(replied)
        terminal.press("C-q")
        terminal.sees("exit code 0")
