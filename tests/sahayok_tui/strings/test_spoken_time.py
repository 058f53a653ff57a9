from __future__ import annotations

from datetime import date, time

import pytest

from sahayok_tui.strings import load_strings
from sahayok_tui.strings.spoken_time import spoken_date, spoken_time


@pytest.mark.parametrize(
    ("moment", "spoken"),
    [
        (time(0), "রাত ১২টা"),
        (time(3), "রাত ৩টা"),
        (time(5), "ভোর ৫টা"),
        (time(10), "সকাল ১০টা"),
        (time(12), "দুপুর ১২টা"),
        (time(15), "বিকেল ৩টা"),
        (time(19), "সন্ধ্যা ৭টা"),
        (time(22, 30), "রাত ১০:৩০টা"),
    ],
)
def test_hours(moment: time, spoken: str) -> None:
    assert spoken_time(moment, load_strings("bn")) == spoken


def test_dates() -> None:
    assert spoken_date(date(2026, 11, 3), load_strings("bn")) == "৩ নভেম্বর ২০২৬"
    assert spoken_date(date(2026, 1, 31), load_strings("en")) == "31 January 2026"
