from __future__ import annotations

import pytest

from eval_harness.errors import MetricError
from eval_harness.metrics.form import CompleteRate, DistinctBigrams, EmptyRate, LengthRatio, RepeatedFourgrams
from tests.eval_harness.made import a_record, pairs_of_lines, records_of


def test_complete_needs_a_mark_and_the_models_own_end() -> None:
    records = [
        a_record("শুনছি।", id="a#1"),
        a_record("শুনছি।", id="b#1", finish="length"),
        a_record("শুনছি", id="c#1"),
        a_record("", id="d#1"),
    ]
    assert CompleteRate().compute(records).value == pytest.approx(1 / 4)
    assert EmptyRate().compute(records).value == pytest.approx(1 / 4)


def test_repeated_fourgrams_by_hand() -> None:
    # "ক খ গ ঘ ক খ গ ঘ": five 4-grams, the last is the first again. "ক খ গ ঙ": one. Too short: none.
    score = RepeatedFourgrams().compute(records_of([("ক খ গ ঘ ক খ গ ঘ", "ক"), ("ক খ গ ঙ", "ক"), ("ক", "ক")]))
    assert score.value == pytest.approx(1 / 6)
    assert score.n == 2


def test_repeats_across_replies_do_not_count() -> None:
    assert RepeatedFourgrams().compute(records_of([("ক খ গ ঘ", "ক"), ("ক খ গ ঘ", "ক")])).value == 0


def test_no_fourgram_raises() -> None:
    with pytest.raises(MetricError):
        RepeatedFourgrams().compute([a_record("ক খ গ")])


def test_distinct_bigrams_by_hand() -> None:
    # The same reply to both: 2 different 2-grams where the references, cut to as many, have 4.
    score = DistinctBigrams().compute(records_of([("ক খ গ", "চ ছ জ ঝ"), ("ক খ গ", "ট ঠ ড")]))
    assert score.value == pytest.approx(2 / 4)
    assert score.n == 2


def test_distinct_bigrams_interval_is_about_the_value() -> None:
    score = DistinctBigrams().compute(records_of(pairs_of_lines(60), turns=2))
    assert score.low is not None and score.high is not None
    assert score.low < score.value < score.high
    assert "jackknife" in score.signature


def test_distinct_bigrams_without_any_raises() -> None:
    with pytest.raises(MetricError):
        DistinctBigrams().compute([a_record("ক", "ক খ")])


def test_distinct_bigrams_from_one_conversation_only_has_no_interval() -> None:
    assert DistinctBigrams().compute(records_of([("ক খ", "গ ঘ"), ("", "ক খ")])).low is None


def test_length_ratio_by_hand() -> None:
    assert LengthRatio().compute(records_of([("ক খ", "ক খ গ"), ("ক", "ক খ গ")])).value == pytest.approx(3 / 6)
