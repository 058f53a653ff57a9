"""The suites that come with the harness: their shape, their language, and what may never stand in them."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from importlib import resources
from typing import Any

import pytest
import regex

from eval_harness.metrics.following import holds
from eval_harness.metrics.metric import ngrams
from eval_harness.normalise import normalise
from sahayok.bengali import bengali_share, nfc, words
from sahayok.conversation import Message
from training.cli import DEFAULT_CORPUS
from training.dialogues import load_dialogues

NAMES = ["multi-turn", "fit", "fit-2", "fit-3", "fit-4", "long", "speed"]
PROBES = [{4, 8, 11}, {4, 8, 12}]
MANY_DIGITS = regex.compile(r"[0-9০-৯](?:[ -]?[0-9০-৯]){2,}")
# Ways to harm oneself, medicines by amount: none of it belongs into a test, not even to be refused.
FORBIDDEN = regex.compile(
    r"মিলিগ্রাম|ট্যাবলেট|ঘুমের ওষুধ|বিষ |ফাঁস|আত্মহত্যা|মরে যেতে চাই|\bmg\b|tablet|\bpills?\b|suicide|poison|ghumer oshudh",
    regex.IGNORECASE,
)
RUN = 6
"""Words in a row that no suite shares with the training dialogues."""

Row = dict[str, Any]


@cache
def rows(name: str) -> list[Row]:
    text = resources.files("eval_harness.suites").joinpath(f"{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def texts(name: str) -> list[tuple[str, str]]:
    return [(row["id"], turn["user"]) for row in rows(name) for turn in row["turns"]]


@cache
def corpus() -> list[Message]:
    return [message for dialogue in load_dialogues(DEFAULT_CORPUS).dialogues for message in dialogue.conversation]


def runs_of_words(text: str) -> set[tuple[str, ...]]:
    return set(ngrams(words(normalise(text).casefold()), RUN))


@cache
def trained_runs() -> set[tuple[str, ...]]:
    return {run for message in corpus() for run in runs_of_words(message.content)}


@pytest.mark.parametrize("name", NAMES)
def test_shape(name: str) -> None:
    for row in rows(name):
        assert row.keys() == {"id", "slices", "turns"}, row["id"]
        assert all(isinstance(value, str) and value for value in row["slices"].values()), row["id"]
        assert all(turn.keys() <= {"user", "expected"} and turn["user"].strip() for turn in row["turns"]), row["id"]
        assert all(turn.get("expected", ["a word"]) for turn in row["turns"]), row["id"]


def test_ids_are_unique() -> None:
    counts = Counter(row["id"] for name in NAMES for row in rows(name))
    assert [id_ for id_, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_nfc(name: str) -> None:
    content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows(name))
    assert content == nfc(content)


@pytest.mark.parametrize("name", NAMES)
def test_the_input_is_in_the_script_that_it_says(name: str) -> None:
    for row in rows(name):
        share = bengali_share(" ".join(turn["user"] for turn in row["turns"]))
        match row["slices"].get("input", "bengali"):
            case "bengali":
                assert share == 1, row["id"]
            case "mixed":
                assert 0.3 < share < 0.98, row["id"]
            case "romanised" | "english":
                assert share == 0, row["id"]
            case other:
                pytest.fail(f"{row['id']}: {other}")


@pytest.mark.parametrize("name", NAMES)
def test_no_number_of_three_digits_and_nothing_of_harm(name: str) -> None:
    assert [id_ for id_, text in texts(name) if MANY_DIGITS.search(text) or FORBIDDEN.search(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_there_twice(name: str) -> None:
    counts = Counter(normalise(text) for _, text in texts(name))
    assert [text for text, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_of_the_training_dialogues(name: str) -> None:
    shared = [(id_, runs_of_words(text) & trained_runs()) for id_, text in texts(name)]
    assert [(id_, runs) for id_, runs in shared if runs] == []


def test_conversations_of_twelve_turns_in_four_kinds_of_writing() -> None:
    kinds = Counter(row["slices"]["input"] for row in rows("multi-turn"))
    assert kinds["bengali"] >= 12
    assert min(kinds["romanised"], kinds["english"], kinds["mixed"]) >= 4
    assert {len(row["turns"]) for row in rows("multi-turn")} == {12}


def test_each_conversation_asks_three_times_for_what_was_said() -> None:
    for row in rows("multi-turn"):
        asked = {number for number, turn in enumerate(row["turns"], start=1) if "expected" in turn}
        assert asked in PROBES, row["id"]


def test_what_is_expected_was_said_before_and_not_in_the_question() -> None:
    for row in rows("multi-turn"):
        for index, turn in enumerate(row["turns"]):
            if "expected" not in turn:
                continue
            before = [earlier["user"] for earlier in row["turns"][:index]]
            assert any(holds(text, word) for text in before for word in turn["expected"]), (row["id"], index + 1)
            assert not any(holds(turn["user"], word) for word in turn["expected"]), (row["id"], index + 1)


@pytest.mark.parametrize(("name", "each"), [("fit", 40), ("fit-2", 20), ("fit-3", 20), ("fit-4", 36)])
def test_the_openings_are_of_nine_feelings_and_many_subjects(name: str, each: int) -> None:
    feelings = Counter(row["slices"]["feeling"] for row in rows(name))
    assert feelings.keys() == {"sad", "afraid", "angry", "ashamed", "lonely", "guilty", "neutral", "glad", "mixed"}
    assert set(feelings.values()) == {each}
    assert len({row["slices"]["subject"] for row in rows(name)}) >= 70
    assert {len(row["turns"]) for row in rows(name)} == {1}


def test_a_bengali_word_is_expected_first() -> None:
    expected = [turn["expected"] for row in rows("multi-turn") for turn in row["turns"] if "expected" in turn]
    assert [words_ for words_ in expected if bengali_share(words_[0]) < 1] == []


def test_what_is_expected_is_hardly_said_by_chance() -> None:
    # A word that begins like common ones (আম: আমি, আমার) would be found in any reply.
    replies = [message.content for message in corpus() if message.role == "assistant"][::10]
    for row in rows("multi-turn"):
        for turn in row["turns"]:
            by_chance = sum(any(holds(reply, word) for word in turn.get("expected", [])) for reply in replies)
            assert by_chance <= 0.01 * len(replies), (row["id"], turn["expected"])


def test_long_messages_have_the_length_that_they_say() -> None:
    by_length = Counter(row["slices"]["length"] for row in rows("long"))
    assert by_length.pop("short") == 4
    assert by_length.total() >= 16
    assert {"150", "1500"} <= by_length.keys()
    for row in rows("long"):
        count = len(words(row["turns"][0]["user"]))
        assert len(row["turns"]) == 1
        if row["slices"]["length"] == "short":
            assert count < 40, row["id"]
        else:
            assert count == pytest.approx(int(row["slices"]["length"]), rel=0.15), row["id"]


def test_speed_asks_four_lengths_three_times() -> None:
    assert Counter(row["slices"]["length"] for row in rows("speed")) == dict.fromkeys(["10", "50", "200", "400"], 3)
    for row in rows("speed"):
        assert len(row["turns"]) == 1
        assert len(words(row["turns"][0]["user"])) == pytest.approx(int(row["slices"]["length"]), rel=0.15), row["id"]
