"""Hours and dates as people say them: "রাত ৩টা", "২৩ নভেম্বর ২০২৬"."""

from __future__ import annotations

from datetime import date, time

from sahayok_tui.strings.loading import Strings

# The first hour of each part of the day, as Bengali parts it. The night begins at 20 and lasts until dawn.
_PARTS = ((20, "night"), (18, "evening"), (15, "afternoon"), (12, "noon"), (6, "morning"), (4, "dawn"), (0, "night"))


def spoken_time(moment: time, strings: Strings) -> str:
    """The time of day on a clock of twelve hours."""
    part = next(name for first, name in _PARTS if moment.hour >= first)
    hour = str(moment.hour % 12 or 12) + (f":{moment.minute:02d}" if moment.minute else "")
    return strings(f"time_{part}", hour=strings.number(hour))


def spoken_date(day: date, strings: Strings) -> str:
    months = strings("months").split()
    return strings("date", day=strings.number(day.day), month=months[day.month - 1], year=strings.number(day.year))
