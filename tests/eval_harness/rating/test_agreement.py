from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import permutations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_harness.rating.agreement import Measure, alpha, coincidences

# The reliability data of Krippendorff 2011, section C: 4 observers, 12 units, 5 values, missing ones as 0.
_KRIPPENDORFF = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
]
_UNITS = [[value - 1 for value in unit if value] for unit in zip(*_KRIPPENDORFF, strict=True)]

units = st.lists(st.lists(st.integers(0, 4), max_size=5), min_size=1, max_size=12)
measures = st.sampled_from(["nominal", "ordinal", "interval"])


def _alpha(given: Sequence[Sequence[int]], measure: Measure) -> float:
    return float(alpha(coincidences(given, 5).sum(axis=0), measure))


@pytest.mark.parametrize(("measure", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_published_example(measure: Measure, published: float) -> None:
    assert _alpha(_UNITS, measure) == pytest.approx(published, abs=0.0005)


def test_two_observers_and_two_values_by_hand() -> None:
    # Krippendorff 2011, section A: 10 units, 20 values, 14 zeros and 6 ones, and 4 units of a zero and a one, so that
    # o01 = 4 and alpha = 1 - (20 - 1) * 4 / (14 * 6) = 0.095.
    first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert _alpha(list(zip(first, second, strict=True)), "nominal") == pytest.approx(1 - 19 * 4 / 84)


def _by_definition(given: Sequence[Sequence[int]], measure: Measure) -> float:
    """1 - observed / expected disagreement, over pairs of single values, without a coincidence matrix."""
    paired = [unit for unit in given if len(unit) > 1]
    values = [value for unit in paired for value in unit]

    def distance(one: int, other: int) -> float:
        low, high = sorted((one, other))
        if measure == "nominal":
            return float(one != other)
        if measure == "interval":
            return float((one - other) ** 2)
        between = sum(low <= value <= high for value in values)
        return (between - (values.count(low) + values.count(high)) / 2) ** 2 if low != high else 0.0

    observed = sum(distance(*pair) / (len(unit) - 1) for unit in paired for pair in permutations(unit, 2))
    expected = sum(distance(*pair) for pair in permutations(values, 2))
    if not expected:
        return math.nan
    return 1 - (observed / len(values)) / (expected / (len(values) * (len(values) - 1)))


@given(units, measures)
def test_it_is_the_definition(given_units: list[list[int]], measure: Measure) -> None:
    assert _alpha(given_units, measure) == pytest.approx(_by_definition(given_units, measure), nan_ok=True)


@given(units, measures)
def test_it_is_never_above_one_and_one_when_all_agree(given_units: list[list[int]], measure: Measure) -> None:
    value = _alpha(given_units, measure)
    assert math.isnan(value) or value <= 1
    same = [[unit[0]] * len(unit) for unit in given_units if unit]
    value = _alpha(same, measure) if same else math.nan
    assert math.isnan(value) or value == 1


@given(units, measures, st.randoms())
def test_the_order_of_units_and_raters_does_not_matter(
    given_units: list[list[int]], measure: Measure, chance: Random
) -> None:
    other = [list(unit) for unit in given_units]
    chance.shuffle(other)
    for unit in other:
        chance.shuffle(unit)
    assert _alpha(other, measure) == pytest.approx(_alpha(given_units, measure), nan_ok=True)


@given(units, measures)
def test_a_unit_of_one_rater_adds_nothing(given_units: list[list[int]], measure: Measure) -> None:
    assert _alpha([*given_units, [3], []], measure) == pytest.approx(_alpha(given_units, measure), nan_ok=True)


@given(units)
def test_two_values_that_are_the_ends_are_the_same_to_every_measure(given_units: list[list[int]]) -> None:
    ends = [[4 * (value > 2) for value in unit] for unit in given_units]
    assert _alpha(ends, "ordinal") == pytest.approx(_alpha(ends, "nominal"), nan_ok=True)
    assert _alpha(ends, "interval") == pytest.approx(_alpha(ends, "nominal"), nan_ok=True)


def test_many_at_once_are_each_as_alone() -> None:
    matrices = coincidences(_UNITS, 5)
    several = np.stack([matrices.sum(axis=0), matrices[:6].sum(axis=0)])
    assert alpha(several, "ordinal").tolist() == [
        pytest.approx(_alpha(_UNITS, "ordinal")),
        pytest.approx(_alpha(_UNITS[:6], "ordinal")),
    ]


def test_it_is_undefined_without_pairs_or_without_variation() -> None:
    assert math.isnan(_alpha([[1], [2], []], "nominal"))
    assert math.isnan(_alpha([[1, 1], [1, 1, 1]], "ordinal"))
