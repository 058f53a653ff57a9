from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from eval_harness.errors import MetricError
from eval_harness.metrics.metric import OverlapMetric
from eval_harness.metrics.subword import SubwordBleu, SubwordRougeL
from eval_harness.subword_tokenizer import SubwordTokenizer
from tests.eval_harness.made import a_record, pairs_of_lines, records_of

BYTES = SubwordTokenizer("bytes", lambda text: list(text.encode()))
BENGALI = st.text("কখগি্ ।", min_size=1, max_size=12)


class Pieces:
    """rouge-score's tokenizer protocol."""

    def tokenize(self, text: str) -> list[str]:
        return [str(piece) for piece in BYTES(text.strip())]


def nmt_bleu(pairs: list[tuple[list[int], list[int]]]) -> float:
    """BLEU of (reply, reference) as tensorflow/nmt's scripts/bleu.py defines it, written anew from that definition."""
    precisions = []
    for order in range(1, 5):
        matched = possible = 0
        for reply, reference in pairs:
            said, meant = (
                Counter(tuple(text[start : start + order]) for start in range(len(text) - order + 1))
                for text in (reply, reference)
            )
            matched += sum(min(count, meant[ngram]) for ngram, count in said.items())
            possible += said.total()
        precisions.append(matched / possible if possible else 0.0)
    if min(precisions) == 0:
        return 0.0
    ratio = sum(len(reply) for reply, _ in pairs) / sum(len(reference) for _, reference in pairs)
    brevity = 1.0 if ratio > 1 else math.exp(1 - 1 / ratio)
    return brevity * math.exp(sum(math.log(precision) for precision in precisions) / 4)


def value_of(metric: OverlapMetric[Any], pairs: list[tuple[str, str]]) -> float:
    return float(metric.value(metric.statistics(records_of(pairs)).sum(axis=0, keepdims=True))[0])


def test_bleu_of_tensorflow_nmt() -> None:
    # The numbers that its scripts/bleu.py itself gives for these tokens.
    assert value_of(SubwordBleu(BYTES), pairs_of_lines(12)) == pytest.approx(55.76486379897918, abs=1e-9)
    assert value_of(SubwordBleu(BYTES), pairs_of_lines(3)) == pytest.approx(62.57092938963873, abs=1e-9)


@settings(max_examples=50)
@given(st.lists(st.tuples(BENGALI, BENGALI), min_size=1, max_size=5))
def test_bleu_on_any_text(pairs: list[tuple[str, str]]) -> None:
    pieces = [(BYTES(reply.strip()), BYTES(reference.strip())) for reply, reference in pairs]
    ours = value_of(SubwordBleu(BYTES), pairs)
    if any(len(reply) >= 4 for reply, _ in pieces):
        assert ours == pytest.approx(100 * nmt_bleu(pieces), abs=1e-9)
    else:
        assert np.isnan(ours)


def test_bleu_without_a_common_four_gram_is_0() -> None:
    # Unlike the smoothed BLEU on words. "abcd" and "abce" share n-grams of 1 to 3.
    assert SubwordBleu(BYTES).compute([a_record("abcd", "abce")]).value == 0
    with pytest.raises(MetricError, match="four pieces"):
        SubwordBleu(BYTES).compute([a_record("abc", "abc")])


@settings(max_examples=50)
@given(st.lists(st.tuples(BENGALI, BENGALI), min_size=1, max_size=5))
def test_rouge_l_is_that_of_rouge_score(pairs: list[tuple[str, str]]) -> None:
    scorer = RougeScorer(["rougeL"], tokenizer=Pieces())
    scores = [scorer.score(reference, reply)["rougeL"].fmeasure for reply, reference in pairs]
    assert value_of(SubwordRougeL(BYTES), pairs) == pytest.approx(100 * sum(scores) / len(scores), abs=1e-9)


@pytest.mark.parametrize("metric", [SubwordBleu(BYTES), SubwordRougeL(BYTES)])
def test_the_same_text_is_100_and_the_signature_names_the_tokenizer(metric: OverlapMetric[Any]) -> None:
    score = metric.compute([a_record("মন ভালো নেই।", " মন ভালো নেই।\n")])
    assert score.value == pytest.approx(100)
    assert "|tok:bytes|" in score.signature
