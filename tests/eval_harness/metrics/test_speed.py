from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_harness.errors import MetricError
from eval_harness.metrics.speed import (
    BytesPerSecond,
    EvaluatedPromptTokens,
    TimeToFirstToken,
    TokensPerSecond,
    weighted_medians,
)
from sahayok.engines.engine import Counts
from tests.eval_harness.made import a_record

RECORDS = [
    a_record("ক", id="a#1", counts=Counts(20, 18, 5, seconds=3.0, seconds_to_first_token=1.0)),
    a_record("কখ", id="b#1", counts=Counts(30, 28, 9, seconds=6.0, seconds_to_first_token=2.0)),
    a_record("", id="c#1", counts=Counts(40, 38, 1, seconds=9.0, seconds_to_first_token=9.0)),
]


def test_by_hand() -> None:
    assert TimeToFirstToken().compute(RECORDS).value == 2.0
    assert TokensPerSecond().compute(RECORDS).value == 2.0  # 4/2, 8/4, none for a single token
    assert TokensPerSecond().compute(RECORDS).n == 2
    assert BytesPerSecond().compute(RECORDS).value == 1.0  # 3/3, 6/6, 0/9
    assert EvaluatedPromptTokens().compute(RECORDS).value == 28.0


def test_nothing_to_time_raises() -> None:
    with pytest.raises(MetricError, match="second token"):
        TokensPerSecond().compute(RECORDS[2:])


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(0, 4)), min_size=1).filter(lambda x: any(w for _, w in x)))
def test_weighted_medians_are_medians_of_repeats(pairs: list[tuple[float, int]]) -> None:
    values, weights = np.array([v for v, _ in pairs]), np.array([[w for _, w in pairs]])
    assert weighted_medians(values, weights.astype(float))[0] == pytest.approx(np.median(np.repeat(values, weights[0])))
