"""A terminal driver that leaves nothing of the conversation on the screen."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

_CLEAR_AND_HOME = "\x1b[2J\x1b[H"


class CleanDriver(LinuxDriver):
    def stop_application_mode(self) -> None:
        # tmux, when it was resized meanwhile, lets lines of the alternate screen stand after that screen is left.
        self.write(_CLEAR_AND_HOME)
        super().stop_application_mode()
