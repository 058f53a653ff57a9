from __future__ import annotations

import tomllib
from importlib import resources
from random import Random

import pytest

from sahayok.about_sahayok import about_sahayok
from sahayok.bengali import bengali_share, ends_complete, nfc, sentences
from sahayok.safety.feelings import is_hurtful

TOPICS = tomllib.loads((resources.files("sahayok") / "data" / "about_sahayok.toml").read_text(encoding="utf-8"))[
    "topic"
]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic["name"])
def test_every_topic_finds_its_example_and_not_its_counter(topic: dict[str, str]) -> None:
    answer = about_sahayok(topic["example"], set(), Random(1))
    assert answer is not None and answer.text in topic["answers"] and answer.rest == ""
    assert about_sahayok(topic["counter"], set(), Random(1)) is None


@pytest.mark.parametrize("answer", [answer for topic in TOPICS for answer in topic["answers"]])
def test_every_answer_is_whole_bengali_and_claims_nothing_human(answer: str) -> None:
    assert answer == nfc(answer)
    assert bengali_share(answer) == 1.0
    assert ends_complete(answer)
    assert len(sentences(answer)) <= 4
    assert not is_hurtful(answer)


def test_an_answer_is_not_given_twice_while_there_is_another() -> None:
    first = about_sahayok("আপনি কে?", set(), Random(1))
    assert first is not None
    second = about_sahayok("আপনি কে?", set(sentences(first.text)), Random(1))
    assert second is not None and second.text != first.text


@pytest.mark.parametrize(
    "message",
    [
        "আমার মন খারাপ",
        "মা কেমন আছেন জানি না",
        "",
        "কেউ আমাকে বোঝে না",
        "মানুষ কি এমন হয়?",
        "কেউ কি আমার কথা শুনবে?",
        "উনি মানুষ না পাথর?",
        "বন্ধু কি গোপন কথা রাখবে না?",
    ],
)
def test_what_is_not_about_sahayok_is_left_alone(message: str) -> None:
    assert about_sahayok(message, set(), Random(1)) is None
