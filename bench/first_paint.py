"""How long from the command to the window: `python bench/first_paint.py [--runs N] [--model PATH]`.

Each run starts `sahayok-chat` in a terminal of its own (tmux), looks at it until the greeting stands there, types a
letter and looks until that shows. The times include tmux's own start; a look is a few milliseconds late.
"""

# ruff: noqa: S603 - it runs tmux and this interpreter

from __future__ import annotations

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GREETING = "আজ কেমন আছেন?"
LETTER = "ঔ"  # stands in no text of the window
LOOK_SECONDS = 0.005
PATIENCE_SECONDS = 60


def main() -> int:
    parser = argparse.ArgumentParser(description="Time from the command to the first paint of the chat, in tmux.")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--model", help="passed on to sahayok-chat")
    options = parser.parse_args()
    command = [sys.executable, "-m", "sahayok_tui.cli", *(["--model", options.model] if options.model else [])]
    runs = [_run(command) for _ in range(options.runs)]
    print(f"{'seconds from exec to':<24}{'median':>8}{'min':>8}{'max':>8}   ({options.runs} runs)")
    for name, times in zip(("greeting painted", "typed letter shown"), zip(*runs, strict=True), strict=True):
        print(f"{name:<24}{statistics.median(times):>8.2f}{min(times):>8.2f}{max(times):>8.2f}")
    return 0


def _run(command: list[str]) -> tuple[float, float]:
    tmux = ["tmux", "-L", f"first-paint-{uuid.uuid4().hex}", "-u", "-f", "/dev/null"]
    begin = time.perf_counter()
    subprocess.run(
        [*tmux, "new-session", "-d", "-x", "100", "-y", "30", f"exec {shlex.join(command)}"],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        check=True,
    )
    try:
        painted = _wait(tmux, GREETING) - begin
        subprocess.run([*tmux, "send-keys", "-l", LETTER], check=True)
        return painted, _wait(tmux, LETTER) - begin
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


def _wait(tmux: list[str], text: str) -> float:
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while time.perf_counter() < deadline:
        screen = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True).stdout
        if text in screen:
            return time.perf_counter()
        time.sleep(LOOK_SECONDS)
    raise TimeoutError(f"{text} never appeared")


if __name__ == "__main__":
    sys.exit(main())
