import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.likeness import LIMIT, PASSAGE, Likeness, passages


def test_likeness_is_the_mean_of_the_words_log_ratios() -> None:
    likeness = Likeness(["মন খারাপ", "মন"], ["দেশ মন"])
    # With one added to each count: p(মন) is (2 + 1) / (3 + 2) in the dialogues, (1 + 1) / (2 + 2) in the text;
    # p(দেশ) is 1/5 and 2/4.
    mon, desh = math.log(3 / 5) - math.log(2 / 4), math.log(1 / 5) - math.log(2 / 4)
    assert likeness("মন") == pytest.approx(mon)
    assert likeness("মন দেশ") == pytest.approx((mon + desh) / 2)
    assert likeness("মন অচেনা") == pytest.approx(mon / 2)


def test_a_word_counts_no_more_than_the_limit() -> None:
    likeness = Likeness(["মন " * 1000], ["দেশ " * 1000])
    assert likeness("মন") == LIMIT
    assert likeness("দেশ") == likeness("") == -LIMIT


def test_without_any_text_to_learn_from_nothing_is_unlike() -> None:
    assert Likeness(["মন"], [])("মন") == pytest.approx(0)
    assert Likeness([], [])("মন") == 0


def test_the_threshold_is_reached_by_the_share() -> None:
    likeness = Likeness(["মন মন মন"], ["দেশ দেশ দেশ"])
    found = ["মন মন", "মন দেশ", "দেশ দেশ দেশ", "দেশ"]
    assert sum(likeness(passage) >= likeness.threshold(found, 0.25) for passage in found) == 2
    assert likeness.threshold(["মন"], 1.0) == likeness("মন")


@given(st.lists(st.text(alphabet="কখ \n", max_size=4000), max_size=4))
def test_passages_put_together_are_the_text(parts: list[str]) -> None:
    text = "\n".join(parts)
    found = list(passages(text))
    assert "\n".join(found).rstrip("\n") == text.rstrip("\n")
    longest = max(map(len, text.split("\n")))
    assert all(len(passage.replace("\n", "")) < PASSAGE + longest for passage in found)
