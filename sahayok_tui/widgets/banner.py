"""A calm word above the prompt when the model's process is gone."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from sahayok_tui.strings import Strings


class Banner(Vertical):
    """Hidden until `tell`. Its last two lines can be clicked, as the keys that they name can be pressed."""

    def __init__(self, strings: Strings) -> None:
        super().__init__()
        self._strings = strings
        self._reason = Static(markup=False, classes="reason")
        self.display = False

    def compose(self) -> ComposeResult:
        yield Static(self._strings("lost"), markup=False)
        yield self._reason
        yield _Offer(self._strings("lost_restart"), "screen.restart")
        yield _Offer(self._strings("lost_people"), "app.help_card", classes="people")

    def tell(self, reason: str) -> None:
        """Show the banner with a reason of one line."""
        self._reason.update(reason)
        self.display = True


class _Offer(Static):
    def __init__(self, text: str, action: str, classes: str = "") -> None:
        super().__init__(text, markup=False, classes=f"offer {classes}")
        self._action = action

    async def on_click(self) -> None:
        await self.run_action(self._action)
