from __future__ import annotations

from dataclasses import replace

import pytest

from eval_harness.errors import MetricError
from eval_harness.fit.judge import lexicon_signature
from eval_harness.metrics.fit import OppositeFeeling, is_opposite
from eval_harness.records import Record
from sahayok.conversation import Message
from tests.eval_harness.made import a_record


def answered(reply: str, *messages: str, id: str = "x-1#1") -> Record:
    """A record in which the person said `messages`, each but the last answered with "হুম।"."""
    said = [said for message in messages for said in (Message("user", message), Message("assistant", "হুম।"))]
    return replace(a_record(reply, id=id), messages=tuple(said[:-1]))


def test_the_share_among_those_whose_feeling_is_clear() -> None:
    # Two clear feelings (a loss, a joy), one of them met with the opposite; a question says nothing.
    records = [
        answered("দারুণ খবর!", "বাবা মারা গেছেন", id="a#1"),
        answered("অভিনন্দন!", "আজ পাস করেছি!", id="b#1"),
        answered("অভিনন্দন!", "আজ কী বার?", id="c#1"),
    ]
    score = OppositeFeeling().compute(records)
    assert (score.value, score.n) == (1 / 2, 2)
    assert [is_opposite(record) for record in records] == [True, False, None]


def test_an_earlier_message_tells_where_the_newest_does_not() -> None:
    assert is_opposite(answered("শুনে খুব ভালো লাগল।", "চাকরি চলে গেছে", "জানি না")) is True


def test_a_label_of_the_item_decides() -> None:
    misleading = answered("দারুণ খবর!", "সবাই পাস করেছে, খুব খুশি")
    assert is_opposite(misleading) is False
    assert is_opposite(replace(misleading, slices={"feeling": "ashamed"})) is True
    assert is_opposite(replace(misleading, slices={"feeling": "glad"})) is False
    assert is_opposite(replace(misleading, slices={"feeling": "mixed"})) is None


def test_latin_letters_are_read_as_bengali() -> None:
    assert is_opposite(answered("দারুণ খবর!", "amar ma mara gechen")) is True


def test_only_the_persons_own_messages_count() -> None:
    record = answered("শুনে খুব ভালো লাগল।", "হ্যালো")
    assert is_opposite(replace(record, messages=(Message("assistant", "মন খারাপ?"), *record.messages))) is None


def test_a_reply_without_words_is_not_counted() -> None:
    records = [answered(" ", "মন খারাপ", id="a#1"), answered("শুনছি।", "মন খারাপ", id="b#1")]
    assert OppositeFeeling().compute(records).n == 1


def test_a_share_of_zero_is_still_uncertain() -> None:
    score = OppositeFeeling().compute([answered("শুনছি।", "মন খারাপ", id=f"{number}#1") for number in range(20)])
    assert score.value == 0
    assert score.high is not None and score.high > 0.1


def test_without_a_clear_feeling_there_is_no_value() -> None:
    with pytest.raises(MetricError, match="no message shows a clear feeling"):
        OppositeFeeling().compute([answered("অভিনন্দন!", "আজ কী বার?")])
    with pytest.raises(MetricError, match="question"):
        OppositeFeeling().compute([replace(a_record("অভিনন্দন!"), messages=())])


def test_the_signature_says_which_lexicon() -> None:
    assert f"|lexicon:{lexicon_signature()}|" in OppositeFeeling().signature
    assert (OppositeFeeling.unit, OppositeFeeling.direction) == ("share", "lower")
