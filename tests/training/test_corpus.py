"""The dialogues that come with the project: their shape, their language, and what may never stand in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
import regex

from eval_harness.fit.judge import UNCLEAR
from sahayok.bengali import bengali_share, ends_complete, nfc, words
from sahayok.feeling_reader import PAINFUL
from training.cli import DEFAULT_CORPUS
from training.dialogues import Corpus, Dialogue, load_dialogues
from training.near import near_duplicates
from training.splits import SHORTEST_KEY_WORDS, split

REGISTERS = {"apni", "tumi", "dialect", "romanised", "mixed", "typos"}
DIGIT_OR_LATIN = regex.compile(r"[0-9A-Za-z০-৯]")
# Words that a reply may never use: shaming, promises, diagnosis, invented authority.
FORBIDDEN = regex.compile(r"পাপ হবে|কাপুরুষ|মানিয়ে নিন|সব ঠিক হয়ে যাবে|আপনার ডিপ্রেশন|বিষণ্নতা রোগ|মিলিগ্রাম|ট্যাবলেট খান")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_dialogues(DEFAULT_CORPUS)


def replies(corpus: Corpus) -> list[tuple[str, str]]:
    return [(d.id, m.content) for d in corpus.dialogues for m in d.conversation if m.role == "assistant"]


def test_its_size(corpus: Corpus) -> None:
    assert len(corpus.dialogues) >= 1200
    assert len(replies(corpus)) >= 4000
    assert len({dialogue.situation for dialogue in corpus.dialogues}) >= 45


def test_the_test_part_is_large_and_nothing_in_it_is_nearly_trained_on(corpus: Corpus) -> None:
    parts = split(corpus.dialogues)
    assert len(parts["test"]) >= 200
    held = [*parts["test"], *parts["validation"]]
    assert near_duplicates(texts(held), texts(parts["train"])) == {}
    assert not {d.situation for d in held} & {d.situation for d in parts["train"]}


def texts(dialogues: Sequence[Dialogue]) -> list[str]:
    """The words of every message that is long enough to tell."""
    told = (words(message.content.lower()) for dialogue in dialogues for message in dialogue.conversation)
    return [" ".join(found) for found in told if len(found) >= SHORTEST_KEY_WORDS]


def test_region_and_register(corpus: Corpus) -> None:
    assert {dialogue.region for dialogue in corpus.dialogues} == {"dhaka", "kolkata"}
    assert {dialogue.register for dialogue in corpus.dialogues} == REGISTERS
    regions = Counter(dialogue.region for dialogue in corpus.dialogues)
    assert min(regions.values()) >= 0.4 * len(corpus.dialogues)


def test_replies_are_bengali_without_digits_or_latin_letters(corpus: Corpus) -> None:
    assert [
        (name, text) for name, text in replies(corpus) if bengali_share(text) < 1 or DIGIT_OR_LATIN.search(text)
    ] == []


def test_replies_are_short_and_complete(corpus: Corpus) -> None:
    found = replies(corpus)
    assert [name for name, text in found if not ends_complete(text)] == []
    assert [name for name, text in found if not 4 <= len(words(text)) <= 50] == []


def test_a_reply_asks_two_questions_at_most(corpus: Corpus) -> None:
    assert [name for name, text in replies(corpus) if text.count("?") > 2] == []


def test_everything_is_nfc(corpus: Corpus) -> None:
    for file in corpus.files:
        text = Path(file).read_text("utf-8")
        assert text == nfc(text), file


def test_nothing_forbidden_in_a_reply(corpus: Corpus) -> None:
    assert [(name, text) for name, text in replies(corpus) if FORBIDDEN.search(text)] == []


def test_an_exclamation_mark_does_not_give_gladness_away(corpus: Corpus) -> None:
    first = [(d.feeling, "!" in d.conversation.messages[0].content) for d in corpus.dialogues if d.feeling]
    marked = [mark for feeling, mark in first if feeling == "glad"]
    others = [mark for feeling, mark in first if feeling != "glad"]
    assert sum(marked) / len(marked) < 1.5 * sum(others) / len(others)


def test_labelled_feelings(corpus: Corpus) -> None:
    labels = Counter(dialogue.feeling for dialogue in corpus.dialogues if dialogue.feeling)
    assert set(labels) == PAINFUL | UNCLEAR | {"glad"}
    assert min(labels.values()) >= 500


def test_no_phone_number_anywhere(corpus: Corpus) -> None:
    number = regex.compile(r"[0-9০-৯][0-9০-৯ -]{4,}")
    assert [d.id for d in corpus.dialogues for m in d.conversation if number.search(m.content)] == []


def test_no_two_replies_are_the_same(corpus: Corpus) -> None:
    counts = Counter(text for _, text in replies(corpus))
    assert [text for text, count in counts.items() if count > 1] == []
