"""Who the counsellor is: the system prompt and the sampling defaults, in one versioned data file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sahayok.bengali import nfc
from sahayok.conversation import Conversation, Message
from sahayok.engines.engine import Sampling


@dataclass(frozen=True, slots=True)
class Persona:
    version: int
    system_prompt: str
    sampling: Sampling
    instead: tuple[str, ...]
    """What is said where the guard let nothing of a reply through."""

    def prompt(self, conversation: Conversation) -> tuple[Message, ...]:
        """The messages an engine sees: the system prompt, then the conversation."""
        return (Message("system", self.system_prompt), *conversation)


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
