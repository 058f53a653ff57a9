from __future__ import annotations

import json

import pytest

from eval_harness.errors import EvalError
from eval_harness.records import Record, RecordFile, Skipped
from eval_harness.summary import Row, Summary, summarise
from tests.eval_harness.made import a_header, a_record, pairs_of_lines, records_of


def summary_of(records: list[Record], **header: object) -> Summary:
    return summarise(RecordFile(a_header(**{"items": len(records)} | header), [*records]))


def row(summary: Summary, name: str) -> Row:
    return next(row for row in summary.rows if row.name == name)


def test_every_metric_has_a_row_with_its_signature() -> None:
    summary = summary_of(records_of(pairs_of_lines(40), turns=2))
    names = [row.name for row in summary.rows]
    assert len(set(names)) == len(names) == 17
    for each in summary.rows:
        assert each.score is not None, each
        assert each.score.signature.startswith(f"{each.name}|v:")
        assert each.score.low is not None and each.score.high is not None
        assert each.score.low <= each.score.value <= each.score.high
    assert {each.name for each in summary.rows if each.floor} == {"chrF++", "BLEU", "ROUGE-L"}
    assert (summary.items, summary.conversations) == (40, 20)


def test_it_is_plain_json() -> None:
    summary = summary_of(records_of(pairs_of_lines(5)))
    assert json.loads(json.dumps(summary.to_json(), allow_nan=False)) == summary.to_json()


def test_a_metric_without_value_says_why_and_is_not_0() -> None:
    summary = summary_of(records_of([("", "ক খ গ ঘ ঙ"), ("", "চ ছ জ ঝ ঞ")]))
    found = row(summary, "bengali_share")
    assert found.score is None
    assert found.reason == "every reply is empty"
    assert row(summary, "BLEU").score is None
    assert row(summary, "empty_rate").score is not None


def test_one_record_has_neither_interval_nor_floor() -> None:
    summary = summary_of([a_record()])
    score = row(summary, "chrF++").score
    assert score is not None and score.low is None
    assert row(summary, "chrF++").floor is None
    assert summary.constant_reply is None


def test_it_warns_in_words_when_a_score_is_chance() -> None:
    summary = summary_of(records_of([("আমি শুনছি, বলুন।", reference) for _, reference in pairs_of_lines(40)]))
    warnings = "\n".join(summary.warnings)
    assert "chrF++ does not clear its floor (p = 1.00)" in warnings
    assert "ROUGE-L is not above that of one fixed reply" in warnings


def test_it_does_not_warn_of_replies_that_answer() -> None:
    pairs = [(reference, reference) for _, reference in pairs_of_lines(40)]
    assert summary_of(records_of(pairs)).warnings == []


def test_it_warns_of_few_unfinished_and_skipped() -> None:
    file = RecordFile(a_header(items=9), [*records_of(pairs_of_lines(4)), Skipped("y#1", "900 tokens where 512 fit")])
    warnings = summarise(file).warnings
    assert any("4 of 9 items have not been run" in warning for warning in warnings)
    assert any("1 items do not fit" in warning for warning in warnings)
    assert any("4 conversations are few" in warning for warning in warnings)


def test_nothing_to_score() -> None:
    for file in (RecordFile(None), RecordFile(a_header()), RecordFile(a_header(items=2), [Skipped("x#1", "")])):
        with pytest.raises(EvalError, match="no scored item"):
            summarise(file)
