"""An item as plain JSON, which is what the harnesses of others carry about, and the record that comes back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval_harness.errors import EvalError
from eval_harness.items import Item, prompt_sha256
from eval_harness.records import Record
from eval_harness.suites.suite import Suite, load_suite
from sahayok.conversation import Message
from sahayok.engines.engine import Reply, Scored
from sahayok.persona import load_persona

Document = dict[str, Any]
"""id, conversation_id, slices, messages (without the system prompt), question (the last of them), reference, expected:
those of a record."""


def single_turn_suite(name: str, corpus: str | None = None, part: str | None = None) -> Suite:
    """The suite of a name or file, as `sahayok-eval run --suite` finds it.

    Raises EvalError also for a suite whose conversations go on with the model's own replies.
    """
    suite = load_suite(name, corpus=None if corpus is None else Path(corpus), part=part)
    if any(len(item.turns) > 1 for item in suite.items):
        raise EvalError(
            f"the suite {name} goes on with the model's own replies, which only `sahayok-eval run` does: choose another"
        )
    return suite


def document(item: Item) -> Document:
    """The document of an item with one turn."""
    turn = item.turns[0]
    return {
        "id": item.turn_id(0),
        "conversation_id": item.conversation_id,
        "slices": item.turn_slices(0),
        "messages": [message.to_json() for message in (*item.before, Message("user", turn.user))],
        "question": turn.user,
        "reference": turn.reference,
        "expected": list(turn.expected),
    }


def prompt(asked: Mapping[str, Any]) -> tuple[Message, ...]:
    """The messages that a model sees for a document, the persona's system prompt among them."""
    return (Message("system", load_persona().system_prompt), *_messages(asked))


def record(asked: Mapping[str, Any], reply: str | Reply, likelihood: Scored | None = None, repeat: int = 0) -> Record:
    """The record of a document's `repeat`-th reply. A reply that is only text has no finish and no counts.

    Raises EvalError for a likelihood that is no number.
    """
    if likelihood is not None and not math.isfinite(likelihood.nats):
        raise EvalError(f"the model's probabilities are no numbers ({likelihood.nats} nats): is it damaged?")
    return Record(
        id=asked["id"],
        conversation_id=asked["conversation_id"],
        repeat=repeat,
        slices={name: value for name, value in asked["slices"].items() if value is not None},
        prompt_sha256=prompt_sha256(prompt(asked)),
        messages=_messages(asked),
        reference=asked["reference"],
        expected=tuple(asked["expected"]),
        reply=reply.text if isinstance(reply, Reply) else reply,
        finish=reply.finish if isinstance(reply, Reply) else None,
        counts=reply.counts if isinstance(reply, Reply) else None,
        likelihood=likelihood,
    )


def _messages(asked: Mapping[str, Any]) -> tuple[Message, ...]:
    return tuple(Message.from_json(message) for message in asked["messages"])
