"""A language model's tokenizer, for scores over its sub-word pieces: from a Hugging Face tokenizer or a GGUF file."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval_harness.errors import EvalError
from sahayok.files import sha256_of
from sahayok.models import is_gguf


@dataclass(frozen=True, slots=True)
class SubwordTokenizer:
    """Called with a text, the ids of its pieces; no control token is added. `name` is its kind and its file's hash."""

    name: str
    _encode: Callable[[str], list[int]]

    def __call__(self, text: str) -> list[int]:
        return self._encode(text)


def load_tokenizer(path: Path) -> SubwordTokenizer:
    """Load a `tokenizer.json`, a folder with one, or the vocabulary of a GGUF file (its weights are not read).

    Raises EvalError or EngineError for what is none of them, or needs a package that is not installed.
    """
    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise EvalError(f"{file}: no such file; a tokenizer is a tokenizer.json, a folder with one, or a .gguf file")
    gguf = is_gguf(file)
    encode = _gguf(file) if gguf else _hugging_face(file)
    return SubwordTokenizer(f"{'gguf' if gguf else 'hf'}-{sha256_of(file)[:12]}", encode)


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

        from sahayok.engines.gguf_vocabulary import GgufVocabulary, load_gguf
    except ImportError:
        raise EvalError(f"{file} needs the package llama-cpp-python: pip install 'sahayok[eval]'") from None
    model = load_gguf(file, vocabulary_only=True)
    vocabulary = GgufVocabulary(model)

    def encode(text: str) -> list[int]:
        return vocabulary.encode(text)

    weakref.finalize(encode, c.llama_model_free, model)
    return encode
