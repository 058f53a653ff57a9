from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF

from eval_harness.errors import MetricError
from eval_harness.metrics.metric import OverlapMetric
from eval_harness.metrics.overlap import Bleu, ChrF
from eval_harness.normalise import normalise
from tests.eval_harness.made import a_record, pairs_of_lines, records_of

BENGALI = st.text("কখগতরি্া ।?০১.", max_size=40)


def sacrebleu_score(metric: BLEU | CHRF, pairs: list[tuple[str, str]]) -> float:
    replies, references = zip(*[(normalise(a), normalise(b)) for a, b in pairs], strict=True)
    score: float = metric.corpus_score(list(replies), [list(references)]).score
    return score


@pytest.mark.parametrize(("ours", "theirs"), [(ChrF(), CHRF(word_order=2)), (Bleu(), BLEU(tokenize="intl"))])
def test_equal_to_sacrebleu(ours: OverlapMetric[Any], theirs: BLEU | CHRF) -> None:
    pairs = pairs_of_lines(40)
    assert ours.compute(records_of(pairs)).value == pytest.approx(sacrebleu_score(theirs, pairs), abs=1e-9)
    assert str(theirs.get_signature()) in ours.signature


@settings(max_examples=50)
@given(st.lists(st.tuples(BENGALI, BENGALI), min_size=1, max_size=5))
def test_chrf_equal_to_sacrebleu_on_any_text(pairs: list[tuple[str, str]]) -> None:
    ours = ChrF().compute(records_of(pairs)).value
    assert ours == pytest.approx(sacrebleu_score(CHRF(word_order=2), pairs), abs=1e-9)
    assert 0 <= ours <= 100 + 1e-9


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


def test_values_row_by_row() -> None:
    metric = ChrF()
    sums = metric.statistics(records_of(pairs_of_lines(3)))
    assert np.allclose(metric.value(sums), [metric.value(row[None])[0] for row in sums])
