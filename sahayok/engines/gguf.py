"""The llama.cpp engine: GGUF files, an optional LoRA adapter as GGUF.

It stands on llama.cpp's C interface as llama-cpp-python binds it, and not on that package's `Llama` class: the class
redirects the whole process's output while loading, hides the loading progress, parses control tokens that a person
typed and keeps a copy of every logit.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from threading import Event

from llama_cpp import llama_cpp as c

from sahayok.bengali import nfc
from sahayok.conversation import Message
from sahayok.engines.draft import Draft
from sahayok.engines.engine import Piece, Reply, Sampling, Scored
from sahayok.engines.gguf_batch import generate_at_once
from sahayok.engines.gguf_context import BATCH, GgufContext, Run
from sahayok.engines.gguf_model import GgufModel
from sahayok.engines.in_process import InProcessEngine, Task
from sahayok.engines.prefix import shared_prefix
from sahayok.engines.resources import free_cores

LONGEST_CONTEXT = 4096
"""Tokens; a model that could hold more is held to this, since each token of context costs memory (128 KiB on 8B)."""


class GgufEngine(InProcessEngine[GgufModel]):
    """A loaded GGUF model. Implements sahayok.engines.engine.BatchEngine."""

    def __init__(
        self,
        model: Path,
        *,
        adapter: Path | None = None,
        threads: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        """Load `model`. `threads` None takes the cores that are free now. Raises EngineError in one line."""
        super().__init__()
        self._threads = threads or free_cores()
        self._model = GgufModel(model, adapter, progress)
        try:
            self._context: GgufContext = self._model.open_context(
                min(self._model.trained_context, LONGEST_CONTEXT), threads=self._threads
            )
        except BaseException:
            self._model.close()
            raise
        self._context_tokens = self._context.tokens
        self._cached: list[int] = []  # tokens whose keys and values the context holds

    @property
    def context_tokens(self) -> int:
        return self._context_tokens

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, stop: Event) -> Iterator[Piece]:
        with self._lock:
            prompt = self._prompt(messages)
            draft = Draft(len(prompt), max_tokens=sampling.max_tokens, context_tokens=self.context_tokens)
            draft.evaluated_tokens = self._read(prompt, stop)
            sampler = self._model.sampler(sampling)
            try:
                while draft.finish is None and not stop.is_set():
                    token = self._context.draw(sampler)
                    if text := draft.add(self._model.bytes_of(token)):
                        yield Piece(text)
                    if draft.finish is None:
                        self._evaluate([token])
            finally:
                c.llama_sampler_free(sampler)
            yield Piece(draft.end(), draft.finish, draft.counts())

    def response_logprob(self, messages: Sequence[Message], response: str) -> Scored:
        with self._lock:
            prompt, reply = self._prompt_and_reply(messages, response)
            self._read(prompt, Event())
            nats = self._context.surprise(reply[0])
            for start in range(0, len(reply) - 1, BATCH):
                part = reply[start : start + BATCH]
                following = reply[start + 1 : start + 1 + len(part)]
                self._evaluate(part, every_logit=True)
                nats += sum(self._context.surprise(token, row) for row, token in enumerate(following))
            return Scored(nats, len(reply), len(nfc(response).strip().encode()))

    def forget(self) -> None:
        with self._lock:
            self._context.forget()
            self._cached.clear()

    def close(self) -> None:
        with self._lock:
            self._give_up_batch()
            self._context.close()
            self._model.close()

    def _generate_at_once(self, tasks: Sequence[Task], parallel: int, stop: Event) -> Generator[tuple[int, Reply]]:
        return generate_at_once(
            self._model, tasks, parallel, context_tokens=self.context_tokens, threads=self._threads, stop=stop
        )

    def _read(self, prompt: list[int], stop: Event) -> int:
        """Bring the context to hold `prompt` and nothing else, keeping what it already holds of it. Returns how many
        tokens had to be evaluated. Leaves off early when `stop` is set."""
        shared = shared_prefix(self._cached, prompt)
        self._context.cut(shared)
        del self._cached[shared:]
        with self._context.stopping(stop):
            for start in range(shared, len(prompt), BATCH):
                if stop.is_set():
                    break
                self._evaluate(prompt[start : start + BATCH])
        return len(self._cached) - shared

    def _evaluate(self, tokens: list[int], *, every_logit: bool = False) -> None:
        """Evaluate tokens after those in the context. A stopped evaluation leaves the context as it was."""
        if self._context.evaluate([Run(tokens, len(self._cached))], every_logit=every_logit):
            self._cached += tokens
