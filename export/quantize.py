"""Quantising a GGUF file with llama.cpp's own quantiser."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from export.destination import file_for_libraries
from export.errors import ExportError
from sahayok.engines.llama_log import kept_errors

Quantised = Literal["q8_0", "q5_k_m", "q4_k_m"]

# llama.h, enum llama_ftype; ggml-common.h, QK8_0 and QK_K: how many numbers of a row share a scale.
_FILE_TYPES: dict[Quantised, int] = {"q8_0": 7, "q5_k_m": 17, "q4_k_m": 15}
_BLOCK: dict[Quantised, int] = {"q8_0": 32, "q5_k_m": 256, "q4_k_m": 256}


@dataclass(frozen=True, slots=True)
class Fallback:
    """A tensor that was stored in another type because its rows, `columns` numbers long, do not divide into blocks."""

    tensor: str
    columns: int
    stored_as: str


def quantize(source: Path, out: Path, kind: Quantised) -> list[Fallback]:
    """Quantise the F16 or F32 file `source` into `out`; returns the matrices that had to be stored in another type.

    Raises ExportError with llama.cpp's reason; `out` then is as it was.
    """
    import llama_cpp

    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = _FILE_TYPES[kind]
    with file_for_libraries(out) as part, kept_errors() as errors:
        failed = llama_cpp.llama_model_quantize(str(source).encode(), str(part).encode(), ctypes.byref(parameters))
        if failed:
            reason = " ".join(errors) or "it gave no reason"
            if "iostream error" in reason:  # all that llama.cpp says when a write fails
                raise ExportError(f"writing {out} failed: free some room on the disk or give another --out")
            raise ExportError(f"llama.cpp could not quantise {source}: {reason}")
        return _fallbacks(part, kind)


def _fallbacks(path: Path, kind: Quantised) -> list[Fallback]:
    import gguf

    return [
        Fallback(tensor.name, int(tensor.shape[0]), tensor.tensor_type.name)
        for tensor in gguf.GGUFReader(path).tensors
        if len(tensor.shape) == 2 and int(tensor.shape[0]) % _BLOCK[kind]
    ]
