"""One turn of the counsellor: from a conversation to the pieces of a reply."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from threading import Event

from sahayok.conversation import Conversation, Message
from sahayok.engines.engine import Engine, Piece, PromptTooLong, Sampling
from sahayok.persona import Persona, load_persona
from sahayok.safety.feelings import Feeling, feeling_of
from sahayok.safety.reply_guard import Blocked, ReplyGuard

MESSAGES_DROPPED_AT_ONCE = 8
ATTEMPTS = 2
"""How often a reply is generated when the guard lets nothing of it through."""
ANOTHER_SEED = 1_000_003
"""Added to a given seed for the second attempt, which would else say the same again."""


class Counsellor:
    """The persona speaking through an engine."""

    def __init__(self, engine: Engine, persona: Persona | None = None, sampling: Sampling | None = None) -> None:
        self.engine = engine
        self.persona = persona or load_persona()
        self.sampling = sampling or self.persona.sampling

    def reply(self, conversation: Conversation, *, stop: Event | None = None) -> Iterator[Piece]:
        """Stream the reply to a conversation that ends with the person's message, in whole sentences that the guard
        has let through.

        A reply whose beginning is blocked is generated once more, and then replaced by a kind sentence; one that goes
        wrong later ends before that sentence. Of a conversation too long for the model, the oldest exchanges are left
        out of what the model sees (never of what the person sees); the newest message always stays. Raises
        PromptTooLong when that message alone is too long, ValueError when there is none.
        """
        if not conversation.messages or conversation.messages[-1].role != "user":
            raise ValueError("the conversation must end with a message of the person")
        sampling = within_context(self.sampling, self.engine)
        prompt = fitting_prompt(conversation, self.persona, self.engine, room=sampling.max_tokens)
        feeling = feeling_of([m.content for m in self.persona.prompt(conversation) if m.role == "user"])
        instead = self.persona.instead[len(conversation) // 2 % len(self.persona.instead)]
        return self._guarded(prompt, sampling, feeling, instead, stop or Event())

    def _guarded(
        self,
        prompt: tuple[Message, ...],
        sampling: Sampling,
        feeling: Feeling | None,
        instead: str,
        stop: Event,
    ) -> Iterator[Piece]:
        for attempt in range(ATTEMPTS):
            guard, shown = ReplyGuard(feeling), False
            seed = None if sampling.seed is None else sampling.seed + attempt * ANOTHER_SEED
            stream = self.engine.stream(prompt, replace(sampling, seed=seed), stop=stop)
            try:
                for piece in stream:
                    text = guard.feed(piece.text)
                    if piece.finish is not None:
                        yield replace(piece, text=text + guard.flush())
                    elif text:
                        shown = True
                        yield Piece(text)
                return
            except Blocked:
                _close(stream)
                if shown:
                    yield Piece("", "eot")
                    return
        yield Piece(instead, "eot")


def within_context(sampling: Sampling, engine: Engine) -> Sampling:
    """The sampling settings, the reply capped at half of what the model holds."""
    return replace(sampling, max_tokens=min(sampling.max_tokens, engine.context_tokens // 2))


def fitting_prompt(conversation: Conversation, persona: Persona, engine: Engine, *, room: int) -> tuple[Message, ...]:
    """The system prompt and as many of the newest messages as fit beside `room` tokens of reply.

    Raises PromptTooLong when not even the newest one does.
    """
    limit = engine.context_tokens - room
    for start in _starts(len(conversation)):
        prompt = persona.prompt(Conversation(conversation.messages[start:]))
        tokens = engine.count_tokens(prompt)
        if tokens <= limit:
            return prompt
    raise PromptTooLong(tokens, limit)


def _starts(messages: int) -> Iterator[int]:
    """Where the part of a conversation that the model sees may begin, best first; always at a message of the person.

    Whole blocks are dropped before single exchanges: the beginning then stays the same for several turns, and with it
    the tokens that the engine has already evaluated.
    """
    yield from range(0, messages, MESSAGES_DROPPED_AT_ONCE)
    last_block = (messages - 1) // MESSAGES_DROPPED_AT_ONCE * MESSAGES_DROPPED_AT_ONCE
    yield from range(last_block + 2, messages, 2)


def _close(stream: Iterator[Piece]) -> None:
    """End a stream before its end, so that the engine is free."""
    if isinstance(stream, Generator):
        stream.close()
