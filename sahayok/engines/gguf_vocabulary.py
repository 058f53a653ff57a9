"""A GGUF file as llama.cpp reads it, with or without its weights, and the vocabulary in it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from llama_cpp import llama_cpp as c

from sahayok.engines.engine import EngineError
from sahayok.engines.llama_log import kept_errors
from sahayok.models import is_gguf


def load_gguf(file: Path, *, vocabulary_only: bool = False, progress: Callable[[float], None] | None = None) -> Any:
    """llama.cpp's pointer to the model, for its owner to free. Raises EngineError, in one line."""
    check_is_gguf(file, "model")
    parameters = c.llama_model_default_params()
    parameters.vocab_only = vocabulary_only

    def report(share: float, _: ctypes.c_void_p) -> bool:
        if progress is not None:
            progress(share)
        return True

    callback = c.llama_progress_callback(report)
    parameters.progress_callback = callback
    with kept_errors() as errors:
        c.llama_backend_init()
        model = c.llama_model_load_from_file(str(file).encode(), parameters)
    if model is None:
        raise EngineError(f"{file.name} cannot be loaded: {reason(errors)}")
    return model


def check_is_gguf(file: Path, what: str) -> None:
    """Raise EngineError where `file`, a "model" or an "adapter", is no GGUF file."""
    try:
        found = is_gguf(file)
    except OSError as error:
        raise EngineError(f"the {what} {file} cannot be read: {error.strerror}") from None
    if not found:
        raise EngineError(f"the {what} {file} is not a GGUF file: fetch or export it again")


def reason(errors: list[str]) -> str:
    """What llama.cpp said first of what went wrong."""
    return errors[0] if errors else "llama.cpp gives no reason"


class GgufVocabulary:
    """The tokens of a loaded model. It must not be used once the model is freed."""

    def __init__(self, model: Any) -> None:
        self.pointer: Any = c.llama_model_get_vocab(model)
        self.size = int(c.llama_vocab_n_tokens(self.pointer))

    def encode(self, text: str, *, control: bool = False, wrapped: bool = False) -> list[int]:
        """The ids of a text's tokens. `control` reads "<|eot_id|>" and its like as tokens and not as letters; `wrapped`
        adds what the file says belongs around each text."""
        data = text.encode()
        room = len(data) + 4  # llama.cpp may add a first and a last token and a space
        ids = (c.llama_token * room)()
        count = c.llama_tokenize(self.pointer, data, len(data), ids, room, wrapped, control)
        if count < 0:
            raise EngineError(f"llama.cpp cannot cut a text of {len(data)} bytes into tokens")
        return list(ids[:count])

    def decode(self, ids: Sequence[int]) -> str:
        """The text of some tokens, without control tokens."""
        tokens = (c.llama_token * len(ids))(*ids)
        buffer = ctypes.create_string_buffer(64)
        count = c.llama_detokenize(self.pointer, tokens, len(ids), buffer, len(buffer), True, False)
        if count < 0:
            buffer = ctypes.create_string_buffer(-count)
            count = c.llama_detokenize(self.pointer, tokens, len(ids), buffer, len(buffer), True, False)
        return buffer.raw[:count].decode(errors="replace")

    def bytes_of(self, token: int) -> bytes:
        """The bytes of a token, none for a control token."""
        buffer = ctypes.create_string_buffer(64)
        count = c.llama_token_to_piece(self.pointer, token, buffer, len(buffer), 0, False)
        if count < 0:
            buffer = ctypes.create_string_buffer(-count)
            count = c.llama_token_to_piece(self.pointer, token, buffer, len(buffer), 0, False)
        return buffer.raw[:count]

    def control_id(self, token: str) -> int | None:
        """The id of a control token by its name."""
        ids = self.encode(token, control=True)
        return ids[0] if len(ids) == 1 and self.is_control(ids[0]) else None

    def is_control(self, token: int) -> bool:
        return bool(c.llama_vocab_is_control(self.pointer, token))

    def ends(self, token: int) -> bool:
        """Whether llama.cpp ends a generation at this token."""
        return bool(c.llama_vocab_is_eog(self.pointer, token))
