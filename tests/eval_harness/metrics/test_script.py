from __future__ import annotations

import pytest

from eval_harness.errors import MetricError
from eval_harness.metrics.metric import Metric
from eval_harness.metrics.script import BengaliShare, DriftRate, ReplacementCharacters
from tests.eval_harness.made import records_of

# Bengali letters and marks: all; 3 of 7; none of 5; no letters at all.
RECORDS = records_of([("মন আছে", "ক"), ("মন-এ okay", "ক"), ("hello", "ক"), ("  ", "ক")])


def test_share_by_hand() -> None:
    score = BengaliShare().compute(RECORDS)
    assert score.value == pytest.approx((1 + 3 / 7 + 0) / 3)
    assert score.n == 3


def test_drift_by_hand() -> None:
    assert DriftRate().compute(RECORDS).value == pytest.approx(2 / 3)


def test_replacement_characters_by_hand() -> None:
    assert ReplacementCharacters().compute(records_of([("ক\ufffd\ufffd", "ক"), ("ক", "ক")])).value == 2


@pytest.mark.parametrize("metric", [BengaliShare(), DriftRate()])
def test_empty_replies_raise(metric: Metric) -> None:
    with pytest.raises(MetricError, match="every reply is empty"):
        metric.compute(records_of([("", "ক"), (" ", "ক")]))
