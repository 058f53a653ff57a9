from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from eval_harness.metrics.rouge import RougeL, longest_common_subsequence
from eval_harness.normalise import normalise
from sahayok.bengali import words
from tests.eval_harness.made import a_record, pairs_of_lines, records_of

WORDS = st.lists(st.sampled_from(["ক", "খ", "গ", "মন", "ভালো", "নেই"]), max_size=30)


class BengaliWords:
    """rouge-score's tokenizer protocol."""

    def tokenize(self, text: str) -> list[str]:
        return words(normalise(text))


def rouge_score(pairs: list[tuple[str, str]]) -> float:
    scorer = RougeScorer(["rougeL"], tokenizer=BengaliWords())
    scores: list[float] = [scorer.score(reference, reply)["rougeL"].fmeasure for reply, reference in pairs]
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
    assert longest_common_subsequence(a.split(), b.split()) == length


def test_by_hand() -> None:
    # 2 of the reply's 3 words stand in the reference's 5 in order: P = 2/3, R = 2/5, F = 2PR/(P+R) = 1/2.
    assert RougeL().compute([a_record("মন খুব খারাপ।", "আজ মন ভালো নেই, খারাপ।")]).value == pytest.approx(50)


def test_equal_to_rouge_score() -> None:
    pairs = pairs_of_lines(40)
    assert RougeL().compute(records_of(pairs)).value == pytest.approx(rouge_score(pairs), abs=1e-9)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_equal_to_rouge_score_on_any_words(lists: list[tuple[list[str], list[str]]]) -> None:
    pairs = [(" ".join(a), " ".join(b)) for a, b in lists]
    assert RougeL().compute(records_of(pairs)).value == pytest.approx(rouge_score(pairs), abs=1e-9)


@given(WORDS, WORDS)
def test_symmetric_and_bounded(a: list[str], b: list[str]) -> None:
    metric = RougeL()
    assert metric.pair(a, b) == metric.pair(b, a)
    assert 0 <= metric.pair(a, b)[0] <= 1
    assert metric.pair(a, a)[0] == bool(a)
    assert longest_common_subsequence(a, b) <= min(len(a), len(b))
