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
def test_replies_without_a_letter_are_in_no_script(metric: Metric) -> None:
    letterless = ["", " ", "🙂🙂", "১২.৫", "12", "।", "\ufffd"]
    with pytest.raises(MetricError, match="no reply has a letter"):
        metric.compute(records_of([(reply, "ক") for reply in letterless]))
    score = metric.compute(records_of([(reply, "ক") for reply in (*letterless, "hello", "okay 🙂")]))
    assert score.value == metric.compute(records_of([("hello", "ক")])).value
    assert score.n == 2


@pytest.mark.parametrize(("reply", "share"), [("মন 🙂", 1), ("মন ১২", 1), ("मन", 0), ("মন मन", 1 / 2)])
def test_only_letters_and_marks_count(reply: str, share: float) -> None:
    assert BengaliShare().compute(records_of([(reply, "")])).value == share


def test_no_drift_at_all_has_an_interval() -> None:
    score = DriftRate().compute(records_of([("মন আছে", "ক")] * 4))
    assert score.value == score.low == 0
    assert score.high is not None and score.high > 0.2
