"""What each key does (F1)."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from sahayok_tui.screens.card import Card

_KEYS = (
    ("Enter", "keys_send"),
    ("Ctrl+J, Shift+Enter", "keys_newline"),
    ("Esc", "keys_stop"),
    ("PgUp, PgDn", "keys_scroll"),
    ("F2", "keys_help"),
    ("F1", "keys_keys"),
    ("Ctrl+N", "keys_new"),
    ("F5", "keys_restart"),
    ("Ctrl+Q", "keys_quit"),
)


class KeysCard(Card):
    def lines(self) -> ComposeResult:
        yield Static(self.strings("keys_title"), markup=False, classes="title")
        for key, does in _KEYS:
            yield Horizontal(
                Static(key, markup=False, classes="key"),
                Static(self.strings(does), markup=False, classes="does"),
                classes="row keys",
            )
