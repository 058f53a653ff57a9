from __future__ import annotations

import json
from dataclasses import replace

import pytest

from eval_harness.compare import Comparison, compare
from eval_harness.comparison.gate import parse_condition
from eval_harness.errors import EvalError
from eval_harness.metrics import metrics_for
from eval_harness.metrics.metric import Metric
from eval_harness.record_sets import RecordSet
from eval_harness.records import Record, Skipped
from sahayok.engines.engine import Sampling
from tests.eval_harness.made import a_header, a_record, a_set, pairs_of_lines, records_of

METRICS = metrics_for(a_header())


def named(*names: str) -> list[Metric]:
    return [metric for metric in METRICS if metric.name in names]


def replying(records: list[Record], replies: list[str]) -> list[Record]:
    return [replace(record, reply=reply) for record, reply in zip(records, replies, strict=True)]


def better(records: list[Record]) -> list[Record]:
    """The replies, each with words of its reference behind."""
    return replying(records, [f"{record.reply} {record.reference[:15]}" for record in records])


def compared(base: list[Record], other: list[Record], *metrics: str, **header: object) -> Comparison:
    return compare(a_set(base), a_set(other, **header), named(*metrics) if metrics else METRICS)


def test_all_metrics_of_a_set_against_itself() -> None:
    records = records_of(pairs_of_lines(40))
    comparison = compared(records, records)
    assert [one.name for one in comparison.differences] == [metric.name for metric in METRICS]
    assert all(one.change is None or one.change.difference == 0 for one in comparison.differences)
    assert {one.p for one in comparison.differences} == {1, None}
    assert {one.superiority for one in comparison.differences} == {0.5, None}
    assert not any(one.significant for one in comparison.differences)
    assert (comparison.gains, comparison.losses, comparison.verdicts, comparison.slices) == ([], [], [], [])


def test_a_difference_by_hand() -> None:
    # Complete: base 0 of 6; other all but the last. Five conversations differ: of 2^5 swaps only none and all leave
    # a difference as large, p = 2/32. The conversations' differences are 1, 1, 1, 1, 1, 0: mean 5/6, sd 0.4082.
    base = replying(records_of(pairs_of_lines(6)), ["শেষ"] * 6)
    one = compared(base, replying(base, ["শেষ।"] * 5 + ["শেষ"]), "complete_rate").difference("complete_rate")
    assert one.change is not None
    assert (one.change.base, one.change.other, one.change.pairs) == (0, pytest.approx(5 / 6), 6)
    assert (one.p, one.p_holm, one.exact) == (2 / 32, 2 / 32, True)
    assert one.d_z == pytest.approx((5 / 6) / 0.408248, abs=1e-5)
    assert one.superiority == pytest.approx((5 + 0.5) / 6)


def test_turns_of_a_conversation_are_swapped_together() -> None:
    # The same replies in two conversations: all 2^2 swaps, of which two are as large.
    base = replying(records_of(pairs_of_lines(6), turns=3), ["শেষ"] * 6)
    one = compared(base, replying(base, ["শেষ।"] * 6), "complete_rate").difference("complete_rate")
    assert one.p == 0.5


def test_a_real_difference_is_significant_and_its_direction_is_the_others() -> None:
    base = records_of(pairs_of_lines(60))
    for comparison, sign in ((compared(base, better(base)), 1), (compared(better(base), base), -1)):
        one = comparison.difference("chrF++")
        assert one.change is not None
        assert one.change.low is not None
        assert one.change.high is not None
        assert sign * one.change.difference > 0
        assert one.change.low < one.change.difference < one.change.high
        assert one.change.low * one.change.high > 0
        assert one.significant
        assert one.superiority is not None
        assert (one.superiority > 0.5) == (sign > 0)


def test_lower_is_better_turns_superiority() -> None:
    base = [a_record(id=f"x-{number}", nats=10.0) for number in range(4)]
    other = [a_record(id=f"x-{number}", nats=5.0) for number in range(4)]
    one = compared(base, other, "bits_per_byte").difference("bits_per_byte")
    assert one.change is not None
    assert one.change.difference < 0
    assert one.superiority == 1


def test_p_is_corrected_for_the_metrics_tested() -> None:
    base = replying(records_of(pairs_of_lines(6)), ["শেষ"] * 6)
    other = replying(base, ["শেষ।"] * 6)
    comparison = compared(base, other, "complete_rate", "empty_rate", "distinct_2_ratio", "time_to_first_token")
    assert comparison.tested == 2
    assert comparison.difference("complete_rate").p == 2 / 64
    assert comparison.difference("complete_rate").p_holm == 4 / 64


def test_what_is_no_sum_has_values_and_no_test() -> None:
    records = records_of(pairs_of_lines(40))
    comparison = compared(records, better(records))
    for name, reason in (
        ("distinct_2_ratio", "its value is not a sum over the replies"),
        ("time_to_first_token", "it is a median"),
    ):
        one = comparison.difference(name)
        assert one.change is not None
        assert (one.p, one.reason) == (None, reason)


