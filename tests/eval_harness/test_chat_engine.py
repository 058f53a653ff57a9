from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from eval_harness.chat_engine import ChatEngine
from sahayok.conversation import Conversation
from sahayok.counsellor import Counsellor
from sahayok.engines.engine import BatchEngine, PromptTooLong, Reply, Request, Sampling
from sahayok.engines.loading import load_engine
from sahayok.manner import FREE, Manner
from sahayok.persona import load_persona

SAMPLING = Sampling(temperature=0.8, max_tokens=12, seed=3)


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Iterator[BatchEngine]:
    loaded = load_engine(tiny_model)
    yield loaded
    loaded.close()


def request(text: str) -> Request:
    return Request(load_persona().prompt(Conversation().said(text)), SAMPLING)


def test_a_reply_is_what_the_chat_would_say(engine: BatchEngine) -> None:
    conversation = Conversation().said("মন খারাপ")
    engine.forget()
    spoken = "".join(
        piece.text for piece in Counsellor(engine, sampling=SAMPLING, manner=Manner(draws=2)).reply(conversation)
    )
    ((index, reply),) = ChatEngine(engine, Manner(draws=2)).replies([request("মন খারাপ")], parallel=1, stop=Event())
    assert isinstance(reply, Reply)
    assert (index, reply.text) == (0, spoken)
    assert reply.finish in ("eot", "length")


def test_every_request_has_its_answer_in_order_and_a_long_one_is_said(engine: BatchEngine) -> None:
    asked = [request("মন খারাপ"), request("মন " * 3000), request("ঘুম আসে না")]
    found = dict(ChatEngine(engine, FREE).replies(asked, parallel=1, stop=Event()))
    assert list(found) == [0, 1, 2]
    assert isinstance(found[1], PromptTooLong)
    assert isinstance(found[0], Reply) and isinstance(found[2], Reply)


def test_a_stopped_run_asks_nothing_more(engine: BatchEngine) -> None:
    stop = Event()
    stop.set()
    assert list(ChatEngine(engine, FREE).replies([request("মন খারাপ")], parallel=1, stop=stop)) == []


def test_the_likelihood_is_the_models(engine: BatchEngine) -> None:
    messages = load_persona().prompt(Conversation().said("মন খারাপ"))
    found = []
    for one in (ChatEngine(engine, FREE), engine):
        one.forget()
        found.append(one.response_logprob(messages, "শুনছি।"))
    assert found[0] == found[1]
