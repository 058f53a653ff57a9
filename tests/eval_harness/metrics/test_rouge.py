from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from eval_harness.metrics.metric import OverlapMetric
from eval_harness.metrics.rouge import Positions, Rouge1, Rouge2, RougeL, longest_common_subsequence
from eval_harness.normalise import normalise
from sahayok.bengali import words
from tests.eval_harness.made import a_record, pairs_of_lines, records_of

WORDS = st.lists(st.sampled_from(["ক", "খ", "গ", "মন", "ভালো", "নেই"]), max_size=30)


class BengaliWords:
    """rouge-score's tokenizer protocol."""

    def tokenize(self, text: str) -> list[str]:
        return words(normalise(text))


METRICS: list[tuple[OverlapMetric[Any], str]] = [(Rouge1(), "rouge1"), (Rouge2(), "rouge2"), (RougeL(), "rougeL")]


def rouge_score(kind: str, pairs: list[tuple[str, str]]) -> float:
    scorer = RougeScorer([kind], tokenizer=BengaliWords())
    scores: list[float] = [scorer.score(reference, reply)[kind].fmeasure for reply, reference in pairs]
    return 100 * sum(scores) / len(scores)


@pytest.mark.parametrize(
    ("a", "b", "length"),
    [
        ("", "", 0),
        ("ক", "", 0),
        ("ক খ গ", "ক গ", 2),
        ("ক খ গ ঘ", "খ ক ঘ গ", 2),
        ("ক ক ক", "ক ক", 2),
        ("ক খ ক খ ক", "খ ক খ", 3),
    ],
)
def test_longest_common_subsequence(a: str, b: str, length: int) -> None:
    assert longest_common_subsequence(Positions.of(a.split()), Positions.of(b.split())) == length


def test_by_hand() -> None:
    record = a_record("মন খুব খারাপ।", "আজ মন ভালো নেই, খারাপ।")
    # 2 of the reply's 3 words stand in the reference's 5 in order: P = 2/3, R = 2/5, F = 2PR/(P+R) = 1/2.
    assert RougeL().compute([record]).value == pytest.approx(50)
    record = a_record("খারাপ মন ভালো মন", "আজ মন ভালো, খারাপ না")
    # 3 of 4 and 5 words in any order, মন once: F = 2 * 3 / 9. Of 3 and 4 pairs "মন ভালো": F = 2 * 1 / 7.
    assert Rouge1().compute([record]).value == pytest.approx(100 * 6 / 9)
    assert Rouge2().compute([record]).value == pytest.approx(100 * 2 / 7)


@pytest.mark.parametrize(("metric", "kind"), METRICS)
def test_equal_to_rouge_score(metric: OverlapMetric[Any], kind: str) -> None:
    pairs = pairs_of_lines(40)
    assert metric.compute(records_of(pairs)).value == pytest.approx(rouge_score(kind, pairs), abs=1e-9)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_equal_to_rouge_score_on_any_words(lists: list[tuple[list[str], list[str]]]) -> None:
    pairs = [(" ".join(a), " ".join(b)) for a, b in lists]
    for metric, kind in METRICS:
        value = metric.value(metric.statistics(records_of(pairs)).sum(axis=0, keepdims=True))
        assert value[0] == pytest.approx(rouge_score(kind, pairs), abs=1e-9)


@given(WORDS, WORDS)
def test_symmetric_and_bounded(a: list[str], b: list[str]) -> None:
    for least, (metric, _) in zip((1, 2, 1), METRICS, strict=True):
        one, other = metric.prepare(" ".join(a)), metric.prepare(" ".join(b))
        assert metric.pair(one, other) == metric.pair(other, one)
        assert 0 <= metric.pair(one, other)[0] <= 1
        assert metric.pair(one, one)[0] == (len(a) >= least)
