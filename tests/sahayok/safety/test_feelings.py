import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahayok.safety.feelings import feeling_of, finds, is_opposite, load_table

ENTRIES = [(table, entry) for table, entries in load_table().items() for entry in entries]


@pytest.mark.parametrize(("table", "entry"), ENTRIES, ids=[f"{t}: {e['example']}" for t, e in ENTRIES])
def test_every_pattern_finds_its_example_and_the_table_leaves_its_counter_example(
    table: str, entry: dict[str, str]
) -> None:
    assert set(entry) <= {"pattern", "example", "counter"}
    assert re.search(entry["pattern"], entry["example"].lower())
    if "counter" in entry:
        assert not finds(table, entry["counter"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("message", "feeling"),
    [
        ("আমার মন খুব খারাপ", "sad"),
        ("মন ভালো নেই", "sad"),
        ("mon ta valo na", "sad"),
        ("ভাল্লাগে না কিছুই, কান্না পায়", "sad"),
        ("পরীক্ষায় ফেল করেছি", "sad"),
        ("amar biral ta mara gese", "sad"),
        ("আজ চাকরি পেয়েছি!", "glad"),
        ("আমার মেয়ে হয়েছে! খুব খুশি", "glad"),
        ("অনেক দিন অসুস্থ থাকার পর মা আজ বাড়ি ফিরে এসেছে, খুব ভালো লাগছে", None),
        ("হ্যালো", None),
        ("আপনি কে?", None),
        ("আজ কী বার?", None),
    ],
)
def test_the_feeling_of_a_message(message: str, feeling: str | None) -> None:
    assert feeling_of([message]) == feeling


def test_an_earlier_message_speaks_where_the_newest_says_nothing() -> None:
    assert feeling_of(["বাবা মারা গেছেন", "জানি না"]) == "sad"
    assert feeling_of(["বাবা মারা গেছেন", "জানি না", "হুম", "কিছু না"]) is None
    assert feeling_of(["মন খারাপ", "এখন খুব ভালো লাগছে"]) == "glad"
    assert feeling_of([]) is None


@pytest.mark.parametrize(
    ("sentence", "feeling", "opposite"),
    [
        ("আপনার মন খুব খারাপ, শুনে আমারও ভালো লাগল।", "sad", True),
        ("পাশ করেছেন, অভিনন্দন।", "sad", True),
        ("এই ভালো মুহূর্তটা একটু উপভোগ করুন।", "sad", True),
        ("কথাটা বলে ভালো করেছেন।", "sad", False),
        ("এমন লাগাটা স্বাভাবিক।", "sad", False),
        ("এই শোক খুব গভীর।", "glad", True),
        ("শুনে খুব ভালো লাগল!", "glad", False),
        ("শুনে খুব ভালো লাগল!", None, False),
    ],
)
def test_opposite_feelings(sentence: str, feeling: str | None, opposite: bool) -> None:
    assert is_opposite(sentence, feeling) is opposite  # type: ignore[arg-type]


@given(st.text(max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    assert feeling_of([text]) in ("sad", "glad", None)


def test_joiners_and_composed_letters_make_no_difference() -> None:
    assert finds("sad", "কা\u200cন্না পাচ্ছে")
    assert finds("sad", "ভ\u09df লাগছে") == finds("sad", "ভয় লাগছে") is True
