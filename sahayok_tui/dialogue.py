"""What was said in this window, and what of it still waits for an answer. In memory only."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event

from sahayok.conversation import Conversation


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer in the making: to `conversation`, whose last message holds the oldest `texts` waiting texts."""

    conversation: Conversation
    texts: int
    stop: Event = field(default_factory=Event)


class Dialogue:
    """A person may write while the model loads or speaks; an engine wants speakers to alternate.

    What waits is therefore put together into one message when its turn comes, and stays waiting until it is answered,
    so that no death of the model loses a word.
    """

    def __init__(self) -> None:
        self.answered = Conversation()
        self._waiting: tuple[str, ...] = ()

    @property
    def waiting(self) -> int:
        """How many texts wait for an answer, those of a turn under way included."""
        return len(self._waiting)

    def say(self, text: str) -> None:
        self._waiting = (*self._waiting, text)

    def turn(self) -> Turn:
        """Begin to answer all that waits."""
        return Turn(self.answered.said("\n\n".join(self._waiting)), len(self._waiting))

    def answer(self, turn: Turn, text: str) -> None:
        """End a turn with a reply, whole or broken off."""
        self.answered = turn.conversation.answered(text)
        self.give_up(turn)

    def give_up(self, turn: Turn) -> None:
        """End a turn without a reply; the model will not see its texts again."""
        self._waiting = self._waiting[turn.texts :]
