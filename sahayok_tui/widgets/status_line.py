"""One line that says what is going on, and is empty when nothing is."""

from __future__ import annotations

from itertools import cycle

from textual.content import Content
from textual.widgets import Static

_CELLS = 10
_BREATH_SECONDS = 0.5


class StatusLine(Static):
    """A bar stands to the left of the words, where their width cannot move it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._dots = cycle(("   ", "·  ", "·· ", "···"))

    def on_mount(self) -> None:
        self._breath = self.set_interval(_BREATH_SECONDS, self._breathe, pause=True)

    @property
    def text(self) -> str:
        """The words shown, without bar, hint and dots."""
        return self._text

    def show(self, text: str = "", *, share: float | None = None, hint: str = "", working: bool = False) -> None:
        """Show `text`; with a bar filled to `share` and a hint where it fits, or with slow dots while something works
        for an unknown time."""
        self._text = text
        if working:
            self._breath.resume()
            self._breathe()
            return
        self._breath.pause()
        if share is None:
            self.update(Content(text))
        else:
            filled = round(_CELLS * share)
            bar = Content.assemble(("━" * filled, "$accent"), ("─" * (_CELLS - filled), "$rule"), f" {text}")
            whole = bar + f"  {hint}"
            self.update(whole if whole.cell_length <= self.content_size.width else bar)

    def _breathe(self) -> None:
        self.update(Content.assemble((next(self._dots), "$accent"), " ", self._text))
