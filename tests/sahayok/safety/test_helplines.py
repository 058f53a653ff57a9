from datetime import UTC, date, datetime

import pytest

from sahayok.bengali import nfc
from sahayok.safety.helplines import Helpline, load_helplines

LINES = {line.id: line for line in load_helplines().helplines}


def at(hour: int, minute: int = 0) -> datetime:
    """A moment by the clock of Dhaka (UTC+6)."""
    return datetime(2026, 11, 23, (hour - 6) % 24, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "answers"),
    [(at(14, 59), False), (at(15), True), (at(23, 30), True), (at(2, 59), True), (at(3), False), (at(9), False)],
)
def test_a_line_that_closes_after_midnight(moment: datetime, answers: bool) -> None:
    assert LINES["bd_kaan_pete_roi"].answers_at(moment) is answers


def test_a_line_in_india_keeps_indian_time() -> None:
    line = LINES["in_lifeline_kolkata"]
    assert line.answers_at(datetime(2026, 11, 23, 4, 30, tzinfo=UTC))  # 10:00
    assert not line.answers_at(datetime(2026, 11, 23, 4, 29, tzinfo=UTC))
    assert not line.answers_at(datetime(2026, 11, 23, 16, 30, tzinfo=UTC))  # 22:00


def test_lines_that_answer_come_first() -> None:
    morning = load_helplines().of("BD", at(9))
    answering = [line.answers_at(at(9)) for line in morning]
    assert answering == sorted(answering, reverse=True)
    assert morning[0].id == "bd_999"
    assert load_helplines().of("BD", at(20))[0].id == "bd_kaan_pete_roi"


@pytest.mark.parametrize("country", ["BD", "IN"])
@pytest.mark.parametrize("hour", range(24))
def test_at_every_hour_more_than_one_line_answers(country: str, hour: int) -> None:
    answering = [line for line in load_helplines().of(country, at(hour)) if line.answers_at(at(hour))]  # type: ignore[arg-type]
    assert len(answering) >= 2


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_every_entry_is_complete(line: Helpline) -> None:
    assert line.number.replace("-", "").isdigit()
    assert line.kinds
    for text in (line.name_bn, line.about_bn):
        assert text and text == nfc(text)
    assert (line.opens is None) == (line.closes is None)


def test_the_table_says_when_it_was_verified() -> None:
    assert load_helplines().last_verified >= date(2026, 11, 23)


def test_numbers_known_to_be_wrong_are_not_in_the_table() -> None:
    numbers = {line.number.replace("-", "") for line in LINES.values()}
    assert not numbers & {"16789", "18005990019", "09678678778", "01776632344", "01709817179", "1800313444222"}
