"""The llama.cpp engine: GGUF files, an optional LoRA adapter as GGUF.

It stands on llama.cpp's C interface as llama-cpp-python binds it, and not on that package's `Llama` class: the class
redirects the whole process's output while loading, hides the loading progress, parses control tokens that a person
typed and keeps a copy of every logit.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event, Lock
from typing import Any

import numpy as np
from llama_cpp import llama_cpp as c

from sahayok.bengali import ClusterStream, nfc
from sahayok.conversation import Message
from sahayok.engines.engine import Counts, EngineError, Finish, Piece, PromptTooLong, Sampling, Scored
from sahayok.engines.llama_log import kept_errors
from sahayok.engines.prefix import shared_prefix
from sahayok.engines.resources import available_memory, free_cores
from sahayok.llama3 import ControlIds, encode_prompt, encode_reply

LONGEST_CONTEXT = 4096
"""Tokens; a model that could hold more is held to this, since each token of context costs memory (128 KiB on 8B)."""
BATCH = 512
"""Prompt tokens evaluated at once."""
PENALTY_WINDOW = 64
"""Tokens of the reply that the repeat penalty looks back at."""
RANDOM_SEED = 0xFFFFFFFF
"""llama.h, LLAMA_DEFAULT_SEED: draw one."""
_ABORTED = 2  # llama.h, llama_decode: stopped by the abort callback
_HEADER = b"GGUF"


class GgufEngine:
    """A loaded GGUF model. Implements sahayok.engines.engine.Engine."""

    def __init__(
        self,
        model: Path,
        *,
        adapter: Path | None = None,
        threads: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        """Load `model`. `threads` None takes the cores that are free now. Raises EngineError in one line."""
        self._lock = Lock()
        self._model: Any = None  # pointers of llama.cpp, None until there is something to free
        self._context: Any = None
        self._cached: list[int] = []  # tokens whose keys and values the context holds
        for file, what in ((model, "model"), (adapter, "adapter")):
            if file is not None:
                _check_file(file, what)
        self._check_memory(model)
        try:
            self._load(model, progress)
            self._open_context(threads or free_cores())
            if adapter is not None:
                self._apply(adapter)
            self._ids = ControlIds.find(self._control_id)
        except ValueError as error:
            self.close()
            raise EngineError(f"{model.name}: {error}") from None
        except BaseException:
            self.close()
            raise

    @property
    def context_tokens(self) -> int:
        return int(c.llama_n_ctx(self._context))

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, stop: Event) -> Iterator[Piece]:
        with self._lock:
            started = time.perf_counter()
            prompt = encode_prompt(messages, self._encode, self._ids)
            if len(prompt) >= self.context_tokens:
                raise PromptTooLong(len(prompt), self.context_tokens - 1)
            evaluated = self._evaluate(prompt, stop)
            new_tokens, to_first = 0, 0.0
            finish: Finish = "stopped"
            text = ClusterStream()
            sampler = _sampler(sampling, self._vocabulary_size)
            try:
                while not stop.is_set():
                    token = c.llama_sampler_sample(sampler, self._context, -1)
                    new_tokens += 1
                    to_first = to_first or time.perf_counter() - started
                    if token in self._ids.stops or c.llama_vocab_is_eog(self._vocabulary, token):
                        finish = "eot"
                        break
                    if piece := text.feed(self._bytes(token)):
                        yield Piece(piece)
                    if new_tokens >= sampling.max_tokens or len(self._cached) + 1 >= self.context_tokens:
                        finish = "length"
                        break
                    self._decode([token])
            finally:
                c.llama_sampler_free(sampler)
            counts = Counts(len(prompt), evaluated, new_tokens, time.perf_counter() - started, to_first)
            yield Piece(text.flush(), finish, counts)

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(encode_prompt(messages, self._encode, self._ids))

    def response_logprob(self, messages: Sequence[Message], response: str) -> Scored:
        with self._lock:
            prompt = encode_prompt(messages, self._encode, self._ids)
            reply = encode_reply(response, self._encode, self._ids)
            if len(prompt) + len(reply) > self.context_tokens:
                raise PromptTooLong(len(prompt) + len(reply), self.context_tokens)
            self._evaluate(prompt, Event())
            nats = self._surprise(reply[0])
            for start in range(0, len(reply) - 1, BATCH):
                part = reply[start : start + BATCH]
                following = reply[start + 1 : start + 1 + len(part)]
                self._decode(part, every_logit=True)
                nats += sum(self._surprise(token, row) for row, token in enumerate(following))
            return Scored(nats, len(reply), len(nfc(response).strip().encode()))

    def close(self) -> None:
        with self._lock:
            if self._context is not None:
                c.llama_free(self._context)
            if self._model is not None:
                c.llama_model_free(self._model)  # adapters go with it
            self._context = self._model = None

    # Loading

    def _check_memory(self, model: Path) -> None:
        size, free = model.stat().st_size, available_memory()
        if free is not None and size > free:
            raise EngineError(
                f"{model.name} needs {size / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free: "
                "close other programs or choose a smaller model"
            )

    def _load(self, model: Path, progress: Callable[[float], None] | None) -> None:
        parameters = c.llama_model_default_params()

        def report(share: float, _: ctypes.c_void_p) -> bool:
            if progress is not None:
                progress(share)
            return True

        callback = c.llama_progress_callback(report)
        parameters.progress_callback = callback
        with kept_errors() as errors:
            c.llama_backend_init()
            self._model = c.llama_model_load_from_file(str(model).encode(), parameters)
        if self._model is None:
            reason = errors[0] if errors else "llama.cpp gives no reason"
            raise EngineError(f"{model.name} cannot be loaded: {reason}")
        self._vocabulary: Any = c.llama_model_get_vocab(self._model)
        self._vocabulary_size = int(c.llama_vocab_n_tokens(self._vocabulary))

    def _open_context(self, threads: int) -> None:
        parameters = c.llama_context_default_params()
        parameters.n_ctx = min(c.llama_model_n_ctx_train(self._model), LONGEST_CONTEXT)
        parameters.n_batch = parameters.n_ubatch = BATCH
        parameters.n_threads = parameters.n_threads_batch = threads
        with kept_errors():
            self._context = c.llama_init_from_model(self._model, parameters)
        if self._context is None:
            raise EngineError("not enough memory for the conversation: close other programs or choose a smaller model")
        self._memory: Any = c.llama_get_memory(self._context)

    def _apply(self, adapter: Path) -> None:
        with kept_errors() as errors:
            loaded = c.llama_adapter_lora_init(self._model, str(adapter).encode())
        if not loaded:  # a null pointer
            reason = errors[0] if errors else "llama.cpp gives no reason"
            raise EngineError(f"the adapter {adapter.name} does not fit this model: {reason}")
        adapters = (c.llama_adapter_lora_p_ctypes * 1)(loaded)
        if c.llama_set_adapters_lora(self._context, adapters, 1, (ctypes.c_float * 1)(1.0)):
            raise EngineError(f"the adapter {adapter.name} does not fit this model")

    # Tokens

    def _encode(self, text: str) -> list[int]:
        return self._tokenize(text, control=False)

    def _control_id(self, token: str) -> int | None:
        ids = self._tokenize(token, control=True)
        return ids[0] if len(ids) == 1 and c.llama_vocab_is_control(self._vocabulary, ids[0]) else None

    def _tokenize(self, text: str, *, control: bool) -> list[int]:
        data = text.encode()
        room = len(data) + 1
        ids = (c.llama_token * room)()
        count = c.llama_tokenize(self._vocabulary, data, len(data), ids, room, False, control)
        if count < 0:
            raise EngineError(f"llama.cpp cannot cut a text of {len(data)} bytes into tokens")
        return list(ids[:count])

    def _bytes(self, token: int) -> bytes:
        """The bytes of a token, none for a control token."""
        buffer = ctypes.create_string_buffer(64)
        count = c.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, False)
        if count < 0:
            buffer = ctypes.create_string_buffer(-count)
            count = c.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, False)
        return buffer.raw[:count]

    # Evaluation

    def _evaluate(self, prompt: list[int], stop: Event) -> int:
        """Bring the context to hold `prompt` and nothing else, keeping what it already holds of it. Returns how many
        tokens had to be evaluated. Leaves off early when `stop` is set."""
        shared = shared_prefix(self._cached, prompt)
        c.llama_memory_seq_rm(self._memory, 0, shared, -1)
        del self._cached[shared:]
        callback = c.ggml_abort_callback(lambda _: stop.is_set())
        c.llama_set_abort_callback(self._context, callback, None)
        try:
            for start in range(shared, len(prompt), BATCH):
                if stop.is_set():
                    break
                self._decode(prompt[start : start + BATCH])
        finally:
            c.llama_set_abort_callback(self._context, c.ggml_abort_callback(), None)
        return len(self._cached) - shared

    def _decode(self, tokens: list[int], *, every_logit: bool = False) -> None:
        """Evaluate tokens after those in the context. An aborted evaluation leaves the context as it was."""
        start = len(self._cached)
        batch = c.llama_batch_init(len(tokens), 0, 1)
        try:
            batch.n_tokens = len(tokens)
            for index, token in enumerate(tokens):
                batch.token[index] = token
                batch.pos[index] = start + index
                batch.n_seq_id[index] = 1
                batch.seq_id[index][0] = 0
                batch.logits[index] = every_logit or index == len(tokens) - 1
            code = c.llama_decode(self._context, batch)
        finally:
            c.llama_batch_free(batch)
        if code == 0:
            self._cached += tokens
            return
        c.llama_memory_seq_rm(self._memory, 0, start, -1)
        if code != _ABORTED:
            raise EngineError(f"llama.cpp could not go on (llama_decode returned {code}): start a new conversation")

    def _surprise(self, token: int, row: int = -1) -> float:
        """-ln p(token) by the logits of a row of the last batch."""
        pointer = c.llama_get_logits_ith(self._context, row)
        logits = np.ctypeslib.as_array(pointer, shape=(self._vocabulary_size,)).astype(np.float64)
        highest = logits.max()
        return float(highest + np.log(np.exp(logits - highest).sum()) - logits[token])


def _check_file(file: Path, what: str) -> None:
    try:
        with file.open("rb") as opened:
            head = opened.read(len(_HEADER))
    except OSError as error:
        raise EngineError(f"the {what} {file} cannot be read: {error.strerror}") from None
    if head != _HEADER:
        raise EngineError(f"the {what} {file} is not a GGUF file: fetch or export it again")


def _sampler(sampling: Sampling, vocabulary_size: int) -> c.llama_sampler_p:
    """llama.cpp's sampler chain: penalties, top-k, top-p, temperature, draw. The caller frees it."""
    chain = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
    penalties = c.llama_sampler_init_penalties(vocabulary_size, PENALTY_WINDOW, sampling.repeat_penalty, 0.0, 0.0)
    c.llama_sampler_chain_add(chain, penalties)
    if sampling.temperature <= 0:
        c.llama_sampler_chain_add(chain, c.llama_sampler_init_greedy())
        return chain
    c.llama_sampler_chain_add(chain, c.llama_sampler_init_top_k(sampling.top_k))
    c.llama_sampler_chain_add(chain, c.llama_sampler_init_top_p(sampling.top_p, 1))
    c.llama_sampler_chain_add(chain, c.llama_sampler_init_temp(sampling.temperature))
    seed = RANDOM_SEED if sampling.seed is None else sampling.seed % RANDOM_SEED
    c.llama_sampler_chain_add(chain, c.llama_sampler_init_dist(seed))
    return chain
