"""The window."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen

from sahayok.engines.engine import Sampling
from sahayok.safety.helplines import Country
from sahayok_tui.driver import CleanDriver
from sahayok_tui.engine_process import ModelChoice
from sahayok_tui.screens.chat import ChatScreen
from sahayok_tui.screens.help_card import HelpCard
from sahayok_tui.screens.keys_card import KeysCard
from sahayok_tui.strings import Language, load_strings
from sahayok_tui.theme import THEME


class SahayokApp(App[None]):
    """The chat with one model. `country` decides whose helplines come first."""

    TITLE = "Sahayok"
    CSS_PATH = "app.tcss"
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-low"), (18, "-high")]  # noqa: RUF012 - Textual's type
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (60, "-wide")]  # noqa: RUF012 - as above
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "help_card", priority=True),
        Binding("f1", "keys_card", priority=True),
    ]

    def __init__(
        self,
        choice: ModelChoice,
        *,
        country: Country = "BD",
        language: Language = "bn",
        sampling: Sampling | None = None,
    ) -> None:
        super().__init__()
        self._choice = choice
        self._country = country
        self._strings = load_strings(language)
        self._sampling = sampling
        self.register_theme(THEME)
        self.theme = THEME.name

    def get_driver_class(self) -> type[Driver]:
        return CleanDriver

    def get_default_screen(self) -> Screen[None]:
        return ChatScreen(self._choice, self._strings, self._sampling)

    def action_help_card(self) -> None:
        """Open the card of helplines, from wherever the person is."""
        if not isinstance(self.screen, HelpCard):
            self.push_screen(HelpCard(self._strings, self._country))

    def action_keys_card(self) -> None:
        if isinstance(self.screen, ChatScreen):
            self.push_screen(KeysCard(self._strings))

    def action_help_quit(self) -> None:
        """Ctrl+C with nothing to copy: say how to close, since Ctrl+C itself does not."""
        if isinstance(self.screen, ChatScreen):
            self.screen.hint(self._strings("quit_hint"))

    def _fatal_error(self) -> None:
        # Textual would print the variables of the code that failed, and among them what the person wrote.
        error = self._exception
        place = traceback.extract_tb(error.__traceback__)[-1] if error is not None else None
        where = f"{Path(place.filename).name}:{place.lineno}" if place is not None else "?"
        self.panic(Text(self._strings("crashed", error=f"{type(error).__name__}, {where}")))
