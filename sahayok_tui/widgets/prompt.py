"""Where the person writes."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from sahayok_tui.display_text import displayable

_NEW_LINE = ("ctrl+j", "shift+enter")


class Prompt(TextArea):
    """Grows with its lines. Enter sends; Ctrl+J and Shift+Enter (which many terminals cannot send) make a new line."""

    class Sent(Message):
        """The person sent `text`, which holds more than white space."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, placeholder: str) -> None:
        # The cursor stands before the placeholder rather than on its first letter.
        super().__init__(placeholder=f" {placeholder}", compact=True, soft_wrap=True, highlight_cursor_line=False)
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        # Not bindings: one with priority overtakes the letters typed just before it, and TextArea takes the others.
        if event.key == "enter":
            self._send()
        elif event.key in _NEW_LINE:
            self._replace_via_keyboard("\n", *self.selection)
        else:
            return
        event.stop()
        event.prevent_default()

    def _send(self) -> None:
        if self.text.strip():
            text = self.text
            self.clear()
            self.post_message(self.Sent(text.strip()))

    async def _on_paste(self, event: events.Paste) -> None:
        # A pasted escape character would reach the terminal when its line is drawn.
        event.stop()
        event.prevent_default()
        self._replace_via_keyboard(displayable(event.text), *self.selection)
