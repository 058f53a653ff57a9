from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahayok_tui.display_text import displayable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ঘুম আসে না।\n\tতবু", "ঘুম আসে না।\n\tতবু"),
        ("a\x1b[2Jb\x07\x00", "a[2Jb"),
        ("এক\r\nদুই\rতিন", "এক\nদুই\nতিন"),
        ("র\u200d\u09cdযাব র\u09cd\u200dযাব", "র\u200d\u09cdযাব র\u09cd\u200dযাব"),
        ("হঠাত\u09cd\u200d", "হঠাত\u09cd"),
        ("\u2764\ufe0f\U0001f44d\U0001f3fd", "\u2764\U0001f44d"),
        ("ক\u202eখ\ud800", "কখ"),
        ("\u09df", "\u09af\u09bc"),
    ],
)
def test_what_a_terminal_cannot_take_is_left_out(text: str, shown: str) -> None:
    assert displayable(text) == shown


@given(st.text())
def test_no_control_character_is_ever_shown(text: str) -> None:
    shown = displayable(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert displayable(shown) == shown
    shown.encode("utf-8")
