from __future__ import annotations

from dataclasses import replace

import pytest

from eval_harness.errors import MetricError
from eval_harness.metrics.form import (
    CompleteRate,
    EmptyRate,
    LengthRatio,
    LenientCompleteRate,
    RepeatedFourgrams,
    ReplyWords,
)
from tests.eval_harness.made import a_record, records_of


def test_complete_needs_a_mark_and_the_models_own_end() -> None:
    records = [
        a_record("শুনছি।", id="a#1"),
        a_record("শুনছি।", id="b#1", finish="length"),
        a_record("শুনছি", id="c#1"),
        a_record("", id="d#1"),
    ]
    assert CompleteRate().compute(records).value == pytest.approx(1 / 4)


@pytest.mark.parametrize(
    ("reply", "strict", "lenient"),
    [
        ("শুনছি।", 1, 1),
        ("শুনছি.", 0, 1),
        ('বললেন, "শুনছি."', 0, 1),
        ("শুনছি\u200d.", 0, 1),
        ("I am listening.", 0, 0),
        ("শুনছি", 0, 0),
    ],
)
def test_a_full_stop_after_bengali_is_complete_only_to_the_lenient(reply: str, strict: int, lenient: int) -> None:
    assert CompleteRate().compute([a_record(reply)]).value == strict
    assert LenientCompleteRate().compute([a_record(reply)]).value == lenient


def test_an_unknown_end_is_left_out_by_the_strict_and_taken_by_the_lenient() -> None:
    unknown = replace(a_record("শুনছি।"), finish=None)
    with pytest.raises(MetricError, match="no reply with finish"):
        CompleteRate().compute([unknown])
    assert LenientCompleteRate().compute([unknown]).value == 1
    assert LenientCompleteRate().compute([a_record("শুনছি।", finish="length")]).value == 0


@pytest.mark.parametrize(
    ("reply", "empty"),
    [("", 1), (" \n", 1), ("।…", 1), ("🙂🙂", 1), ("\u200c", 1), ("\ufffd", 1), ("১২", 0), ("ok", 0), ("ও", 0)],
)
def test_empty_is_a_reply_without_a_word(reply: str, empty: int) -> None:
    assert EmptyRate().compute([a_record(reply)]).value == empty


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


def test_length_ratio_by_hand() -> None:
    assert LengthRatio().compute(records_of([("ক খ", "ক খ গ"), ("ক", "ক খ গ")])).value == pytest.approx(3 / 6)


def test_reply_words_by_hand_without_references() -> None:
    assert ReplyWords().compute(records_of([("মা-বাবা ভালো আছেন।", ""), ("", ""), ("ক খ", "")])).value == 5 / 3
