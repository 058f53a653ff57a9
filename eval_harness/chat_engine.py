"""The whole of what a person meets, measured as if it were a model: the guard and the chat's manner of speaking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event

from sahayok.conversation import Conversation, Message
from sahayok.counsellor import Counsellor
from sahayok.engines.engine import BatchEngine, Counts, Piece, PromptTooLong, Reply, Request, Sampling, Scored
from sahayok.manner import Manner


class ChatEngine:
    """A BatchEngine whose replies are the chat's over `engine`, one after another, in the chat's manner.

    Likelihoods are the bare model's: the guard has none.
    """

    def __init__(self, engine: BatchEngine, manner: Manner) -> None:
        self._engine, self._manner = engine, manner

    @property
    def context_tokens(self) -> int:
        return self._engine.context_tokens

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return self._engine.count_tokens(messages)

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, stop: Event) -> Iterator[Piece]:
        """`messages` begin with the system prompt."""
        counsellor = Counsellor(self._engine, sampling=sampling, manner=self._manner)
        return counsellor.reply(Conversation(tuple(messages[1:])), stop=stop)

    def replies(
        self, requests: Sequence[Request], *, parallel: int, stop: Event
    ) -> Iterator[tuple[int, Reply | PromptTooLong]]:
        """`parallel` has no effect."""
        for index, request in enumerate(requests):
            if stop.is_set():
                return
            self._engine.forget()
            try:
                yield index, _whole(self.stream(request.messages, request.sampling, stop=stop))
            except PromptTooLong as error:
                yield index, error

    def response_logprob(self, messages: Sequence[Message], response: str) -> Scored:
        return self._engine.response_logprob(messages, response)

    def forget(self) -> None:
        self._engine.forget()

    def close(self) -> None:
        self._engine.close()


def _whole(pieces: Iterator[Piece]) -> Reply:
    """The pieces put together; what a sentence of the guard's own costs is nothing."""
    text, finish, counts = "", None, None
    for piece in pieces:
        text += piece.text
        finish, counts = piece.finish or finish, piece.counts or counts
    return Reply(text, finish or "eot", counts or Counts(0, 0, 0, 0.0, 0.0))
