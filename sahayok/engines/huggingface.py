"""The transformers engine: a Hugging Face folder, in full precision or in 4 bits, with an optional LoRA adapter."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Literal

import torch
from transformers import DynamicCache

from sahayok.bengali import nfc
from sahayok.conversation import Message
from sahayok.engines.draft import Draft
from sahayok.engines.engine import EngineError, Piece, Reply, Sampling, Scored
from sahayok.engines.huggingface_batch import generate_at_once
from sahayok.engines.huggingface_model import HuggingFaceModel
from sahayok.engines.huggingface_sampling import Sampler
from sahayok.engines.in_process import InProcessEngine, Task
from sahayok.engines.prefix import shared_prefix

LONGEST_CONTEXT = 8192
"""Tokens; a model that could hold more is held to this."""
BATCH = 512
"""Prompt tokens evaluated at once; between two batches the engine looks whether it was stopped."""


class HuggingFaceEngine(InProcessEngine[HuggingFaceModel]):
    """A loaded transformers model. Implements sahayok.engines.engine.BatchEngine."""

    def __init__(
        self,
        model: Path,
        *,
        adapter: Path | None = None,
        threads: int | None = None,
        quantization: Literal["nf4", "none"] = "none",
        progress: Callable[[float], None] | None = None,
    ) -> None:
        """Load the folder `model`; `adapter` is a folder as PEFT saves it, `threads` None takes torch's own choice.
        Raises EngineError in one line."""
        super().__init__()
        if threads is not None:
            torch.set_num_threads(threads)
        self._model = HuggingFaceModel(model, adapter, quantization)
        self._start_cold()
        if progress is not None:
            progress(1.0)

    @property
    def context_tokens(self) -> int:
        return min(self._model.trained_context, LONGEST_CONTEXT)

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, stop: Event) -> Iterator[Piece]:
        with self._lock:
            prompt = self._prompt(messages)
            draft = Draft(len(prompt), max_tokens=sampling.max_tokens, context_tokens=self.context_tokens)
            logits, draft.evaluated_tokens = self._read(prompt, stop)
            sampler = Sampler([sampling], longest=draft.most_tokens, device=self._model.device)
            while draft.finish is None and not stop.is_set():
                token = int(sampler(logits))
                if text := draft.add(self._model.bytes_of(token)):
                    yield Piece(text)
                if draft.finish is None:
                    logits = self._evaluate([token])
            yield Piece(draft.end(), draft.finish, draft.counts())

    def response_logprob(self, messages: Sequence[Message], response: str) -> Scored:
        with self._lock:
            prompt, reply = self._prompt_and_reply(messages, response)
            first, _ = self._read(prompt, Event())
            rows = [first]
            if len(reply) > 1:
                rows.append(self._evaluate(reply[:-1], every_logit=True))
            probabilities = torch.log_softmax(torch.cat(rows).double(), dim=-1)
            chosen = probabilities.gather(1, torch.tensor(reply, device=self._model.device)[:, None])
            return Scored(-float(chosen.sum()), len(reply), len(nfc(response).strip().encode()))

    def forget(self) -> None:
        with self._lock:
            self._start_cold()

    def close(self) -> None:
        with self._lock:
            self._give_up_batch()
            self._model.close()
            self._start_cold()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()

    def _generate_at_once(self, tasks: Sequence[Task], parallel: int, stop: Event) -> Generator[tuple[int, Reply]]:
        return generate_at_once(self._model, tasks, parallel, context_tokens=self.context_tokens, stop=stop)

    def _start_cold(self) -> None:
        self._cache = DynamicCache()
        self._cached: list[int] = []

    def _read(self, prompt: list[int], stop: Event) -> tuple[torch.Tensor, int]:
        """Bring the cache to hold `prompt`. Returns the logits after its last token, shape (1, vocabulary), and how
        many tokens had to be evaluated. Leaves off early when `stop` is set; the logits are then of no use."""
        shared = shared_prefix(self._cached, prompt)
        if shared < len(self._cached):
            self._cache.crop(shared - len(self._cached))
            del self._cached[shared:]
        logits = torch.empty(0)
        for start in range(shared, len(prompt), BATCH):
            if stop.is_set():
                break
            logits = self._evaluate(prompt[start : start + BATCH])
        return logits, len(self._cached) - shared

    def _evaluate(self, tokens: list[int], *, every_logit: bool = False) -> torch.Tensor:
        """Evaluate tokens after those in the cache. Logits of shape (1, vocabulary), or (tokens, vocabulary)."""
        try:
            logits = self._model.forward(
                torch.tensor([tokens], device=self._model.device), self._cache, every_logit=every_logit
            )
        except EngineError:
            self._start_cold()
            raise
        self._cached += tokens
        return logits[0]
