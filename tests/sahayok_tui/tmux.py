"""A real terminal to look at: the chat in tmux, as a person on a Linux console has it."""

from __future__ import annotations

import os
import subprocess
import uuid
from types import TracebackType

from tests.sahayok_tui.waiting import wait_until


class Terminal:
    """`command` (a shell line) in a terminal of its own, which stays open after it and shows its exit code."""

    def __init__(self, command: str, *, width: int = 100, height: int = 30) -> None:
        self._socket = f"sahayok-{uuid.uuid4().hex}"
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        size = ["-x", str(width), "-y", str(height)]
        shell = f"{command}; echo exit code $?; cat"
        subprocess.run(
            ["tmux", "-L", self._socket, "-u", "-f", "/dev/null", "new-session", "-d", *size, shell],
            env=environment,
            check=True,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tmux("kill-server")

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def everything(self) -> str:
        """The screen and all that scrolled out of it."""
        return self._tmux("capture-pane", "-p", "-S", "-")

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def press(self, key: str) -> None:
        self._tmux("send-keys", key)

    def sees(self, text: str) -> None:
        """Wait until `text` stands on the screen."""
        wait_until(lambda: text in self.screen())

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-L", self._socket, *arguments], capture_output=True, text=True, check=True)
        return done.stdout
