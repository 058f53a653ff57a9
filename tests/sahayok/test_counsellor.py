"""The counsellor's own logic, with a real tiny model where tokens matter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sahayok.conversation import Conversation
from sahayok.counsellor import MESSAGES_DROPPED_AT_ONCE, Counsellor
from sahayok.engines.engine import Engine, PromptTooLong, Sampling
from sahayok.engines.loading import load_engine


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Iterator[Engine]:
    loaded = load_engine(tiny_model)
    yield loaded
    loaded.close()


@pytest.fixture
def counsellor(engine: Engine) -> Counsellor:
    return Counsellor(engine, sampling=Sampling(temperature=0, max_tokens=8))


def long_conversation(exchanges: int) -> Conversation:
    conversation = Conversation()
    for number in range(exchanges):
        conversation = conversation.said(f"কথা {number} মন").answered(f"উত্তর {number} শুনছি")
    return conversation.said("শেষ কথা")


def prompt_tokens(counsellor: Counsellor, conversation: Conversation) -> int:
    last = list(counsellor.reply(conversation))[-1]
    assert last.counts is not None
    return last.counts.prompt_tokens


def test_a_short_conversation_is_seen_whole(counsellor: Counsellor, engine: Engine) -> None:
    conversation = Conversation().said("মন খারাপ").answered("কী হয়েছে?").said("জানি না")
    assert prompt_tokens(counsellor, conversation) == engine.count_tokens(counsellor.persona.prompt(conversation))


def test_the_oldest_exchanges_go_first_and_in_blocks(counsellor: Counsellor, engine: Engine) -> None:
    conversation = long_conversation(30)
    tokens = prompt_tokens(counsellor, conversation)
    assert tokens <= engine.context_tokens - 8
    candidates = {
        engine.count_tokens(counsellor.persona.prompt(Conversation(conversation.messages[start:]))): start
        for start in range(0, len(conversation), 2)
    }
    assert candidates[tokens] % MESSAGES_DROPPED_AT_ONCE == 0
    assert candidates[tokens] > 0


def test_the_beginning_stays_for_several_turns(counsellor: Counsellor, engine: Engine) -> None:
    conversation = long_conversation(30)
    first = prompt_tokens(counsellor, conversation)
    grown = conversation.answered("হুম").said("আর")
    last = list(counsellor.reply(grown))[-1]
    assert last.counts is not None
    assert last.counts.prompt_tokens > first
    assert last.counts.evaluated_tokens < last.counts.prompt_tokens // 2


def test_a_message_that_alone_is_too_long_is_refused(counsellor: Counsellor) -> None:
    with pytest.raises(PromptTooLong):
        list(counsellor.reply(Conversation().said("মন খারাপ " * 1000)))


@pytest.mark.parametrize("conversation", [Conversation(), Conversation().said("ক").answered("খ")])
def test_someone_must_have_spoken(counsellor: Counsellor, conversation: Conversation) -> None:
    with pytest.raises(ValueError, match="must end with a message of the person"):
        counsellor.reply(conversation)


def test_the_reply_leaves_room_for_the_conversation(engine: Engine) -> None:
    greedy = Counsellor(engine, sampling=Sampling(temperature=0, max_tokens=100_000))
    last = list(greedy.reply(Conversation().said("মন খারাপ")))[-1]
    assert last.counts is not None
    assert last.counts.new_tokens <= engine.context_tokens // 2
