"""A page above the chat that closes again with Esc."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from sahayok_tui.strings import Strings
from sahayok_tui.widgets.key_bar import Key, KeyBar


class Card(ModalScreen[None]):
    """Its lines scroll with the arrow keys where they do not all fit."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", priority=True)]

    def __init__(self, strings: Strings) -> None:
        super().__init__(classes="card")
        self.strings = strings

    def lines(self) -> ComposeResult:
        """What stands on the card, from top to bottom."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield from self.lines()
        yield KeyBar([Key("Esc", self.strings("key_back"), "screen.back")])

    def action_back(self) -> None:
        self.dismiss()
