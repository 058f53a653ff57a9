from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU

from eval_harness.errors import MetricError
from eval_harness.metrics.diversity import (
    SAMPLE,
    Distinct1,
    Distinct1Ratio,
    Distinct2,
    Distinct2Ratio,
    SelfBleu,
    expected_distinct,
)
from eval_harness.metrics.metric import Metric
from eval_harness.normalise import normalise
from tests.eval_harness.made import a_record, pairs_of_lines, records_of

REPLIES = [pair[0] for pair in pairs_of_lines(24)]


def self_bleu(replies: list[str]) -> float:
    """sacrebleu's own sentence BLEU of each against the others."""
    metric = BLEU(tokenize="intl")
    texts = [normalise(reply) for reply in replies]
    scores = [metric.sentence_score(text, texts[:place] + texts[place + 1 :]).score for place, text in enumerate(texts)]
    return sum(scores) / len(scores)


@given(st.lists(st.sampled_from("কখগঘঙ"), min_size=1, max_size=9), st.integers(1, 5))
def test_expected_distinct_is_the_mean_over_all_draws(things: list[str], drawn: int) -> None:
    draws = list(combinations(things, min(drawn, len(things))))
    mean = sum(len(set(draw)) for draw in draws) / len(draws)
    spectrum = Counter(Counter(things).values())
    assert expected_distinct(spectrum, min(drawn, len(things))) == pytest.approx(mean)
    assert np.isnan(expected_distinct(spectrum, len(things) + 1))


def test_distinct_of_500_words_is_that_of_all() -> None:
    # 500 words, of which 10 are different; 400 pairs (a reply of five has four), of which 9 are different, are too few.
    replies = ["ক খ গ ঘ ঙ", "চ ছ জ ঝ ঞ"] * 50
    assert Distinct1().compute(records_of([(reply, "") for reply in replies])).value == pytest.approx(10 / 500)
    with pytest.raises(MetricError, match="400 2-grams of words, fewer than 500"):
        Distinct2().compute(records_of([(reply, "") for reply in replies]))


def test_distinct_does_not_fall_with_the_number_of_replies() -> None:
    # 1,000 different words a time: a run of 2,000 words has as many different ones in 500 as one of 1,000 (all).
    words = [f"{a}{b}{c}" for a in "কখগঘঙচছজঝঞ" for b in "টঠডঢণতথদধন" for c in "পফবভমযরলশষসহকখগঘঙচছজ"]
    replies = [" ".join(words[start : start + 20]) for start in range(0, 2000, 20)]
    assert Distinct1().compute(records_of([(reply, "") for reply in replies[:50]])).value == pytest.approx(1)
    assert Distinct1().compute(records_of([(reply, "") for reply in replies])).value == pytest.approx(1)


@pytest.mark.parametrize("metric", [Distinct1(), Distinct2(), SelfBleu()])
def test_the_jackknife_leaves_out_whole_conversations(metric: Metric) -> None:
    # Pseudo-values from the replies without each conversation, computed as a value of their own.
    records = records_of([(f"{reply} {reply[::-1]}", "") for reply in REPLIES * 3], turns=6)
    score = metric.compute(records)
    names = sorted({record.conversation_id for record in records})
    without = np.array([metric.compute([r for r in records if r.conversation_id != name]).value for name in names])
    error = np.sqrt((len(names) - 1) / len(names) * ((without - without.mean()) ** 2).sum())
    assert score.low == pytest.approx(max(0, score.value - 1.959964 * error))
    assert score.high == pytest.approx(score.value + 1.959964 * error)


def test_distinct_ratio_by_hand() -> None:
    # The same reply to both: 2 different 2-grams where the references, cut to as many, have 4; 3 words of 6.
    records = records_of([("ক খ গ", "চ ছ জ ঝ"), ("ক খ গ", "ট ঠ ড")])
    assert Distinct2Ratio().compute(records).value == pytest.approx(2 / 4)
    assert Distinct1Ratio().compute(records).value == pytest.approx(3 / 6)
    assert Distinct2Ratio().compute(records).n == 2


def test_distinct_ratio_interval_is_about_the_value() -> None:
    score = Distinct2Ratio().compute(records_of(pairs_of_lines(60), turns=2))
    assert score.low is not None and score.high is not None
    assert score.low < score.value < score.high
    assert "jackknife" in score.signature


def test_distinct_ratio_without_any_raises() -> None:
    with pytest.raises(MetricError, match="2-gram"):
        Distinct2Ratio().compute([a_record("ক", "ক খ")])


def test_distinct_ratio_from_one_conversation_only_has_no_interval() -> None:
    assert Distinct2Ratio().compute(records_of([("ক খ", "গ ঘ"), ("", "ক খ")])).low is None


def test_self_bleu_is_sacrebleus() -> None:
    score = SelfBleu().compute(records_of([(reply, "") for reply in REPLIES]))
    assert score.value == pytest.approx(self_bleu(REPLIES), abs=1e-9)
    assert score.n == len(REPLIES)


@given(st.lists(st.lists(st.sampled_from("কখগঘ।"), min_size=4, max_size=9).map(" ".join), min_size=2, max_size=6))
def test_self_bleu_is_sacrebleus_on_any_words(replies: list[str]) -> None:
    ours = SelfBleu().compute(records_of([(reply, "") for reply in replies])).value
    assert ours == pytest.approx(self_bleu(replies), abs=1e-9)


def test_the_same_to_everyone_has_a_self_bleu_of_100() -> None:
    assert SelfBleu().compute(records_of([("আপনার কথা শুনছি।", "")] * 3)).value == pytest.approx(100)


def test_replies_under_four_tokens_have_no_self_bleu() -> None:
    records = records_of([("ক খ গ ঘ", ""), ("ক খ গ ঘ", ""), ("ক খ", ""), ("", "")])
    assert SelfBleu().compute(records).n == 2
    with pytest.raises(MetricError, match="fewer than two replies"):
        SelfBleu().compute(records[1:])


def test_self_bleu_of_many_is_of_a_drawn_sample_whatever_their_order() -> None:
    records = records_of([(f"{REPLIES[index % 24]} {index}", "") for index in range(SAMPLE + 40)])
    score = SelfBleu().compute(records)
    assert score.n == SAMPLE
    assert SelfBleu().compute(records[::-1]).value == pytest.approx(score.value)
    assert f"sample:{SAMPLE}" in score.signature
