"""Reading a LoRA adapter in PEFT's format and checking that it fits a base model, before anything large is loaded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from export.checkpoint import FLOATS, LlamaConfig, read_json, tensor_headers
from export.errors import ExportError
from export.layout import Weight, weights

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"
_PREFIX = "base_model.model."

# What LoRA can be besides two matrices a weight: unknown to llama.cpp at run time and to this project's training.
_NOT_PLAIN = (
    "use_dora",
    "lora_bias",
    "modules_to_save",
    "trainable_token_indices",
    "target_parameters",
    "rank_pattern",
    "alpha_pattern",
    "layer_replication",
    "alora_invocation_tokens",
    "use_bdlora",
    "use_qalora",
)
# Starting points of A and B that leave the base's weights as they are; PiSSA, LoftQ and others change them too.
_PLAIN_STARTS = (True, False, "gaussian")


@dataclass(frozen=True, slots=True)
class Pair:
    """The change of one weight: `a` of shape (rank, columns) and `b` of shape (rows, rank), by their tensor names."""

    weight: Weight
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Adapter:
    """A weight W becomes W + scale * B A (Hu et al. 2021, section 4.1; rsLoRA: Kalajdzievski 2023)."""

    file: Path
    rank: int
    scale: float
    pairs: list[Pair]


def read_adapter(folder: Path, base: LlamaConfig) -> Adapter:
    """Read the adapter's config and tensor headers. Raises ExportError where it is not plain LoRA or not for `base`."""
    if not folder.is_dir():
        raise ExportError(f"no adapter folder at {folder}: give the folder that sahayok-train finetune wrote")
    for name in (CONFIG, TENSORS):
        if not (folder / name).is_file():
            raise ExportError(f"{folder} has no {name}: give the folder that sahayok-train finetune wrote")
    values = read_json(folder / CONFIG)
    if values.get("peft_type") != "LORA":
        raise ExportError(f"{folder}: the adapter is of type {values.get('peft_type')}: only LORA can be exported")
    if extras := [key for key in _NOT_PLAIN if values.get(key)]:
        raise ExportError(f"{folder}: the adapter was trained with {extras[0]}: only plain LoRA can be exported")
    if (start := values.get("init_lora_weights", True)) not in _PLAIN_STARTS:
        raise ExportError(f"{folder}: the adapter started from {start}, which changes the base: it cannot be exported")
    rank, scale = _rank_and_scale(values, folder)
    headers = tensor_headers(folder / TENSORS)
    pairs = _pairs(headers, base, folder)
    for pair in pairs:
        _check(pair, headers, rank, folder)
    return Adapter(folder / TENSORS, rank, scale, pairs)


def _rank_and_scale(values: dict[str, Any], folder: Path) -> tuple[int, float]:
    try:
        rank, alpha = int(values["r"]), float(values["lora_alpha"])
        return rank, alpha / (math.sqrt(rank) if values.get("use_rslora") else rank)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        raise ExportError(f"{folder / CONFIG} is damaged (r and lora_alpha): get the adapter again") from None


def _pairs(headers: dict[str, tuple[tuple[int, ...], str]], base: LlamaConfig, folder: Path) -> list[Pair]:
    known = {weight.name: weight for weight in weights(base) if len(weight.shape) == 2}
    halves: dict[str, set[str]] = {}
    for name in headers:
        module, _, half = name.removeprefix(_PREFIX).removesuffix(".weight").rpartition(".lora_")
        if half not in ("A", "B") or f"{module}.weight" not in known:
            raise ExportError(
                f"{folder}: {name} changes nothing that the base model has: give the base it was trained on"
            )
        halves.setdefault(module, set()).add(half)
    if not halves:
        raise ExportError(f"{folder}: the adapter is empty: train it again")
    for module, found in halves.items():
        if found != {"A", "B"}:
            raise ExportError(f"{folder}: half of the adapter's {module} is missing: get the adapter again")
    return [
        Pair(known[f"{module}.weight"], f"{_PREFIX}{module}.lora_A.weight", f"{_PREFIX}{module}.lora_B.weight")
        for module in sorted(halves)
    ]


def _check(pair: Pair, headers: dict[str, tuple[tuple[int, ...], str]], rank: int, folder: Path) -> None:
    rows, columns = pair.weight.shape
    for name, expected in ((pair.a, (rank, columns)), (pair.b, (rows, rank))):
        shape, kind = headers[name]
        if shape != expected:
            raise ExportError(
                f"{folder}: {name} has the shape {list(shape)} where the base needs {list(expected)}: "
                "give the base that the adapter was trained on"
            )
        if kind not in FLOATS:
            raise ExportError(f"{folder}: {name} is of type {kind}, not full-precision numbers: get the adapter again")
