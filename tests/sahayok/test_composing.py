from __future__ import annotations

import tomllib
from importlib import resources
from random import Random

import pytest

from sahayok.bengali import nfc, sentences
from sahayok.composing import composed
from sahayok.feeling_reader import SHADES

TABLE = tomllib.loads((resources.files("sahayok") / "data" / "reviewed.toml").read_text(encoding="utf-8"))
SAD = {shade: float(shade == "sad") for shade in SHADES}
MESSAGE = nfc("আমার বিড়ালটা কাল মারা গেছে")


def test_a_reply_tells_back_comforts_and_often_asks() -> None:
    asked = 0
    for seed in range(60):
        reply = composed([MESSAGE], SAD, [], Random(seed))
        assert reply is not None
        told, *rest = sentences(reply)
        assert told.strip() == nfc("আপনার বিড়ালটা কাল মারা গেছে।")
        assert rest[0].strip() in TABLE["comfort"]["sad"]
        assert [sentence.strip() for sentence in rest[1:]] in [
            [],
            *([question] for question in TABLE["question"]["sad"]),
        ]
        asked += len(rest) - 1
    assert 25 < asked < 55


def test_where_the_feeling_is_not_clear_a_question_stands_alone() -> None:
    unclear = dict.fromkeys(SHADES, 0.0) | {"sad": 0.5, "glad": 0.5}
    for seed in range(20):
        reply = composed([MESSAGE], unclear, [], Random(seed))
        assert reply is not None
        (after,) = (sentence.strip() for sentence in sentences(reply)[1:])
        assert after in TABLE["question"]["any"] or after in TABLE["comfort"]["any"]


def test_what_was_said_before_is_not_said_again() -> None:
    before: list[str] = []
    for turn in range(len(TABLE["comfort"]["sad"])):
        reply = composed([MESSAGE], SAD, before, Random(turn))
        assert reply is not None
        before.append(reply)
    comfort = [sentences(reply)[1].strip() for reply in before]
    assert sorted(comfort) == sorted(TABLE["comfort"]["sad"])


def test_a_wish_to_die_is_answered_and_never_repeated() -> None:
    reply = composed([nfc("আর বাঁচতে ইচ্ছে করে না")], dict.fromkeys(SHADES, 1 / 9), [], Random(1))
    assert reply in TABLE["listening"]["painful"]


@pytest.mark.parametrize("message", ["একটা গল্প শোনান", "হ্যালো", "জানি না"])
def test_where_nothing_is_told_nothing_is_composed(message: str) -> None:
    assert composed([nfc(message)], SAD, [], Random(1)) is None


def test_a_bare_word_is_asked_about_at_first_and_comforted_later() -> None:
    assert composed([nfc("একা")], SAD, [], Random(1)) in TABLE["listening"]["painful"]
    later = composed([MESSAGE, nfc("কাল রাতে")], SAD, ["কবে হলো?"], Random(1))
    assert later is not None
    comfort, question = (sentence.strip() for sentence in sentences(later))
    assert comfort in TABLE["comfort"]["sad"] and question in TABLE["question"]["sad"]


def test_a_question_about_sahayok_is_answered_after_what_was_told() -> None:
    reply = composed([nfc("আজ ধরা পড়ে গেছি। এখানে যা লিখি, কেউ পড়তে পারবে?")], SAD, [], Random(1))
    assert reply is not None
    told, *answer = sentences(reply)
    assert told.strip() == nfc("আজ ধরা পড়ে গেছেন।")
    assert "এই কম্পিউটারেই থাকে" in " ".join(answer)


def test_small_talk_is_answered_only_where_nothing_is_told() -> None:
    both = composed([nfc("আপনি কেমন আছেন? আজ আমার চাকরিটা গেছে।")], SAD, [], Random(1))
    alone = composed([nfc("আপনি কেমন আছেন?")], SAD, [], Random(1))
    assert both is not None and both.startswith(nfc("আজ আপনার চাকরিটা গেছে।")) and "প্রোগ্রাম" not in both
    assert alone is not None and "প্রোগ্রাম" in alone


def test_what_is_not_understood_is_asked_about() -> None:
    message = nfc("চেরাগ ন নিবাই ঘুমাই গেইলাম, বদ্দার দোয়ান পুড়ি গেইয়ে।")
    assert composed([message], SAD, [], Random(1)) in TABLE["listening"]["painful"]
