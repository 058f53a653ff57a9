from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_harness.chance import SHUFFLES, central_reference, constant_score, floor, pairings
from eval_harness.errors import MetricError
from eval_harness.metrics.metric import OverlapMetric
from eval_harness.metrics.overlap import Bleu, ChrF
from eval_harness.metrics.rouge import Rouge1, Rouge2, RougeL
from eval_harness.records import Record
from tests.bengali_text import LINES
from tests.eval_harness.made import pairs_of_lines, records_of

METRICS: list[OverlapMetric[Any]] = [ChrF(), Bleu(), Rouge1(), Rouge2(), RougeL()]
WORDS = [word for line in LINES for word in line.split()]


def unrelated(seed: int, count: int) -> list[Record]:
    draw = random.Random(seed)
    return records_of([(" ".join(draw.choices(WORDS, k=9)), " ".join(draw.choices(WORDS, k=9))) for _ in range(count)])


@pytest.mark.parametrize("metric", METRICS)
def test_the_floor_is_the_mean_over_all_pairings_with_others(metric: OverlapMetric[Any]) -> None:
    pairs = pairs_of_lines(4)
    references = [reference for _, reference in pairs]
    scores = [
        metric.compute(records_of([(reply, references[place]) for (reply, _), place in zip(pairs, order, strict=True)]))
        for order in permutations(range(4))
        if all(place != index for index, place in enumerate(order))
    ]
    expected = sum(score.value for score in scores) / len(scores)
    found = floor(metric, records_of(pairs))
    assert found.mean == pytest.approx(expected, abs=5 * found.sd / SHUFFLES**0.5)


@pytest.mark.parametrize("metric", METRICS)
def test_replies_that_answer_clear_the_floor(metric: OverlapMetric[Any]) -> None:
    pairs = [(f"{record.reply} {record.reference[:30]}", record.reference) for record in unrelated(2, 60)]
    found = floor(metric, records_of(pairs))
    assert found.z is not None and found.z > 3
    assert found.p == pytest.approx(1 / (1 + SHUFFLES))


def test_perfect_replies_have_lift_1() -> None:
    lines = [f"{line} {index}" for index, line in enumerate(LINES)]
    found = floor(ChrF(), records_of([(line, line) for line in lines]))
    assert found.lift == pytest.approx(1)
    assert found.mean < 50


def test_one_reply_for_everyone_has_no_z_and_p_1() -> None:
    found = floor(ChrF(), records_of([("আমি শুনছি।", line) for line in LINES]))
    assert found.z is None
    assert found.p == 1
    assert found.lift == pytest.approx(0)


def test_unrelated_replies_rarely_clear_the_floor() -> None:
    # Under the null p is uniform: of 40, more than 6 at or below 0.05 happen once in 100 times (binomial).
    low = sum(floor(ChrF(), unrelated(seed, 10)).p <= 0.05 for seed in range(40))
    assert low <= 6


def test_few_replies_cannot_clear_the_floor() -> None:
    # Of the 6 orders of three replies the true one is one: by chance it is the best once in 6 times.
    found = floor(RougeL(), records_of([(line, line) for line in LINES[:3]]))
    assert found.p == pytest.approx(1 / 6, abs=0.05)


def test_many_items_are_shuffled_in_smaller_buckets() -> None:
    assert "|bucket:20-by-words|" in floor(RougeL(), unrelated(1, 45)).signature
    assert "|bucket:10-by-words|" in floor(RougeL(), records_of([("মন", "মন")] * 4000)).signature


def test_turns_of_a_conversation_are_not_paired_with_each_other() -> None:
    # Each conversation has its own word: within it every pairing scores 100, across them 0.
    pairs = [(word, word) for word in ["মন", "ঘুম", "ভয়", "রাগ"] for _ in range(3)]
    found = floor(RougeL(), records_of(pairs, turns=3))
    assert (found.mean, found.sd) == (0, 0)


def test_one_conversation_is_paired_with_itself() -> None:
    found = floor(RougeL(), records_of([("মন", "মন"), ("মন", "ঘুম"), ("মন", "মন")], turns=3))
    assert found.mean == pytest.approx(100 * 2 / 3)


def test_several_replies_to_an_item_change_nothing() -> None:
    # Asked three times the model says the same: that is no more evidence than once.
    once = unrelated(3, 30)
    thrice = [replace(record, repeat=repeat) for record in once for repeat in range(3)]
    alone, together = floor(RougeL(), once), floor(RougeL(), thrice)
    assert (together.mean, together.sd, together.p) == pytest.approx((alone.mean, alone.sd, alone.p))
    for attempt in (lambda: floor(RougeL(), thrice[:3]), lambda: central_reference(thrice[:3])):
        with pytest.raises(MetricError):
            attempt()


@given(st.lists(st.sampled_from("abcde"), min_size=2, max_size=12))
def test_pairings_keep_the_groups_apart_where_possible(groups: list[str]) -> None:
    size = len(groups)
    rows = pairings(groups, 50, np.random.default_rng(1))
    assert (np.sort(rows, axis=1) == np.arange(size)).all()
    assert (rows != np.arange(size)).all()
    names = np.array(groups)
    within = (names[rows] == names).sum(axis=1)
    # The largest group has so many more members than there are others to meet.
    assert (within == max(0, 2 * max(Counter(groups).values()) - size)).all()


def test_every_pairing_with_another_is_equally_likely() -> None:
    rows = pairings(list("abcdef"), 6000, np.random.default_rng(2))
    counts = np.array([np.bincount(rows[:, text], minlength=6) for text in range(6)])
    # 1200 of each expected; 6 standard deviations of the binomial are 6 * sqrt(6000 * 0.2 * 0.8) = 186.
    assert (abs(counts[~np.eye(6, dtype=bool)] - 1200) < 186).all()


def test_one_text_has_no_partner() -> None:
    with pytest.raises(ValueError, match="one text"):
        pairings(["a"], 5, np.random.default_rng(1))


def test_the_same_floor_whatever_the_order_of_records() -> None:
    records = unrelated(1, 45)
    assert floor(RougeL(), records).mean == pytest.approx(floor(RougeL(), records[::-1]).mean)


def test_replies_are_shuffled_among_those_of_their_length() -> None:
    # Short and long replies to references of their own length. Shuffled over all lengths, ROUGE-L would fall below.
    short, long = "মন ভালো", " ".join(WORDS[:40])
    records = records_of([(short, short)] * 20 + [(long, long)] * 20)
    assert floor(RougeL(), records).mean == pytest.approx(100)


def test_one_record_raises() -> None:
    for attempt in (lambda: floor(ChrF(), unrelated(1, 1)), lambda: central_reference(unrelated(1, 1))):
        with pytest.raises(MetricError):
            attempt()


def test_the_central_reference_shares_most() -> None:
    references = ["ক খ গ ঘ", "চ ছ জ ঝ", "ক খ জ ঝ", "টঠডঢ"]
    assert central_reference(records_of([("", text) for text in references])).reference == "ক খ জ ঝ"


def test_a_constant_reply_is_not_scored_against_itself() -> None:
    records = records_of([("", "ক খ"), ("", "ক গ"), ("", "চ ছ")])
    # 1 word of 2 shared with the second reference, none with the third.
    assert constant_score(RougeL(), records[0], records) == pytest.approx(100 * (0.5 + 0) / 2)
    with pytest.raises(MetricError):
        constant_score(Bleu(), records[0], records)
