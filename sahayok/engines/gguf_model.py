"""A GGUF file in memory: its weights, an adapter over them, and the contexts in which they work."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

from llama_cpp import llama_cpp as c

from sahayok.engines.engine import EngineError, Sampling
from sahayok.engines.gguf_context import BATCH, GgufContext
from sahayok.engines.gguf_vocabulary import GgufVocabulary, check_is_gguf, load_gguf, reason
from sahayok.engines.llama_log import kept_errors
from sahayok.engines.resources import available_memory
from sahayok.llama3 import ControlIds

PENALTY_WINDOW = 64
"""Tokens of the reply that the repeat penalty looks back at."""
RANDOM_SEED = 0xFFFFFFFF
"""llama.h, LLAMA_DEFAULT_SEED: draw one."""
_CACHE_VALUE_BYTES = 2  # llama.cpp keeps keys and values in float16


class GgufModel:
    """The weights, read only once for any number of contexts."""

    def __init__(self, file: Path, adapter: Path | None, progress: Callable[[float], None] | None) -> None:
        """Raises EngineError in one line."""
        self._model: Any = None  # a pointer of llama.cpp, None until there is something to free
        for path, what in ((file, "model"), (adapter, "adapter")):
            if path is not None:
                check_is_gguf(path, what)
        _check_memory(file)
        try:
            self._model = load_gguf(file, progress=progress)
            self._vocabulary = GgufVocabulary(self._model)
            self.trained_context = int(c.llama_model_n_ctx_train(self._model))
            self._adapter: Any = None
            if adapter is not None:
                self._load_adapter(adapter)
            self.ids = ControlIds.find(self._vocabulary.control_id)
        except ValueError as error:
            self.close()
            raise EngineError(f"{file.name}: {error}") from None
        except BaseException:
            self.close()
            raise

    def open_context(self, tokens: int, *, threads: int, sequences: int = 1) -> GgufContext:
        """A context of `sequences` conversations that hold `tokens` each. To be closed before the model is."""
        parameters = c.llama_context_default_params()
        parameters.n_ctx = tokens * sequences
        parameters.n_batch = parameters.n_ubatch = BATCH
        parameters.n_threads = parameters.n_threads_batch = threads
        if sequences > 1:
            self._check_memory_of_many(tokens, sequences)
            parameters.n_seq_max = parameters.n_outputs_max = sequences
            parameters.kv_unified = True  # a common beginning is held once, and all sequences share an evaluation
        with kept_errors():
            pointer = c.llama_init_from_model(self._model, parameters)
        if pointer is None:
            raise _too_many(sequences, sequences // 2)
        context = GgufContext(pointer, self._vocabulary.size)
        if self._adapter is not None:
            adapters = (c.llama_adapter_lora_p_ctypes * 1)(self._adapter)
            if c.llama_set_adapters_lora(pointer, adapters, 1, (ctypes.c_float * 1)(1.0)):
                context.close()
                raise EngineError("the adapter does not fit this model")
        return context

    def close(self) -> None:
        """Safe to call twice."""
        if self._model is not None:
            c.llama_model_free(self._model)  # adapters go with it
        self._model = None

    # Tokens

    def encode(self, text: str) -> list[int]:
        return self._vocabulary.encode(text)

    def bytes_of(self, token: int) -> bytes | None:
        """The bytes of a token, none for a control token; None where the token ends the turn."""
        if token in self.ids.stops or self._vocabulary.ends(token):
            return None
        return self._vocabulary.bytes_of(token)

    def sampler(self, sampling: Sampling) -> c.llama_sampler_p:
        """llama.cpp's sampler chain: penalties, top-k, top-p, temperature, draw. The caller frees it."""
        chain = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
        penalties = c.llama_sampler_init_penalties(
            self._vocabulary.size, PENALTY_WINDOW, sampling.repeat_penalty, 0.0, 0.0
        )
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

    # Loading

    def _load_adapter(self, file: Path) -> None:
        with kept_errors() as errors:
            self._adapter = c.llama_adapter_lora_init(self._model, str(file).encode())
        if not self._adapter:  # a null pointer
            raise EngineError(f"the adapter {file.name} does not fit this model: {reason(errors)}")

    def _check_memory_of_many(self, tokens: int, sequences: int) -> None:
        """The system promises memory that it does not have and kills who takes it, so look before."""
        free = available_memory()
        if free is None or c.llama_supports_gpu_offload():  # a GPU's memory is checked by its driver
            return
        heads, width = c.llama_model_n_head_kv(self._model), c.llama_model_n_embd(self._model)
        values_a_token = 2 * c.llama_model_n_layer(self._model) * heads * (width // c.llama_model_n_head(self._model))
        each = tokens * values_a_token * _CACHE_VALUE_BYTES
        if each * sequences > free:
            raise _too_many(sequences, free // each)


def _check_memory(file: Path) -> None:
    size, free = file.stat().st_size, available_memory()
    if free is not None and size > free:
        raise EngineError(
            f"{file.name} needs {size / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free: "
            "close other programs or choose a smaller model"
        )


def _too_many(sequences: int, fitting: int) -> EngineError:
    if sequences == 1:
        return EngineError("not enough memory for the conversation: close other programs or choose a smaller model")
    return EngineError(f"not enough memory for {sequences} replies at once: ask for {max(1, fitting)} at once")
