from __future__ import annotations

import json
from dataclasses import replace

from eval_harness.record_sets import RecordSet
from eval_harness.records import Record, Skipped
from eval_harness.summary import Summary, summarise
from tests.eval_harness.made import a_header, a_record, a_set, pairs_of_lines, records_of

WITHOUT_VALUE = {"recalled", "own_question_first", "own_question_mrr", "distinct_2"}
"""What the made records lack: words to recall, different questions, enough of words."""


def summary_of(records: list[Record]) -> Summary:
    return summarise(a_set(records))


def test_every_metric_has_a_row_with_its_signature() -> None:
    summary = summary_of(records_of(pairs_of_lines(40), turns=2))
    names = [row.name for row in summary.rows]
    assert len(set(names)) == len(names)
    assert {row.name for row in summary.rows if row.score is None} == WITHOUT_VALUE
    for each in summary.rows:
        if each.score is None:
            continue
        assert each.score.signature.startswith(f"{each.name}|v:")
        if each.name == "distinct_1":  # without a conversation too few words are left to draw from
            assert each.score.low is each.score.high is None
            continue
        assert each.score.low is not None and each.score.high is not None
        assert each.score.low <= each.score.value <= each.score.high
    assert {each.name for each in summary.rows if each.floor} == {"chrF++", "BLEU", "ROUGE-1", "ROUGE-2", "ROUGE-L"}
    assert (summary.replies, summary.conversations) == (40, 20)


def test_it_is_plain_json() -> None:
    summary = summary_of(records_of(pairs_of_lines(5)))
    assert json.loads(json.dumps(summary.to_json(), allow_nan=False)) == summary.to_json()


def test_a_metric_without_value_says_why_and_is_not_0() -> None:
    summary = summary_of(records_of([("", "ক খ গ ঘ ঙ"), ("", "চ ছ জ ঝ ঞ")]))
    found = summary.row("bengali_share")
    assert found.score is None
    assert found.reason == "no reply has a letter"
    assert summary.row("BLEU").score is None
    assert summary.row("empty_rate").score is not None


def test_one_record_has_neither_interval_nor_floor() -> None:
    summary = summary_of([a_record()])
    score = summary.row("chrF++").score
    assert score is not None and score.low is None
    assert summary.row("chrF++").floor is None
    assert summary.constant_reply is None


def test_repeats_of_one_item_have_no_floor_either() -> None:
    summary = summary_of([replace(a_record(), repeat=repeat) for repeat in range(3)])
    assert summary.replies == 3
    assert summary.row("chrF++").floor is None


def test_it_warns_in_words_when_a_score_is_chance() -> None:
    summary = summary_of(records_of([("আমি শুনছি, বলুন।", reference) for _, reference in pairs_of_lines(40)]))
    warnings = "\n".join(summary.warnings)
    assert "chrF++ does not clear its floor (p = 1.00)" in warnings
    assert "ROUGE-L is not above that of one fixed reply" in warnings


def test_it_does_not_warn_of_replies_that_answer() -> None:
    pairs = [(reference, reference) for _, reference in pairs_of_lines(40)]
    assert summary_of(records_of(pairs)).warnings == []


def test_it_warns_of_few_unfinished_and_skipped() -> None:
    skipped = [Skipped("y#1", "too long"), Skipped("y#2", "too long"), Skipped("z#1", "empty")]
    records = RecordSet("m", a_header(items=9), records_of(pairs_of_lines(4)), skipped, 9, ["A note."])
    warnings = summarise(records).warnings
    assert warnings[0] == "A note."
    assert "2 of 9 replies are not there yet: give the same run command again." in warnings
    assert "2 of 9 are left out: too long. Compare only runs on the same items." in warnings
    assert "1 of 9 are left out: empty. Compare only runs on the same items." in warnings
    assert any("4 conversations are few" in warning for warning in warnings)


def test_what_a_metric_leaves_out_is_counted() -> None:
    records = [*records_of(pairs_of_lines(40)), *(a_record("শুনছি।", "", id=f"z-{n}#1") for n in range(3))]
    summary = summary_of(records)
    assert summary.row("chrF++").left_out == summary.row("bits_per_byte").left_out == 3
    assert summary.row("empty_rate").left_out == 0
    (said,) = [warning for warning in summary.warnings if "3 of 43 replies are not in" in warning]
    assert "chrF++" in said and "empty_rate" not in said


def test_a_reference_that_is_scored_once_is_not_left_out_of_the_repeats() -> None:
    records = records_of(pairs_of_lines(4))
    again = [replace(record, repeat=1, likelihood=None) for record in records]
    summary = summary_of([*records, *again])
    assert summary.row("bits_per_byte").left_out == 0
    assert summary_of([*records, replace(records[0], id="y#1", likelihood=None)]).row("bits_per_byte").left_out == 1


def test_records_of_others_have_no_likelihood_and_say_so() -> None:
    records = [Record(id=f"{n}", conversation_id=f"{n}", reply="শুনছি।") for n in range(3)]
    summary = summarise(RecordSet("theirs", None, records, [], 3))
    assert summary.row("bits_per_byte").reason == "no reply with likelihood"
    assert summary.row("chrF++").reason == "no reply with reference"
    assert summary.row("empty_rate").score is not None
    assert summary.constant_reply is None
