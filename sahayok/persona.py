"""Who the counsellor is: the system prompt and the sampling defaults, in one versioned data file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sahayok.bengali import nfc
from sahayok.conversation import Conversation, Message
from sahayok.engines.engine import Sampling
from sahayok.romanised import to_bengali


@dataclass(frozen=True, slots=True)
class Persona:
    version: int
    system_prompt: str
    sampling: Sampling
    instead: tuple[str, ...]
    """What is said where the guard let nothing of a reply through."""

    def prompt(self, conversation: Conversation) -> tuple[Message, ...]:
        """The messages an engine sees: the system prompt, then the conversation, what the person wrote in Latin letters
        in Bengali script."""
        return (Message("system", self.system_prompt), *(_in_bengali_script(message) for message in conversation))


def _in_bengali_script(message: Message) -> Message:
    return Message("user", to_bengali(message.content)) if message.role == "user" else message


@cache
def load_persona() -> Persona:
    """The persona that comes with the package (persona.toml)."""
    table = tomllib.loads((resources.files("sahayok") / "persona.toml").read_text(encoding="utf-8"))
    return Persona(
        version=table["version"],
        system_prompt=nfc(table["system_prompt"]).strip(),
        sampling=Sampling(**table["sampling"]),
        instead=tuple(nfc(text) for text in table["instead"]),
    )
