"""The record that lies beside every output: what was run, on what, from what, and how it went."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sahayok.files import write_whole
from sahayok.versions import versions_of
from training.recipe import Recipe

FILE = "run_record.json"
VERSIONED = ("sahayok", "torch", "transformers", "tokenizers", "trl", "peft", "bitsandbytes", "accelerate", "unsloth")


@dataclass(slots=True)
class RunRecord:
    """`seconds` is the time spent training, over all the times that the run was resumed."""

    stage: str
    recipe: Recipe
    data: dict[str, Any]
    device: str
    parameters: int = 0
    trained_parameters: int = 0
    tokens: int = 0
    seconds: float = 0.0
    resumed: int = 0
    losses: list[dict[str, float]] = field(default_factory=list)
    result: dict[str, float] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        recipe = {name: section for name, section in asdict(self.recipe).items() if section is not None}
        content = {
            **{name: getattr(self, name) for name in ("stage", "device", "parameters", "trained_parameters", "tokens")},
            "seconds": round(self.seconds, 1),
            "resumed": self.resumed,
            "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "result": self.result,
            "recipe": recipe,
            "data": self.data,
            "versions": versions_of(VERSIONED),
            "losses": self.losses,
        }
        with write_whole(folder / FILE) as file:
            file.write(json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")


def device_name() -> str:
    """The GPU's name, or the processor's with its cores."""
    import torch

    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    cores = len(os.sched_getaffinity(0))
    return f"{platform.machine()} CPU, {cores} cores"
