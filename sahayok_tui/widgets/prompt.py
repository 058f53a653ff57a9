"""Where the person writes."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from sahayok_tui.display_text import displayable


class Prompt(TextArea):
    """Grows with its lines. Enter sends; Ctrl+J and Shift+Enter (which many terminals cannot send) make a new line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", priority=True),
        Binding("ctrl+j,shift+enter", "newline", priority=True),
    ]

    class Sent(Message):
        """The person sent `text`, which holds more than white space."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, placeholder: str) -> None:
        # The cursor stands before the placeholder rather than on its first letter.
        super().__init__(placeholder=f" {placeholder}", compact=True, soft_wrap=True, highlight_cursor_line=False)
        self.cursor_blink = False

    def action_send(self) -> None:
        if self.text.strip():
            text = self.text
            self.clear()
            self.post_message(self.Sent(text.strip()))

    def action_newline(self) -> None:
        self._replace_via_keyboard("\n", *self.selection)

    async def _on_paste(self, event: events.Paste) -> None:
        # A pasted escape character would reach the terminal when its line is drawn.
        event.stop()
        event.prevent_default()
        self._replace_via_keyboard(displayable(event.text), *self.selection)
