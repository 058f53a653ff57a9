from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from eval_harness.errors import MetricError
from eval_harness.metrics.relevance import Likeness, OwnQuestionFirst, OwnQuestionRank, char_ngrams
from eval_harness.records import Record
from sahayok.conversation import Message
from tests.eval_harness.made import a_record

CONSONANTS = "কখগঘচছজঝটঠডঢতথদধনপফবভমরলশষসহ"
# Questions that share no letter sequence: কককক, খখখখ ...
QUESTIONS = [letter * 4 for letter in CONSONANTS]


def records_of(replies: Sequence[str], questions: Sequence[str] = QUESTIONS) -> list[Record]:
    return [
        replace(a_record(reply, "", id=f"x-{index:03}"), messages=(Message("user", question),))
        for index, (reply, question) in enumerate(zip(replies, questions, strict=True))
    ]


def test_echoes_find_their_question() -> None:
    score = OwnQuestionFirst().compute(records_of([f"{question}, বলুন তো" for question in QUESTIONS]))
    assert score.value == 1
    assert score.n == len(QUESTIONS)


def test_replies_like_no_question_are_at_chance_exactly() -> None:
    assert OwnQuestionFirst().compute(records_of([""] * len(QUESTIONS))).value == pytest.approx(1 / 20)
    assert OwnQuestionFirst().compute(records_of(["ঐঐঐ ঔঔঔ"] * len(QUESTIONS))).value == pytest.approx(1 / 20)


def test_replies_to_other_questions_are_below_or_at_chance() -> None:
    # Each echoes its neighbour's question. It is never more like its own; where the neighbour's is not among the 19
    # drawn, all 20 are alike, and its part is 1/20.
    records = records_of([*QUESTIONS[1:], QUESTIONS[0]])
    tied = OwnQuestionFirst().statistics(records)[:, 0]
    assert set(tied.round(12).tolist()) == {0.0, 0.05}


def test_shuffled_replies_are_about_at_chance() -> None:
    generator = random.Random(5)
    words = [a + vowel + b for a in "কগতদমরলশ" for vowel in "ািুেো" for b in "কগতদমরলশ"]
    questions = [" ".join(generator.sample(words, 6)) for _ in range(600)]
    replies = [" ".join(generator.sample(words, 8)) for _ in range(600)]
    score = OwnQuestionFirst().compute(records_of(replies, questions))
    # 600 draws at 1/20 have a standard error of 0.009.
    assert abs(score.value - 0.05) < 0.03


def test_a_tie_counts_its_part() -> None:
    # Both questions are one half of the reply each, and everyone else's nothing.
    replies = [QUESTIONS[0] + " " + QUESTIONS[1]] + [""] * (len(QUESTIONS) - 1)
    records = records_of(replies[:20], QUESTIONS[:20])
    assert OwnQuestionFirst().statistics(records)[0].tolist() == pytest.approx([1 / 2, 1])


def test_the_order_of_the_records_does_not_matter() -> None:
    records = records_of([question[:3] for question in QUESTIONS])
    backwards = OwnQuestionFirst().statistics(records[::-1])[::-1]
    assert np.array_equal(OwnQuestionFirst().statistics(records), backwards)


def test_questions_of_the_same_conversation_are_no_others() -> None:
    # 20 questions, two of them in one conversation: these two have 18 others and are not asked.
    records = records_of(QUESTIONS[:20], QUESTIONS[:20])
    records[1] = replace(records[1], conversation_id=records[0].conversation_id)
    score = OwnQuestionFirst().compute(records)
    assert (score.value, score.n) == (1, 18)
    assert OwnQuestionFirst().statistics(records)[:2].tolist() == [[0, 0], [0, 0]]


def test_fewer_than_twenty_different_questions_raise() -> None:
    with pytest.raises(MetricError, match="19 different questions"):
        OwnQuestionFirst().compute(records_of([""] * 25, [*QUESTIONS[:19], *[f" {QUESTIONS[0]} "] * 6]))


def test_one_conversation_raises() -> None:
    one = [replace(record, conversation_id="x") for record in records_of(QUESTIONS)]
    with pytest.raises(MetricError, match="other conversations"):
        OwnQuestionFirst().compute(one)


def test_questions_in_latin_letters_are_left_out() -> None:
    records = records_of([*QUESTIONS, "শুনছি।"], [*QUESTIONS, "mon bhalo nei"])
    assert len(OwnQuestionFirst().usable(records)) == len(QUESTIONS)


def test_char_ngrams_by_hand() -> None:
    assert char_ngrams("মন ভার") == [" মন", "মন ", " মন ", " ভা", "ভার", "ার ", " ভার", "ভার "]


def test_likeness_by_hand() -> None:
    # "কক" has the n-grams " কক", "কক " and " কক ", each in two of the three texts; "খখ" three of its own in one.
    # idf: ln(4/3) + 1 and ln(4/2) + 1. "কক" against "কক খখ" is then a/sqrt(a² + b²), a and b the idf.
    alike = Likeness(["কক", "কক খখ", "গগ"]).to("কক", ["কক", "কক খখ", "গগ"])
    a, b = np.log(4 / 3) + 1, np.log(4 / 2) + 1
    assert alike == pytest.approx([1, a / np.hypot(a, b), 0])


def test_the_reciprocal_rank_shares_ties_and_is_one_for_an_echo() -> None:
    questions = QUESTIONS[:25]
    assert OwnQuestionRank().compute(records_of(questions, questions)).value == pytest.approx(1.0)
    # All 20 are equally unlike an empty reply: the mean of 1/1, 1/2, ... 1/20.
    chance = sum(1 / rank for rank in range(1, 21)) / 20
    assert OwnQuestionRank().compute(records_of([""] * 25, questions)).value == pytest.approx(chance)
    assert f"chance:{chance:.2f}" in OwnQuestionRank().signature
    # Each reply echoes its own question and a stranger's once more: seen by those that drew that one, it ranks second.
    echoes = [f"{own} {other} {other}" for own, other in zip(questions, [*questions[1:], questions[0]], strict=True)]
    assert 0.5 < OwnQuestionRank().compute(records_of(echoes, questions)).value < 1
