from __future__ import annotations

import random
from itertools import permutations
from typing import Any

import pytest

from eval_harness.chance import SHUFFLES, central_reference, constant_score, floor
from eval_harness.errors import MetricError
from eval_harness.metrics.metric import OverlapMetric
from eval_harness.metrics.overlap import Bleu, ChrF
from eval_harness.metrics.rouge import RougeL
from eval_harness.records import Record
from tests.bengali_text import LINES
from tests.eval_harness.made import pairs_of_lines, records_of

METRICS: list[OverlapMetric[Any]] = [ChrF(), Bleu(), RougeL()]
WORDS = [word for line in LINES for word in line.split()]


def unrelated(seed: int, count: int) -> list[Record]:
    draw = random.Random(seed)
    return records_of([(" ".join(draw.choices(WORDS, k=9)), " ".join(draw.choices(WORDS, k=9))) for _ in range(count)])


@pytest.mark.parametrize("metric", METRICS)
def test_the_floor_is_the_mean_over_all_pairings(metric: OverlapMetric[Any]) -> None:
    pairs = pairs_of_lines(4)
    references = [reference for _, reference in pairs]
    scores = [
        metric.compute(records_of([(reply, references[place]) for (reply, _), place in zip(pairs, order, strict=True)]))
        for order in permutations(range(4))
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