def test_neither_way_is_better_for_length() -> None:
    records = records_of(pairs_of_lines(40))
    one = compared(records, better(records)).difference("length_ratio")
    assert one.superiority is None
    assert one.p is not None


def test_metrics_that_cannot_be_compared_say_why() -> None:
    records = records_of(pairs_of_lines(5))
    comparison = compared(records, records, model_sha256="ef" * 32, device="Apple M2")
    for name, reason in (("token_perplexity", "use bits_per_byte"), ("time_to_first_token", "device differs")):
        one = comparison.difference(name)
        assert one.change is None
        assert reason in (one.reason or "")
    assert comparison.difference("bits_per_byte").change is not None
    assert comparison.difference("recalled").reason == "the base has no reply with expected words"


def test_warnings() -> None:
    records = records_of(pairs_of_lines(6))
    skipped = [Skipped(records[5].id, "too long"), Skipped("y-1#1", "too long")]
    base = RecordSet("a", a_header(items=8), records[:5], skipped, 8, ["A note."])
    others = [replace(records[1], cached=True, likelihood=None), *records[2:]]
    other = RecordSet("b", a_header(items=8, sampling=Sampling(seed=2)), others, skipped[1:], 6)
    assert compare(base, other, METRICS).warnings == [
        "The runs differ in sampling, seed: 1 and 2.",
        "1 of 5 replies of a have no counterpart in b: left out.",
        "1 of 5 replies of b have no counterpart in a (1 of them skipped in a): left out.",
        "Skipped in both, and so in no pair: 1.",
        "A note.",
        "1 of 8 replies of a are not there yet.",
        "1 of 4 replies of the other were taken over from an earlier run: their times are left out.",
        "4 conversations are few: the intervals are rough and probably too narrow below 30.",
        "1 of 4 pairs are not in bits_per_byte, token_perplexity, time_to_first_token, tokens_per_second, "
        "bytes_per_second, evaluated_prompt_tokens.",
    ]


def test_slices() -> None:
    base = [
        replace(record, slices={"situation": "exam" if index < 12 else f"rare-{index}"} if index < 14 else {})
        for index, record in enumerate(records_of(pairs_of_lines(15)))
    ]
    other = replying(base, [record.reference if index < 12 else record.reply for index, record in enumerate(base)])
    comparison = compare(a_set(base), a_set(other), METRICS, slice_by="situation")
    exam, rest = comparison.slices
    assert (exam.value, exam.pairs, exam.conversations, exam.pooled) == ("exam", 12, 12, ())
    assert (rest.value, rest.pairs, rest.pooled) == ("others", 2, ("rare-12", "rare-13"))
    alone = compared(base[:12], other[:12]).difference("chrF++").change
    assert exam.changes["chrF++"] == alone
    unchanged = rest.changes["chrF++"]
    assert unchanged is not None
    assert unchanged.difference == 0
    assert "distinct_2_ratio" not in exam.changes
    assert "1 of 15 pairs have no situation: they are in no slice." in comparison.warnings
    with pytest.raises(EvalError, match="there are: situation"):
        compare(a_set(base), a_set(other), METRICS, slice_by="mood")


def test_the_gate() -> None:
    records = records_of(pairs_of_lines(40))
    texts = ["chrF2++ worsens 0.5", "chrF++ surely rises 0.5", "recalled drops 0.1", "token_perplexity rises 5"]
    conditions = [parse_condition(text, METRICS) for text in texts]
    comparison = compare(a_set(records), a_set(better(records)), METRICS, conditions=conditions)
    assert [verdict.failed for verdict in comparison.verdicts] == [False, True, True, False]
    assert comparison.failed
    assert not compare(a_set(records), a_set(better(records)), METRICS, conditions=conditions[:1]).failed


def test_examples_are_by_chrf_and_as_many_as_asked_for() -> None:
    records = records_of(pairs_of_lines(12))
    comparison = compare(a_set(records), a_set(better(records)), METRICS, shown=2)
    assert comparison.examples_by == "chrF++"
    assert len(comparison.gains) == 2
    assert compare(a_set(records), a_set(better(records)), METRICS, shown=0).examples_by is None


def test_everything_is_json() -> None:
    records = records_of(pairs_of_lines(12))
    comparison = compare(a_set(records), a_set(better(records)), METRICS, slice_by="situation")
    data = json.loads(json.dumps(comparison.to_json(), allow_nan=False))
    assert data["base_header"]["model_sha256"] == "ab" * 32
    assert data["differences"][0]["change"]["pairs"] == 12
    assert data["slices"][0]["changes"]["chrF++"]["pairs"] == 12
    assert data["signature"].startswith("ci:95%-bootstrap|bs:1000|rs:1|cluster:conversation|paired|ar:10000|")


def test_the_same_numbers_every_time_and_in_any_order() -> None:
    records = records_of(pairs_of_lines(20))
    first = compared(records, better(records), "chrF++", "BLEU")
    again = compared(records[::-1], better(records), "chrF++", "BLEU")
    for one, two in zip(first.differences, again.differences, strict=True):
        assert one.p == two.p
        assert one.change is not None
        assert two.change is not None
        assert (one.change.low, one.change.high) == pytest.approx((two.change.low, two.change.high))
