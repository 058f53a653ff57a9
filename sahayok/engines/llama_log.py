"""What llama.cpp says while it works: kept, instead of written over the terminal."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import llama_cpp

_ERROR = 4  # ggml.h, enum ggml_log_level (the binding's own table is of an older version, so it prints debug lines)

_silent = llama_cpp.llama_log_callback(lambda _level, _text, _data: None)


@contextmanager
def kept_errors() -> Iterator[list[str]]:
    """llama.cpp's error messages of this block, one line each; everything else, and all that it says later, is dropped.

    The binding raises a bare "failed" and llama.cpp tells why only to its log.
    """
    errors: list[str] = []

    def keep(level: int, text: bytes, _: ctypes.c_void_p) -> None:
        if level == _ERROR:
            errors.append(" ".join(text.decode("utf-8", errors="replace").split()))

    callback = llama_cpp.llama_log_callback(keep)
    llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
    try:
        yield errors
    finally:
        llama_cpp.llama_log_set(_silent, ctypes.c_void_p(0))
