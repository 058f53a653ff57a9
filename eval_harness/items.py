"""The items of an evaluation: turns that a model is asked for, one or several in a row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sahayok.conversation import Message
from training.dialogues import Dialogue


@dataclass(frozen=True, slots=True)
class Turn:
    """What the person says, what the counsellor answered in the corpus ("" where nobody did), and words of which a
    reply that followed the conversation has one."""

    user: str
    reference: str = ""
    expected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A conversation that a model takes part in. `before` is given; then each of the `turns` is asked, with the
    model's own replies to the ones before it. `slices` say what the item is a case of."""

    id: str
    conversation_id: str
    before: tuple[Message, ...]
    turns: tuple[Turn, ...]
    slices: Mapping[str, str] = field(default_factory=dict)

    def turn_id(self, turn: int) -> str:
        """The id of the record of a turn, counted from 0: the item's own where it has only one."""
        return self.id if len(self.turns) == 1 else f"{self.id}#{turn + 1}"

    def turn_slices(self, turn: int) -> dict[str, str]:
        """The item's slices, with the number of the turn in the whole conversation from 1, "01" before "10"."""
        return {**self.slices, "turn": f"{len(self.before) // 2 + turn + 1:02}"}


def prompt_sha256(prompt: Sequence[Message]) -> str:
    """The hash of the messages that a model sees, the system prompt among them."""
    content = json.dumps([message.to_json() for message in prompt], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def reply_seed(run_seed: int, turn_id: str, repeat: int) -> int:
    """The seed of one reply's sampling, of 31 bits: the same whichever items are run before it.

    Not 32 bits: llama.cpp takes 0xFFFFFFFF for "draw a seed".
    """
    name = f"{run_seed} {turn_id}" if repeat == 0 else f"{run_seed} {turn_id} {repeat}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") >> 1


def items_of(dialogues: Sequence[Dialogue]) -> list[Item]:
    """Each turn of the counsellor as an item of its own, after the words of the corpus, in the dialogues' order; the
    n-th reply of dialogue "x" has the id "x#n"."""
    items = []
    for dialogue in dialogues:
        messages = dialogue.conversation.messages
        slices = {"situation": dialogue.situation, "region": dialogue.region, "register": dialogue.register}
        for number, index in enumerate(range(0, len(messages), 2), start=1):
            feeling = dialogue.feeling if index == 0 else ""  # a later message may have moved on
            items.append(
                Item(
                    id=f"{dialogue.id}#{number}",
                    conversation_id=dialogue.id,
                    before=messages[:index],
                    turns=(Turn(messages[index].content, messages[index + 1].content),),
                    slices={name: value for name, value in (slices | {"feeling": feeling}).items() if value},
                )
            )
    return items
