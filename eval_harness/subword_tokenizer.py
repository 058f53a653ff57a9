"""A language model's tokenizer, for scores over its sub-word pieces: from a Hugging Face tokenizer or a GGUF file."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval_harness.errors import EvalError
from sahayok.files import sha256_of

_GGUF_HEADER = b"GGUF"


@dataclass(frozen=True, slots=True)
class SubwordTokenizer:
    """Called with a text, the ids of its pieces; no control token is added. `name` is its kind and its file's hash."""

    name: str
    _encode: Callable[[str], list[int]]

    def __call__(self, text: str) -> list[int]:
        return self._encode(text)


def load_tokenizer(path: Path) -> SubwordTokenizer:
    """Load a `tokenizer.json`, a folder with one, or the vocabulary of a GGUF file (its weights are not read).

    Raises EvalError for what is none of them, or needs a package that is not installed.
    """
    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise EvalError(f"{file}: no such file; a tokenizer is a tokenizer.json, a folder with one, or a .gguf file")
    with file.open("rb") as opened:
        is_gguf = opened.read(len(_GGUF_HEADER)) == _GGUF_HEADER
    encode = _gguf(file) if is_gguf else _hugging_face(file)
    return SubwordTokenizer(f"{'gguf' if is_gguf else 'hf'}-{sha256_of(file)[:12]}", encode)


def _hugging_face(file: Path) -> Callable[[str], list[int]]:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise EvalError(f"{file} needs the package tokenizers: pip install 'sahayok[hf]'") from None
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the package raises nothing narrower
        raise EvalError(f"{file} is neither a tokenizer.json nor a GGUF file: {error}") from None

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    return encode


def _gguf(file: Path) -> Callable[[str], list[int]]:
    try:
        from llama_cpp import llama_cpp as c

        from sahayok.engines.llama_log import kept_errors
    except ImportError:
        raise EvalError(f"{file} needs the package llama-cpp-python: pip install 'sahayok[eval]'") from None
    parameters = c.llama_model_default_params()
    parameters.vocab_only = True
    with kept_errors() as errors:
        c.llama_backend_init()
        model = c.llama_model_load_from_file(str(file).encode(), parameters)
    if model is None:
        raise EvalError(f"{file} cannot be loaded: {errors[0] if errors else 'llama.cpp gives no reason'}")
    vocabulary: Any = c.llama_model_get_vocab(model)

    def encode(text: str) -> list[int]:
        data = text.encode()
        room = len(data) + 1
        ids = (c.llama_token * room)()
        count = c.llama_tokenize(vocabulary, data, len(data), ids, room, False, False)
        if count < 0:
            raise EvalError(f"llama.cpp cannot cut a text of {len(data)} bytes into pieces")
        return list(ids[:count])

    weakref.finalize(encode, c.llama_model_free, model)
    return encode
