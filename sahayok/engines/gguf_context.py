"""llama.cpp's working memory: the keys and values of one or several sequences of tokens, and their evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np
from llama_cpp import llama_cpp as c

from sahayok.engines.engine import EngineError

BATCH = 512
"""Tokens evaluated at once, at most."""
_ABORTED = 2  # llama.h, llama_decode: stopped by the abort callback


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens of one sequence that follow each other, the first at the position `start`."""

    tokens: Sequence[int]
    start: int
    sequence: int = 0


class GgufContext:
    """Owns a context of llama.cpp. To be closed before its model."""

    def __init__(self, pointer: Any, vocabulary_size: int) -> None:
        self._pointer = pointer
        self._memory: Any = c.llama_get_memory(pointer)
        self._vocabulary_size = vocabulary_size
        self._batch = c.llama_batch_init(BATCH, 0, 1)

    @property
    def tokens(self) -> int:
        """Tokens it holds, of all sequences together."""
        return int(c.llama_n_ctx(self._pointer))

    def evaluate(self, runs: Sequence[Run], *, every_logit: bool = False) -> bool:
        """Evaluate all runs at once, BATCH tokens or fewer. Logits are kept of each run's last token, or of every one.

        False where it was stopped: the sequences then are as they were before. Raises EngineError where it fails.
        """
        batch = self._batch
        index = 0
        for run in runs:
            for offset, token in enumerate(run.tokens):
                batch.token[index] = token
                batch.pos[index] = run.start + offset
                batch.n_seq_id[index] = 1
                batch.seq_id[index][0] = run.sequence
                batch.logits[index] = every_logit or offset == len(run.tokens) - 1
                index += 1
        batch.n_tokens = index
        code = c.llama_decode(self._pointer, batch)
        if code == 0:
            return True
        for run in runs:
            self.cut(run.start, sequence=run.sequence)
        if code != _ABORTED:
            raise EngineError(f"llama.cpp could not go on (llama_decode returned {code}): start a new conversation")
        return False

    @contextmanager
    def stopping(self, stop: Event) -> Iterator[None]:
        """Inside, setting `stop` also ends an evaluation that is under way."""
        callback = c.ggml_abort_callback(lambda _: stop.is_set())
        c.llama_set_abort_callback(self._pointer, callback, None)
        try:
            yield
        finally:
            c.llama_set_abort_callback(self._pointer, c.ggml_abort_callback(), None)

    def draw(self, sampler: c.llama_sampler_p, row: int = -1) -> int:
        """The next token by the logits of the token at `row` of the last evaluation."""
        return int(c.llama_sampler_sample(sampler, self._pointer, row))

    def surprise(self, token: int, row: int = -1) -> float:
        """-ln p(token) by the logits of the token at `row` of the last evaluation."""
        pointer = c.llama_get_logits_ith(self._pointer, row)
        logits = np.ctypeslib.as_array(pointer, shape=(self._vocabulary_size,)).astype(np.float64)
        highest = logits.max()
        return float(highest + np.log(np.exp(logits - highest).sum()) - logits[token])

    def cut(self, start: int, *, sequence: int = 0) -> None:
        """Forget the tokens of a sequence from the position `start` on."""
        c.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def share(self, end: int, *, sequence: int) -> None:
        """Let `sequence`, which is empty, begin with the tokens of sequence 0 before the position `end`."""
        c.llama_memory_seq_cp(self._memory, 0, sequence, 0, end)

    def forget(self) -> None:
        """Make it as it was when it was opened, down to the places of the cells and the bytes in them."""
        c.llama_memory_clear(self._memory, True)

    def close(self) -> None:
        """Safe to call twice."""
        if self._pointer is not None:
            c.llama_batch_free(self._batch)
            c.llama_free(self._pointer)
        self._pointer = None
