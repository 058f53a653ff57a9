"""The people one can call (F2). Needs no model and nothing but the table of helplines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from sahayok.safety.helplines import Country, Helpline, load_helplines
from sahayok_tui.screens.card import Card
from sahayok_tui.strings import Strings
from sahayok_tui.strings.spoken_time import spoken_date, spoken_time

_COUNTRIES: tuple[Country, ...] = ("BD", "IN")


def _now() -> datetime:
    return datetime.now(UTC)


class HelpCard(Card):
    """The lines of the person's country, then those of the other one; who answers now comes first."""

    def __init__(self, strings: Strings, country: Country, now: Callable[[], datetime] = _now) -> None:
        super().__init__(strings)
        self._country = country
        self._moment = now()

    def lines(self) -> ComposeResult:
        table = load_helplines()
        yield Static(self.strings("help_title"), markup=False, classes="title")
        yield Static(self.strings("help_danger"), markup=False, classes="danger")
        for country in sorted(_COUNTRIES, key=lambda country: country != self._country):
            heading = self.strings(f"help_in_{country}")
            if country != self._country:
                heading += f" ({self.strings(f'help_clock_{country}')})"
            yield Static(heading, markup=False, classes="heading")
            for line in table.of(country, self._moment):
                yield self._entry(line)
        verified = spoken_date(table.last_verified, self.strings)
        yield Static(self.strings("help_verified", date=verified), markup=False, classes="quiet")

    def _entry(self, line: Helpline) -> Horizontal:
        bengali = self.strings.language == "bn"
        open_now = line.answers_at(self._moment)
        return Horizontal(
            Static(line.number, markup=False, classes="number"),
            Vertical(
                Static(line.name_bn if bengali else line.name_en, markup=False, classes="name"),
                Static(self._state(line), markup=False, classes="open" if open_now else "closed"),
                Static(line.about_bn if bengali else line.about_en, markup=False, classes="quiet"),
            ),
            classes="row helpline",
        )

    def _state(self, line: Helpline) -> str:
        if line.opens is None or line.closes is None:
            return self.strings("help_always")
        if line.answers_at(self._moment):
            return self.strings("help_open", closes=spoken_time(line.closes, self.strings))
        opens = self.strings("time_at", time=spoken_time(line.opens, self.strings))
        return self.strings("help_closed", opens=opens)
