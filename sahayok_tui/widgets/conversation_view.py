"""The conversation: its messages, the newest at the bottom."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.widgets import Static

from sahayok_tui.widgets.message import MessageView, Speaker


class ConversationView(VerticalScroll, can_focus=False):
    """Stays at the newest words until the person scrolls up, and again once they are back at the bottom."""

    def on_mount(self) -> None:
        self.anchor()

    def add(self, speaker: Speaker, text: str, after: MessageView | None = None) -> MessageView:
        """A new message at the end, or right after another one."""
        message = MessageView(speaker, text)
        self.mount(message, after=after)
        return message

    def remark(self, text: str) -> None:
        """Words of the program itself, between the messages."""
        self.mount(Static(text, markup=False, classes="remark"))

    def empty(self) -> None:
        self.remove_children()
        self.anchor()
