from __future__ import annotations

from dataclasses import replace

import pytest

from eval_harness.errors import MetricError
from eval_harness.metrics.following import Recalled, holds
from tests.eval_harness.made import a_record


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("রনির কথা বলেছিলেন।", "রনি", True),
        ("আপনার ভাই রনি।", "রনি", True),
        ("মরনি বলে কেউ নেই।", "রনি", False),
        ("ভাইয়ের নাম বলেননি।", "রনি", False),
        ("বড\u09bcদির কথা?", "বড়দি", True),
        ("ময়মনসিংহের", "ম\u09dfমনসিংহ", True),
        ("উৎ\u200cসব", "উৎসব", True),
        ("Rony, your brother", "rony", True),
        ("তিনি লাল পাড়ের শাড়ি পরতেন।", "লাল পাড়", True),
        ("লাল শাড়ির পাড়।", "লাল পাড়", False),
        ("", "রনি", False),
        ("কিছু একটা।", "।", False),
        ("কিছু একটা।", "", False),
    ],
)
def test_a_word_counts_when_it_begins_as_expected(text: str, expected: str, found: bool) -> None:
    assert holds(text, expected) is found


def test_share_of_the_replies_that_are_asked_for_a_word() -> None:
    asked = [
        replace(a_record("আপনার ভাই রনি।", "", id="a#4"), expected=("রনি", "রণি")),
        replace(a_record("রণির কথা মনে আছে।", "", id="b#4"), expected=("রনি", "রণি")),
        replace(a_record("জানি না।", "", id="c#4"), expected=("খুলনা",)),
    ]
    score = Recalled().compute([*asked, a_record("রনি।", "", id="a#5")])
    assert score.value == pytest.approx(2 / 3)
    assert score.n == 3


def test_nothing_asked_has_no_value() -> None:
    with pytest.raises(MetricError, match="no reply with expected words"):
        Recalled().compute([a_record()])
