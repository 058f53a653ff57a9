"""What a run was made with: hashes of model and adapter, versions, the machine."""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path

from sahayok.engines.loading import EngineName
from sahayok.files import sha256_of
from sahayok.versions import versions_of

PACKAGES: dict[EngineName, tuple[str, ...]] = {
    "gguf": ("sahayok", "llama-cpp-python"),
    "huggingface": ("sahayok", "torch", "transformers", "tokenizers", "peft", "bitsandbytes"),
}


def hash_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, or of a folder: over name and hash of each file in it, hidden ones left out."""
    if path.is_file():
        return sha256_of(path)
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path)
        if file.is_file() and not any(part.startswith(".") for part in name.parts):
            digest.update(f"{name.as_posix()} {sha256_of(file)}\n".encode())
    return digest.hexdigest()


def versions(engine: EngineName) -> dict[str, str]:
    """Versions of Python and of the packages that decide what the engine generates, those installed."""
    return versions_of(PACKAGES[engine])


def device(engine: EngineName) -> str:
    """The GPU's name where the engine uses one, or the processor's kind and cores."""
    if engine == "huggingface":
        import torch

        if torch.cuda.is_available():
            return str(torch.cuda.get_device_name())
    return f"{platform.machine()} CPU, {len(os.sched_getaffinity(0))} cores"
