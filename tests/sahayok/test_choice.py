import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahayok.choice import DOUBT, MOST_COST, SAME_KIND, cost, least_harm
from sahayok.feeling_reader import SHADES


def sure(feeling: str, share: float = 1.0) -> dict[str, float]:
    """A reading that gives `feeling` the share and divides the rest."""
    rest = (1 - share) / (len(SHADES) - 1)
    return {shade: share if shade == feeling else rest for shade in SHADES}


def test_the_reply_that_meets_the_feeling_is_chosen() -> None:
    assert least_harm(sure("sad", 0.7), [sure("glad"), sure("angry"), sure("sad")]) == 2


def test_the_replies_together_outvote_an_unsure_reader() -> None:
    felt = sure("glad", 0.4)
    assert least_harm(felt, [sure("sad"), sure("sad"), sure("sad"), sure("sad"), sure("glad")]) != 4


def test_between_joy_and_pain_the_calm_reply_is_safer() -> None:
    felt = dict.fromkeys(SHADES, 0.0) | {"glad": 0.5, "sad": 0.5}
    assert least_harm(felt, [sure("glad"), sure("sad"), sure("neutral")]) == 2


def test_a_reply_that_probably_rejoices_over_pain_is_not_said() -> None:
    assert least_harm(sure("sad", 0.9), [sure("glad"), sure("glad")]) is None
    assert least_harm(sure("sad"), []) is None


def test_of_two_that_fit_the_one_that_says_nothing_again_is_chosen() -> None:
    assert least_harm(sure("sad", 0.8), [sure("sad"), sure("sad")], [True, False]) == 1
    assert least_harm(sure("sad", 0.8), [sure("sad"), sure("glad")], [True, False]) == 0
    assert least_harm(sure("sad", 0.8), [sure("sad")], [True]) == 0


def test_an_expected_cost_by_hand() -> None:
    # One reply: the joint weights are (felt + DOUBT) (meant + DOUBT) with meant the reply's own reading.
    felt = {"sad": 0.8, "glad": 0.2}
    right, wrong = (0.8 + DOUBT) * (0 + DOUBT), (0.2 + DOUBT) * (1 + DOUBT)
    expected = right / (right + wrong) * cost("sad", "glad")
    assert expected == pytest.approx(0.817, abs=1e-3) and expected < MOST_COST
    assert least_harm(felt, [{"sad": 0.0, "glad": 1.0}]) == 0


def test_every_pair_has_a_cost_and_joy_over_pain_the_highest() -> None:
    costs = {pair: cost(*pair) for pair in itertools.product(SHADES, repeat=2)}
    assert max(costs.values()) == costs["lonely", "glad"] == costs["sad", "glad"]
    assert costs["glad", "sad"] > costs["glad", "neutral"] > costs["glad", "glad"] == 0
    assert costs["sad", "afraid"] == SAME_KIND


@given(st.lists(st.lists(st.floats(0, 1), min_size=9, max_size=9), max_size=6))
def test_the_choice_is_one_of_the_replies_or_none(shares: list[list[float]]) -> None:
    replies = [dict(zip(SHADES, row, strict=True)) for row in shares]
    chosen = least_harm(sure("neutral", 0.5), replies)
    assert chosen is None or 0 <= chosen < len(replies)
