"""One message, of the person or of the counsellor."""

from __future__ import annotations

import re
from typing import Literal

from textual.containers import Vertical
from textual.widgets import Static

from sahayok_tui.display_text import displayable

Speaker = Literal["person", "counsellor"]

SHOWN_CHARACTERS = 4000
"""A pasted book is sent whole and shown by its beginning: laying all of it out would hold up every key."""

_BLANK_LINES = re.compile(r"\n\s*\n")


class MessageView(Vertical):
    """A bar in the speaker's colour and the text beside it. A text that grows is drawn when `repaint` is called."""

    def __init__(self, speaker: Speaker, text: str) -> None:
        super().__init__(classes=f"message {speaker}")
        self._paragraphs: list[Static] = []
        self._note: Static | None = None
        self._text = displayable(text)

    def on_mount(self) -> None:
        self.repaint()

    def append(self, text: str) -> None:
        """Take more text. It is seen after the next `repaint`, so that many small pieces cost one drawing."""
        self._text += displayable(text)

    def repaint(self) -> None:
        shown = self._text
        if len(shown) > SHOWN_CHARACTERS:
            shown = shown[:SHOWN_CHARACTERS] + "…"
        texts = [text for text in _BLANK_LINES.split(shown.strip()) if text]
        # Only the last paragraph drawn can have grown.
        for index in range(max(len(self._paragraphs) - 1, 0), len(texts)):
            if index < len(self._paragraphs):
                self._paragraphs[index].update(texts[index])
            else:
                paragraph = Static(texts[index], markup=False, classes="paragraph later" if index else "paragraph")
                self._paragraphs.append(paragraph)
                self.mount(paragraph, before=self._note)

    def note(self, text: str) -> None:
        """A quiet remark of the program under the text; an empty one takes it away."""
        if self._note is None:
            self._note = Static(text, markup=False, classes="note")
            self.mount(self._note)
        self._note.update(text)
        self._note.display = bool(text)
