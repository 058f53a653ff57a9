from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_harness.normalise import lenient, normalise

TEXT = st.text(st.one_of(st.characters(), st.sampled_from("কষড়য়ি়্া।০ \n\u200c\u200d\u09dc")))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("বা\u09dcি", "বা\u09a1\u09bcি"),  # NFC takes ড় apart
        ("র\u200d\u09cdযাব", "র\u09cdযাব"),
        ("আল্\u200cগা", "আল্গা"),
        ("  মন \n\t খারাপ\u00a0আজ  ", "মন খারাপ আজ"),
        ("", ""),
    ],
)
def test_examples(text: str, normal: str) -> None:
    assert normalise(text) == normal


@given(TEXT)
def test_idempotent(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(TEXT)
def test_one_line_without_joiners(text: str) -> None:
    normal = normalise(text)
    assert not set("\u200c\u200d\n\t") & set(normal)
    assert normal == normal.strip()
    assert "  " not in normal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ভালো আছি.", "ভালো আছি।"),
        ("ও বলল, “ভালো আছি.”", "ও বলল, “ভালো আছি।”"),
        ("ভালো. আছি", "ভালো. আছি"),
        ("ভালো...", "ভালো..."),
        ("fine.", "fine."),
        ("১২.৫ টাকা", "12.5 টাকা"),
        ("টাকা ১২.", "টাকা 12."),
        ("", ""),
    ],
)
def test_lenient_examples(text: str, expected: str) -> None:
    assert lenient(text) == expected


@given(TEXT)
def test_lenient_is_idempotent_and_stays_normal(text: str) -> None:
    once = lenient(normalise(text))
    assert lenient(once) == once == normalise(once)
