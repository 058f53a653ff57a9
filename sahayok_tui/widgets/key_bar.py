"""The keys at the foot of a screen: as many as fit, the first first. Each can be clicked too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

_GAP = "   "


@dataclass(frozen=True, slots=True)
class Key:
    """`action` is Textual's name of what the key does ("screen.stop")."""

    name: str
    label: str
    action: str


class KeyBar(Static):
    auto_links = False  # the keys have their own colours

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__()
        self._keys = tuple(keys)

    def show(self, keys: Sequence[Key]) -> None:
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        parts: list[Content] = []
        room = self.content_size.width
        for key in self._keys:
            room -= cell_len(f"{key.name} {key.label}{_GAP if parts else ''}")
            if room < 0 and parts:
                break
            click = f"@click={key.action}"
            parts.append(
                Content.assemble((key.name, f"bold $accent {click}()"), (f" {key.label}", f"$quiet {click}()"))
            )
        self.update(Content(_GAP).join(parts))
