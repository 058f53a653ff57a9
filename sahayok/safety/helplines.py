"""The helplines: which there are in a country, and which of them answers at a given moment."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from importlib import resources
from typing import Any, Literal

Country = Literal["BD", "IN"]
Kind = Literal["suicide", "emotional_support", "emergency", "violence", "child", "health"]

# Neither country changes its clock in summer, so a fixed offset is right the whole year and needs no time zone data.
_UTC_OFFSET: dict[Country, timezone] = {
    "BD": timezone(timedelta(hours=6)),
    "IN": timezone(timedelta(hours=5, minutes=30)),
}


@dataclass(frozen=True, slots=True)
class Helpline:
    """`opens` and `closes` are the line's local times; both None for one that always answers."""

    id: str
    country: Country
    name_bn: str
    name_en: str
    number: str
    kinds: tuple[Kind, ...]
    about_bn: str
    about_en: str
    opens: time | None = None
    closes: time | None = None

    def answers_at(self, moment: datetime) -> bool:
        """Whether someone answers at `moment` (with a time zone), by the published hours."""
        if self.opens is None or self.closes is None:
            return True
        local = moment.astimezone(_UTC_OFFSET[self.country]).time()
        if self.opens < self.closes:
            return self.opens <= local < self.closes
        return local >= self.opens or local < self.closes


@dataclass(frozen=True, slots=True)
class HelplineTable:
    last_verified: date
    helplines: tuple[Helpline, ...]

    def of(self, country: Country, moment: datetime | None = None) -> list[Helpline]:
        """A country's lines: those that answer at `moment` (now when None) first, else in the table's order."""
        moment = moment or datetime.now(UTC)
        lines = [line for line in self.helplines if line.country == country]
        return sorted(lines, key=lambda line: not line.answers_at(moment))


@cache
def load_helplines() -> HelplineTable:
    table = tomllib.loads((resources.files("sahayok.safety") / "helplines.toml").read_text(encoding="utf-8"))
    return HelplineTable(
        last_verified=table["last_verified"],
        helplines=tuple(_helpline(entry) for entry in table["helpline"]),
    )


def _helpline(entry: dict[str, Any]) -> Helpline:
    hours = str(entry.pop("hours"))
    opens, closes = (None, None) if hours == "24x7" else (time.fromisoformat(clock) for clock in hours.split("-"))
    kinds = tuple(entry.pop("kinds"))
    return Helpline(**entry, kinds=kinds, opens=opens, closes=closes)
