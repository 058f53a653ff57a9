"""What an engine is: the one way to generate and to score, for the chat, the export check and the evaluation alike."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Literal, Protocol

from sahayok.conversation import Message

Finish = Literal["eot", "length", "stopped"]


class EngineError(Exception):
    """A model that cannot be loaded or used. Its text is one clear line for the person, saying what to do."""


class PromptTooLong(EngineError):
    """The messages do not fit the context window. `tokens` were needed where `limit` fit."""

    def __init__(self, tokens: int, limit: int) -> None:
        super().__init__(
            f"the conversation is {tokens} tokens long and the model reads at most {limit}: start a new one"
        )
        self.tokens, self.limit = tokens, limit

    def __reduce__(self) -> tuple[type[PromptTooLong], tuple[int, int]]:
        return type(self), (self.tokens, self.limit)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. temperature 0 takes the most likely one (the seed then has no effect)."""

    temperature: float = 0.7
    top_p: float = 0.9
    top_k: int = 40
    repeat_penalty: float = 1.1
    max_tokens: int = 256
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What a reply cost. `evaluated_tokens` are the prompt tokens that were evaluated for it and not reused from the
    last turn or from a reply beside it. Times are in seconds from the moment at which its prompt begins to be read."""

    prompt_tokens: int
    evaluated_tokens: int
    new_tokens: int
    seconds: float
    seconds_to_first_token: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a reply. `text` ends on a grapheme cluster boundary; only the last piece has `finish` and `counts`."""

    text: str
    finish: Finish | None = None
    counts: Counts | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A reply that is wanted: to which messages, and how it is drawn."""

    messages: tuple[Message, ...]
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply, in NFC, why it ended and what it cost."""

    text: str
    finish: Finish
    counts: Counts


@dataclass(frozen=True, slots=True)
class Scored:
    """Negative log-likelihood of a reply given its prompt: nats over `tokens` (the reply's and the eot that ends it),
    and the UTF-8 bytes of the reply's text."""

    nats: float
    tokens: int
    bytes: int

    @property
    def bits_per_byte(self) -> float:
        """nats / (ln 2 * bytes): comparable between tokenizers, unlike perplexity a token."""
        return self.nats / (math.log(2) * self.bytes)

    @property
    def perplexity(self) -> float:
        """exp(nats / tokens): only comparable between models that share a tokenizer."""
        return math.exp(self.nats / self.tokens)


class Engine(Protocol):
    """A loaded model. Not for two threads at once: a caller waits for one stream to end before the next call."""

    @property
    def context_tokens(self) -> int:
        """Tokens the model can hold, prompt and reply together."""
        ...

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, stop: Event) -> Iterator[Piece]:
        """Generate the reply to `messages` (which end with one of the person's). Setting `stop` ends it within one
        token, also while the prompt is still being read. Raises PromptTooLong before the first piece."""
        ...

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt that `stream` would evaluate for these messages, the reply's header included."""
        ...

    def response_logprob(self, messages: Sequence[Message], response: str) -> Scored:
        """Score `response` (and the eot after it) as the reply to `messages`."""
        ...

    def forget(self) -> None:
        """Give up what is kept of earlier prompts. What the next call returns then depends on its arguments alone, as
        in an engine that was loaded a moment ago: kept keys and values differ in their last digits from fresh ones."""
        ...

    def close(self) -> None:
        """Give the memory back. Safe to call twice."""
        ...


class BatchEngine(Engine, Protocol):
    """An engine that can generate several replies at once."""

    def replies(
        self, requests: Sequence[Request], *, parallel: int, stop: Event
    ) -> Iterator[tuple[int, Reply | PromptTooLong]]:
        """Generate the reply to each request, up to `parallel` of them at once, and yield each as it is finished, with
        the index of its request. A prompt that does not fit is answered with the PromptTooLong, which is not raised.

        The engine forgets first, so what comes back depends on `requests` and `parallel` alone; with parallel=1 each
        reply is the one that `stream` gives after `forget`. Setting `stop` ends every reply that was begun within one
        token; what was not begun is not yielded. The engine may be used between two replies, but not for other
        `replies`: a second call ends the first.

        Raises ValueError where `parallel` is below 1, EngineError where the memory does not suffice for so many.
        """
        ...
