from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF

from eval_harness.errors import MetricError
from eval_harness.metrics.metric import OverlapMetric
from eval_harness.metrics.overlap import Bleu, ChrF, occurrences
from eval_harness.normalise import normalise
from tests.eval_harness.made import a_record, pairs_of_lines, records_of

BENGALI = st.text("কখগতরি্া ।?০১.", max_size=40)


def sacrebleu_score(metric: BLEU | CHRF, pairs: list[tuple[str, str]]) -> float:
    replies, references = zip(*[(normalise(a), normalise(b)) for a, b in pairs], strict=True)
    score: float = metric.corpus_score(list(replies), [list(references)]).score
    return score


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(ChrF(), CHRF(word_order=2)), (ChrF(word_order=0), CHRF()), (Bleu(), BLEU(tokenize="intl"))],
)
def test_equal_to_sacrebleu(ours: OverlapMetric[Any], theirs: BLEU | CHRF) -> None:
    pairs = pairs_of_lines(40)
    assert ours.compute(records_of(pairs)).value == pytest.approx(sacrebleu_score(theirs, pairs), abs=1e-9)
    assert str(theirs.get_signature()) in ours.signature


def value_of(metric: OverlapMetric[Any], pairs: list[tuple[str, str]]) -> float:
    sums = metric.statistics(records_of(pairs)).sum(axis=0, keepdims=True)
    return float(metric.value(sums)[0])


@settings(max_examples=50)
@given(st.lists(st.tuples(BENGALI, BENGALI), min_size=1, max_size=5))
def test_chrf_equal_to_sacrebleu_on_any_text(pairs: list[tuple[str, str]]) -> None:
    ours = value_of(ChrF(), pairs)
    assert ours == pytest.approx(sacrebleu_score(CHRF(word_order=2), pairs), abs=1e-9)
    assert 0 <= ours <= 100 + 1e-9


@settings(max_examples=50)
@given(st.lists(st.tuples(BENGALI, BENGALI), min_size=1, max_size=5))
def test_bleu_equal_to_sacrebleu_on_any_text(pairs: list[tuple[str, str]]) -> None:
    ours = value_of(Bleu(), pairs)
    defined = BLEU(tokenize="intl").corpus_score([normalise(reply) for reply, _ in pairs], [[""] * len(pairs)])
    if all(defined.totals):
        assert ours == pytest.approx(sacrebleu_score(BLEU(tokenize="intl"), pairs), abs=1e-9)
    else:
        assert np.isnan(ours)


@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(0, 3), max_size=12))
def test_occurrences_intersect_in_the_clipped_matches(a: list[int], b: list[int]) -> None:
    assert len(occurrences(a)) == len(a)
    assert len(occurrences(a) & occurrences(b)) == (Counter(a) & Counter(b)).total()


def test_bleu_by_hand() -> None:
    # Tokens "ক খ গ ঘ ।" against "ক খ গ ঙ ।": 4/5, 2/4, 1/3 and no 4-gram of 2, which exponential smoothing
    # counts as 1/2 of one; equally long, so no brevity penalty.
    score = Bleu().compute([a_record("ক খ গ ঘ।", "ক খ গ ঙ।")])
    assert score.value == pytest.approx(100 * (4 / 5 * 2 / 4 * 1 / 3 * 1 / 4) ** 0.25)


@pytest.mark.parametrize("metric", [ChrF(), Bleu()])
def test_the_same_text_is_100(metric: OverlapMetric[Any]) -> None:
    text = "আপনার কথা শুনে মনটা ভারী হয়ে গেল।"
    assert metric.compute([a_record(text, text)]).value == pytest.approx(100)
    assert metric.compute([a_record(text.replace("য়", "\u09df"), text)]).value == pytest.approx(100)


def test_bleu_without_a_four_gram_has_no_value() -> None:
    with pytest.raises(MetricError, match="four tokens"):
        Bleu().compute([a_record("ক", "ক")])


@pytest.mark.parametrize(("ours", "theirs"), [(ChrF(), CHRF(word_order=2)), (Bleu(), BLEU(tokenize="intl"))])
def test_each_row_of_sums_is_scored_as_by_sacrebleu(ours: OverlapMetric[Any], theirs: BLEU | CHRF) -> None:
    pairs = [*pairs_of_lines(12), ("ক খ গ ঘ ঙ", "চ ছ জ"), ("", "ক"), ("ক খ", ""), ("ক খ গ ঘ", "ক খ গ ঘ ঙ চ")]
    statistics = ours.statistics(records_of(pairs))
    sums = np.vstack([statistics, np.cumsum(statistics, axis=0)])
    expected = [theirs._compute_score_from_stats(row).score for row in sums.astype(int).tolist()]
    values = ours.value(sums)
    defined = np.isfinite(values)
    assert defined.sum() >= 24
    assert values[defined] == pytest.approx(np.array(expected)[defined], abs=1e-9)
    assert not np.array(expected)[~defined].any()  # where BLEU has no value, sacrebleu says 0
