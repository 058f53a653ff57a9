"""The items of an evaluation: every turn of the counsellor in every dialogue of a split."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sahayok.conversation import Conversation, Message
from sahayok.persona import Persona
from training.dialogues import Dialogue


@dataclass(frozen=True, slots=True)
class Item:
    """One turn to be generated. `conversation` is what was said before it, `prompt` what the model sees."""

    id: str
    conversation_id: str
    situation: str
    conversation: Conversation
    prompt: tuple[Message, ...]
    reference: str

    @property
    def prompt_sha256(self) -> str:
        content = json.dumps([message.to_json() for message in self.prompt], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def seed(self, run_seed: int) -> int:
        """The seed of this item's sampling, of 31 bits: the same whichever items are run before it.

        Not 32 bits: llama.cpp takes 0xFFFFFFFF for "draw a seed".
        """
        digest = hashlib.sha256(f"{run_seed} {self.id}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1


def items_of(dialogues: Sequence[Dialogue], persona: Persona) -> list[Item]:
    """The items in the order of the dialogues; the n-th reply of dialogue "x" has the id "x#n"."""
    items = []
    for dialogue in dialogues:
        messages = dialogue.conversation.messages
        for number, index in enumerate(range(1, len(messages), 2), start=1):
            before = Conversation(messages[:index])
            items.append(
                Item(
                    id=f"{dialogue.id}#{number}",
                    conversation_id=dialogue.id,
                    situation=dialogue.situation,
                    conversation=before,
                    prompt=persona.prompt(before),
                    reference=messages[index].content,
                )
            )
    return items
