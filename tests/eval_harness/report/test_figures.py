from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_harness.metrics.metric import Score
from eval_harness.report.figures import number, one_line, value_with_interval, visible


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (1, "1"),
        (0.48884, "0.4888"),
        (0.00004, "0.0000"),
        (18.236, "18.24"),
        (1234.6, "1235"),
        (1e9, "1000000000"),
    ],
)
def test_numbers(value: float, written: str) -> None:
    assert number(value) == written


def test_a_value_without_interval() -> None:
    assert value_with_interval(None) == "–"
    assert value_with_interval(Score(0.5, None, None, 1, "")) == "0.5000"
    assert value_with_interval(Score(22.047, 21.1, 23, 9, "")) == "22.05 (21.1 to 23)"


def test_what_is_hidden_is_shown() -> None:
    assert visible("ভালো\u202egnp.exe\x00\u200b\ufeff") == "ভালো⟨U+202E⟩gnp.exe⟨U+0000⟩⟨U+200B⟩⟨U+FEFF⟩"
    assert visible("a\r\nb\rc") == "a\nb⟨U+000D⟩c"
    assert visible("\ufffe\U0010ffff\U000e0041") == "⟨U+FFFE⟩⟨U+10FFFF⟩⟨U+E0041⟩"


def test_the_joiners_that_shape_bengali_stay() -> None:
    text = "র\u200d্যাব ক\u09cd\u200cষ"
    assert visible(text) == text


def test_one_line() -> None:
    assert one_line(" ক\n\tখ  গ ") == "ক খ গ"


@given(st.text(st.characters(codec="utf-8")))
def test_nothing_invisible_is_left(text: str) -> None:
    shown = visible(text)
    left = {unicodedata.category(character) for character in shown if character not in "\n\t\u200c\u200d"}
    assert not left & {"Cc", "Cf", "Co", "Zl", "Zp"}
    assert visible(shown) == shown
