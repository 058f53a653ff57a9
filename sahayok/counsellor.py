"""One turn of the counsellor: from a conversation to the pieces of a reply."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from threading import Event

from sahayok.bengali import ends_complete, sentences, words
from sahayok.choice import least_harm
from sahayok.composing import composed
from sahayok.conversation import Conversation, Message
from sahayok.engines.engine import Engine, Piece, PromptTooLong, Sampling
from sahayok.feeling_reader import feelings_of, reply_feelings
from sahayok.manner import FREE, Manner
from sahayok.persona import Persona, load_persona
from sahayok.safety.feelings import Feeling, feeling_of
from sahayok.safety.reply_guard import Blocked, ReplyGuard

MESSAGES_DROPPED_AT_ONCE = 8
ATTEMPTS = 2
"""How often a reply is generated when the guard lets nothing of it through."""
ANOTHER_SEED = 1_000_003
"""Added to a given seed for the second attempt, which would else say the same again."""
FEW_WORDS = 4
"""A message of fewer words ("জানি না") says its feeling only with the one before it."""


class Counsellor:
    """The persona speaking through an engine, in a manner that suits the model (sahayok.manner)."""

    def __init__(
        self, engine: Engine, persona: Persona | None = None, sampling: Sampling | None = None, manner: Manner = FREE
    ) -> None:
        self.engine = engine
        self.persona = persona or load_persona()
        self.sampling = sampling or self.persona.sampling
        self.manner = manner

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
        said = [message.content for message in self.persona.prompt(conversation) if message.role == "user"]
        before = [message.content for message in conversation if message.role == "assistant"]
        felt = feelings_of(_telling(said), self.engine if self.manner.reads_feelings else None)
        if self.manner.reviewed and (text := composed(said, felt, before, self._random(conversation))):
            return iter([Piece(text, "eot")])
        instead = Piece(self.persona.instead[len(conversation) // 2 % len(self.persona.instead)], "eot")
        drawing = _Drawing(self.engine, prompt, sampling, feeling_of(said), stop or Event())
        if self.manner.draws == 1:
            return _first(drawing, instead)
        return _best(drawing, felt, self.manner.draws, instead)

    def _random(self, conversation: Conversation) -> Random:
        """The choice among reviewed sentences; with a seed the same conversation is answered the same."""
        seed = self.sampling.seed
        return Random() if seed is None else Random(f"{seed} {conversation.messages[-1].content}")


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What every draw of one reply has in common."""

    engine: Engine
    prompt: tuple[Message, ...]
    sampling: Sampling
    feeling: Feeling | None
    stop: Event

    def pieces(self, number: int) -> Iterator[Piece]:
        """The reply of the draw of that number, in whole sentences. Raises Blocked before a bad one."""
        guard = ReplyGuard(self.feeling)
        seed = None if self.sampling.seed is None else self.sampling.seed + number * ANOTHER_SEED
        stream = self.engine.stream(self.prompt, replace(self.sampling, seed=seed), stop=self.stop)
        try:
            for piece in stream:
                text = guard.feed(piece.text)
                if piece.finish is not None:
                    yield replace(piece, text=text + guard.flush())
                elif text:
                    yield Piece(text)
        finally:
            _close(stream)


def _first(drawing: _Drawing, instead: Piece) -> Iterator[Piece]:
    """The first reply whose beginning the guard lets through, as it comes."""
    for attempt in range(ATTEMPTS):
        shown = False
        try:
            for piece in drawing.pieces(attempt):
                yield piece
                shown = True
            return
        except Blocked:
            if shown:
                yield Piece("", "eot")
                return
    yield instead


def _best(drawing: _Drawing, felt: Mapping[str, float], draws: int, instead: Piece) -> Iterator[Piece]:
    """Of several whole replies that the guard lets through, the one from which the least harm is to be expected."""
    replies: list[list[Piece]] = []
    for number in range(draws):
        with suppress(Blocked):
            pieces = list(drawing.pieces(number))
            if ends_complete("".join(piece.text for piece in pieces).strip()):
                replies.append(pieces)
        if drawing.stop.is_set():
            break
    texts = ["".join(piece.text for piece in pieces) for pieces in replies]
    before = {said for message in drawing.prompt if message.role == "assistant" for said in sentences(message.content)}
    repeated = [not before.isdisjoint(sentences(text)) for text in texts]
    chosen = least_harm(felt, [reply_feelings(text) for text in texts], repeated)
    yield from [instead] if chosen is None else replies[chosen]


def _telling(said: Sequence[str]) -> str:
    """The part of the person's messages that says what they feel now."""
    return said[-1] if len(words(said[-1])) >= FEW_WORDS else " ".join(said[-2:])


def within_context(sampling: Sampling, engine: Engine) -> Sampling:
    """The sampling settings, the reply capped at half of what the model holds."""
    return replace(sampling, max_tokens=min(sampling.max_tokens, engine.context_tokens // 2))


def fitting_prompt(conversation: Conversation, persona: Persona, engine: Engine, *, room: int) -> tuple[Message, ...]:
    """The system prompt and as many of the newest messages as fit beside `room` tokens of reply.

    Raises PromptTooLong when not even the newest one does.
    """
    limit = engine.context_tokens - room
    system, *messages = persona.prompt(conversation)
    for start in _starts(len(messages)):
        prompt = (system, *messages[start:])
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
