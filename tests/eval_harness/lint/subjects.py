"""Records to lint, made by hand, and the findings of one rule on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from eval_harness.items import prompt_sha256
from eval_harness.lint.replies import Replies
from eval_harness.lint.rule import Finding, NotChecked
from eval_harness.lint.rules import RECORD_RULES
from eval_harness.lint.training_data import TrainingData
from eval_harness.record_sets import RecordSet
from eval_harness.records import Header, Record
from sahayok.conversation import Conversation, Message
from sahayok.engines.engine import Counts, Finish, Sampling, Scored
from tests.bengali_text import LINES
from tests.eval_harness.made import a_header
from training.dialogues import Dialogue

UNKNOWN = "nobody knows what it was trained on"


def asked(
    number: int = 0,
    *,
    question: str | None = None,
    reference: str | None = None,
    reply: str | None = None,
    before: Sequence[Message] = (),
    header: Header | None = None,
    finish: Finish | None = "eot",
    tokens: int = 5,
    reference_tokens: int = 5,
    **fields: Any,
) -> Record:
    """A sound record with texts of its own: the `number`-th of a run under `header`."""
    question = f"{number} {LINES[number % 8]}" if question is None else question
    messages = (*before, Message("user", question)) if question else tuple(before)
    system = Message("system", (header or a_header()).system_prompt)
    values: dict[str, Any] = {
        "id": f"x-{number:03}#1",
        "conversation_id": f"x-{number:03}",
        "prompt_sha256": prompt_sha256((system, *messages)),
        "messages": messages,
        "reference": f"{number} {LINES[(number + 1) % 8]}" if reference is None else reference,
        "reply": f"{number} {LINES[(number + 2) % 8]}" if reply is None else reply,
        "finish": finish,
        "counts": Counts(10, 10, tokens, 1.0, 0.5),
        "likelihood": Scored(10.0, reference_tokens, 20),
    }
    return Record(**values | fields)


def replies_of(records: Sequence[Record], training: TrainingData | str = UNKNOWN, **changes: Any) -> Replies:
    """The records as a whole run of ours."""
    sampling = changes.pop("sampling", Sampling(temperature=0.3, max_tokens=64, seed=1))
    header = a_header(items=len(records), replies=len(records), sampling=sampling, **changes)
    return Replies(RecordSet(header.model, header, list(records), [], len(records)), training)


def of_others(records: Sequence[Record]) -> Replies:
    """The records as a table of another program."""
    return Replies(RecordSet("theirs", None, list(records), [], len(records)), UNKNOWN)


def trained_on(*conversations: Sequence[str]) -> TrainingData:
    """Dialogues t-0, t-1, ... each of the given texts, the person's first."""
    dialogues = []
    for number, texts in enumerate(conversations):
        conversation = Conversation()
        for index, text in enumerate(texts):
            conversation = conversation.answered(text) if index % 2 else conversation.said(text)
        dialogues.append(Dialogue(f"t-{number}", "", "", "", conversation))
    return TrainingData("the training data", dialogues)


def found(rule: str, replies: Replies) -> list[Finding]:
    return list(_findings(rule, replies))


def not_checked(rule: str, replies: Replies) -> str:
    """The reason why the rule cannot judge."""
    with pytest.raises(NotChecked) as raised:
        found(rule, replies)
    return str(raised.value)


def _findings(rule: str, replies: Replies) -> Iterator[Finding]:
    return next(known for known in RECORD_RULES if known.id == rule).check(replies)
