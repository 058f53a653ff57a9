"""What both engines that run in this process have in common: the tokens of what they are asked, and many requests
answered one by one or several at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from threading import Event, Lock
from typing import Generic, Protocol, TypeVar

from sahayok.conversation import Message
from sahayok.engines.engine import EngineError, Piece, PromptTooLong, Reply, Request, Sampling
from sahayok.llama3 import ControlIds, encode_prompt, encode_reply


@dataclass(frozen=True, slots=True)
class Task:
    """A reply to be generated: the index of its request, the tokens of its prompt and how it is drawn."""

    index: int
    prompt: list[int]
    sampling: Sampling


class Tokens(Protocol):
    """What an engine's model says of its vocabulary."""

    ids: ControlIds

    def encode(self, text: str) -> list[int]: ...


Model = TypeVar("Model", bound=Tokens)


class InProcessEngine(ABC, Generic[Model]):
    """An engine on its own way to generate one reply and its way to generate several at once."""

    _model: Model

    def __init__(self) -> None:
        self._lock = Lock()  # held while the engine works, and not while whoever takes the replies does
        self._batch: Generator[tuple[int, Reply]] | None = None
        self._calls = 0  # of `replies`: each ends the one before, as closing the engine does

    @property
    @abstractmethod
    def context_tokens(self) -> int: ...

    @abstractmethod
    def forget(self) -> None: ...

    @abstractmethod
    def stream(self, messages: Sequence[Message], sampling: Sampling, *, stop: Event) -> Iterator[Piece]: ...

    @abstractmethod
    def _generate_at_once(self, tasks: Sequence[Task], parallel: int, stop: Event) -> Generator[tuple[int, Reply]]:
        """Yield the replies, at least one, when they are finished. Its memory is freed when it ends or is closed."""

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(self._tokens(messages))

    def replies(
        self, requests: Sequence[Request], *, parallel: int, stop: Event
    ) -> Iterator[tuple[int, Reply | PromptTooLong]]:
        if parallel < 1:
            raise ValueError(f"parallel is {parallel} and must be at least 1")
        if parallel == 1:
            yield from self._one_by_one(requests, stop)
            return
        self.forget()
        tasks = []
        for index, request in enumerate(requests):
            if stop.is_set():
                return
            try:
                tasks.append(Task(index, self._prompt(request.messages), request.sampling))
            except PromptTooLong as error:
                yield index, error
        if tasks:
            yield from self._at_once(tasks, parallel, stop)

    def _tokens(self, messages: Sequence[Message]) -> list[int]:
        return encode_prompt(messages, self._model.encode, self._model.ids)

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        """The tokens of a prompt. Raises PromptTooLong where no token of a reply fits beside them."""
        prompt = self._tokens(messages)
        if len(prompt) >= self.context_tokens:
            raise PromptTooLong(len(prompt), self.context_tokens - 1)
        return prompt

    def _prompt_and_reply(self, messages: Sequence[Message], response: str) -> tuple[list[int], list[int]]:
        """The tokens of a prompt, and of a given reply to it with its end. Raises PromptTooLong."""
        prompt = self._tokens(messages)
        reply = encode_reply(response, self._model.encode, self._model.ids)
        if len(prompt) + len(reply) > self.context_tokens:
            raise PromptTooLong(len(prompt) + len(reply), self.context_tokens)
        return prompt, reply

    def _one_by_one(self, requests: Sequence[Request], stop: Event) -> Iterator[tuple[int, Reply | PromptTooLong]]:
        with self._lock:
            call = self._give_up_batch()
        for index, request in enumerate(requests):
            if stop.is_set():
                return
            self._check_is_latest(call)
            self.forget()
            try:
                pieces = list(self.stream(request.messages, request.sampling, stop=stop))
            except PromptTooLong as error:
                yield index, error
                continue
            last = pieces[-1]
            assert last.finish is not None
            assert last.counts is not None
            yield index, Reply("".join(piece.text for piece in pieces), last.finish, last.counts)

    def _at_once(self, tasks: Sequence[Task], parallel: int, stop: Event) -> Iterator[tuple[int, Reply]]:
        with self._lock:
            call = self._give_up_batch()
            batch = self._batch = self._generate_at_once(tasks, parallel, stop)
        try:
            while True:
                with self._lock:
                    self._check_is_latest(call)
                    found = next(batch, None)
                if found is None:
                    return
                yield found
        finally:
            batch.close()

    def _give_up_batch(self) -> int:
        """Free what the replies under way hold; taking the next of them then fails. Returns the number by which
        `_check_is_latest` knows those that begin now."""
        if self._batch is not None:
            self._batch.close()
        self._batch = None
        self._calls += 1
        return self._calls

    def _check_is_latest(self, call: int) -> None:
        if call != self._calls:
            raise EngineError("the engine was closed, or asked for other replies, before all of these came")
