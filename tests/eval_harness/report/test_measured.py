from __future__ import annotations

from dataclasses import replace

import pytest

from eval_harness.metrics.form import CompleteRate
from eval_harness.metrics.likelihood import BitsPerByte
from eval_harness.metrics.metric import SumMetric
from eval_harness.metrics.overlap import ChrF
from eval_harness.metrics.relevance import OwnQuestionFirst
from eval_harness.metrics.script import BengaliShare, DriftRate
from eval_harness.report.measured import Measured
from sahayok.conversation import Message
from tests.eval_harness.made import a_record, pairs_of_lines, records_of


@pytest.mark.parametrize("metric", [BitsPerByte(), ChrF(), BengaliShare(), DriftRate(), CompleteRate()])
def test_a_part_scores_as_the_metric_scores_it(metric: SumMetric) -> None:
    records = records_of([*pairs_of_lines(20), ("in English", "বাংলা।"), ("", "বাংলা।")], turns=2)
    records[3] = replace(records[3], finish=None)
    measured = Measured(metric, records)
    for part in (records, records[:7], records[5:], records[8:10]):
        assert measured.score(part) == metric.compute(part)


def test_the_value_of_one_reply() -> None:
    records = [a_record("হ্যাঁ।", id="a"), a_record("no", id="b"), a_record("", id="c")]
    measured = Measured(BengaliShare(), records)
    assert [measured.alone(record) for record in records] == [1.0, 0.0, None]
    assert measured.score(records[2:]) is None


def test_what_lacks_something_is_not_inside() -> None:
    records = [a_record(id="a"), a_record(reference="", id="b")]
    measured = Measured(ChrF(), records)
    assert measured.inside(records) == records[:1]
    assert measured.alone(records[1]) is None
    assert Measured(ChrF(), records[1:]).score(records[1:]) is None


def test_questions_of_the_whole_set_tell_a_part_apart() -> None:
    texts = [f"{'কখগঘঙচছজঝঞ'[index // 4] * 4} {'টঠডঢতথদধনপ'[index % 4] * 4}" for index in range(24)]
    records = [
        replace(a_record(text, id=f"{index:02}"), messages=(Message("user", text),)) for index, text in enumerate(texts)
    ]
    score = Measured(OwnQuestionFirst(), records).score(records[:5])
    assert score is not None
    assert (score.value, score.n) == (1.0, 5)
    assert Measured(OwnQuestionFirst(), records[:5]).score(records[:5]) is None
