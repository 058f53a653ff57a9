"""Which engine speaks for which model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from sahayok.engines.engine import BatchEngine, EngineError

EngineName = Literal["gguf", "huggingface"]
Quantization = Literal["nf4", "none"]


def engine_for(model: Path) -> EngineName:
    """The engine that reads `model`: llama.cpp for a file, transformers for a folder.

    Raises EngineError where there is neither.
    """
    if model.is_file():
        return "gguf"
    if model.is_dir():
        return "huggingface"
    raise EngineError(f"no model at {model}: give a .gguf file or a Hugging Face folder")


def load_engine(
    model: Path,
    *,
    engine: EngineName | None = None,
    adapter: Path | None = None,
    threads: int | None = None,
    quantization: Quantization = "none",
    progress: Callable[[float], None] | None = None,
) -> BatchEngine:
    """Load `model`, with a LoRA `adapter` (a GGUF file for llama.cpp, PEFT's folder for transformers) where given.

    `engine` is chosen by the model's form when None. `progress` hears the share loaded, 0 to 1. `quantization` is for
    transformers; a GGUF file is quantised already. Raises EngineError, in one line, for whatever keeps the model from
    being loaded.
    """
    chosen = engine or engine_for(model)
    if chosen == "gguf":
        if quantization != "none":
            raise EngineError(f"{quantization} is for Hugging Face folders: {model.name} is quantised as it is")
        from sahayok.engines.gguf import GgufEngine

        return GgufEngine(model, adapter=adapter, threads=threads, progress=progress)
    from sahayok.engines.huggingface import HuggingFaceEngine

    return HuggingFaceEngine(model, adapter=adapter, threads=threads, quantization=quantization, progress=progress)
