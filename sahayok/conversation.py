"""Messages and conversations: the plain, immutable data that everything else passes around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `role` is "user" for the person and "assistant" for the counsellor."""

    role: Role
    content: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Message:
        """Read {"role", "content"}. Raises ValueError for an unknown role or a content that is not text."""
        role, content = data.get("role"), data.get("content")
        if role not in ROLES:
            raise ValueError(f"unknown role {role!r}: use one of {', '.join(ROLES)}")
        if not isinstance(content, str):
            raise ValueError("a message needs a text under 'content'")
        return cls(cast(Role, role), content)

    def to_json(self) -> dict[str, str]:
        return {"role": self.role, "content": self.content}


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said so far, oldest first, without the system prompt (the persona adds that)."""

    messages: tuple[Message, ...] = ()

    def said(self, text: str) -> Conversation:
        """This conversation with one more message of the person."""
        return Conversation((*self.messages, Message("user", text)))

    def answered(self, text: str) -> Conversation:
        """This conversation with one more reply of the counsellor."""
        return Conversation((*self.messages, Message("assistant", text)))

    def __iter__(self) -> Iterator[Message]:
        return iter(self.messages)

    def __len__(self) -> int:
        return len(self.messages)

    @classmethod
    def from_json(cls, messages: Sequence[Mapping[str, Any]]) -> Conversation:
        """Read a list of messages that begins with the person and alternates.

        Raises ValueError where it does not: two messages of one speaker in a row have no meaning to the chat format.
        """
        read = tuple(Message.from_json(message) for message in messages)
        for index, message in enumerate(read):
            wanted: Role = "user" if index % 2 == 0 else "assistant"
            if message.role != wanted:
                raise ValueError(f"message {index + 1} is of role {message.role!r} where {wanted!r} must speak")
        return cls(read)

    def to_json(self) -> list[dict[str, str]]:
        return [message.to_json() for message in self.messages]
