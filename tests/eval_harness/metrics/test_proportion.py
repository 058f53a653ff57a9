from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_harness.intervals import Array
from eval_harness.metrics.metric import RatioMetric
from eval_harness.metrics.proportion import ProportionMetric, wilson
from eval_harness.records import Record
from tests.eval_harness.made import records_of


class Good(ProportionMetric):
    """Replies that begin with ক."""

    name = "good"
    version = 1
    direction = "higher"
    undefined = "there is no reply"
    details = "made:for-the-test"

    def statistics(self, records: Sequence[Record]) -> Array:
        return np.array([(record.reply.startswith("ক"), 1) for record in records], dtype=np.float64)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Published by Newcombe 1998, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_mirrors(case: tuple[int, int]) -> None:
    successes, n = case
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high
    assert low < high <= 1
    assert (low == 0, high == 1) == (successes == 0, successes == n)
    assert wilson(n - successes, n) == pytest.approx((1 - high, 1 - low))


def test_wilson_bounds_solve_its_equation() -> None:
    # The observed share lies 1.96 standard errors of the bound away from it: |s - p| = z sqrt(p (1 - p) / n).
    for bound in wilson(7, 40):
        assert abs(7 / 40 - bound) == pytest.approx(1.959964 * (bound * (1 - bound) / 40) ** 0.5)


@pytest.mark.parametrize(("reply", "successes"), [("ক", 12), ("খ", 0)])
def test_wilson_where_all_are_alike(reply: str, successes: int) -> None:
    score = Good().compute(records_of([(reply, "")] * 12))
    assert (score.low, score.high) == wilson(successes, 12)
    assert "wilson" in score.signature


def test_wilson_where_all_conversations_are_alike() -> None:
    score = Good().compute(records_of([("ক", ""), ("খ", ""), ("খ", "")] * 5, turns=3))
    assert (score.low, score.high) == pytest.approx(wilson(5, 15))


def test_the_bootstrap_elsewhere() -> None:
    records = records_of([("ক" if index % 3 else "খ", "") for index in range(30)])
    score = Good().compute(records)
    plain = RatioMetric._compute(Good(), records)
    assert (score.low, score.high) == (plain.low, plain.high)
    assert plain.low != plain.high


def test_one_conversation_has_no_interval() -> None:
    assert Good().compute(records_of([("ক", "")] * 3, turns=3)).low is None
