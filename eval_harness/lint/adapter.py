"""Rules over a LoRA adapter in PEFT's format. Only its files are read, and its base's where that is on this machine."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval_harness.errors import EvalError
from eval_harness.lint.model import has_tokenizer, load_tokenizer
from eval_harness.lint.rule import Finding, NotChecked
from export.adapter import CONFIG, read_adapter
from export.checkpoint import read_config, read_json
from export.errors import ExportError


@dataclass(frozen=True, slots=True)
class AdapterFolder:
    """`values` are those of adapter_config.json."""

    folder: Path
    values: dict[str, Any]

    @property
    def base(self) -> Path:
        """The folder of the base model. Raises NotChecked where it is not on this machine."""
        named = self.values.get("base_model_name_or_path")
        if not named:
            raise NotChecked("the adapter names no base model")
        if not (folder := Path(str(named)).expanduser()).is_dir():
            raise NotChecked(f"the base model {named} is no folder here")
        return folder


def read_adapter_folder(folder: Path) -> AdapterFolder:
    """Raises EvalError for a config that cannot be read."""
    try:
        return AdapterFolder(folder, read_json(folder / CONFIG))
    except ExportError as error:
        raise EvalError(str(error)) from None


def base_is_named(adapter: AdapterFolder) -> Iterator[Finding]:
    """Nobody can tell which model the adapter belongs on."""
    if not adapter.values.get("base_model_name_or_path"):
        yield Finding(CONFIG, "base_model_name_or_path is empty", "write the base model's name or folder there")


def fits_its_base(adapter: AdapterFolder) -> Iterator[Finding]:
    """Tensors of other shapes or names than the base has, or more than plain LoRA."""
    try:
        base = read_config(adapter.base)
    except ExportError as error:
        raise NotChecked(str(error)) from None
    try:
        read_adapter(adapter.folder, base)
    except ExportError as error:
        what, _, todo = str(error).rpartition(": ")
        yield Finding("tensors", what, todo)


def vocabulary_is_the_bases(adapter: AdapterFolder) -> Iterator[Finding]:
    """The tokenizer that came with the adapter has other tokens, or other ids, than the base's."""
    if not has_tokenizer(adapter.folder):
        raise NotChecked("the adapter came without a tokenizer")
    if not has_tokenizer(adapter.base):
        raise NotChecked("the base model's folder has no tokenizer")
    own, bases = (load_tokenizer(folder).get_vocab() for folder in (adapter.folder, adapter.base))
    if own != bases:
        differing = len(own.keys() ^ bases.keys()) + sum(own[key] != bases[key] for key in own.keys() & bases.keys())
        yield Finding(
            "tokenizer",
            f"the adapter's vocabulary has {len(own)} tokens and the base's {len(bases)}; {differing} are not the same",
            "run the adapter on the base that it was trained on, with that tokenizer",
        )


def scale_is_a_scale(adapter: AdapterFolder) -> Iterator[Finding]:
    """A rank or alpha with which the adapter changes nothing, or everything: alpha / r (rsLoRA: alpha / sqrt(r))."""
    rank, alpha = adapter.values.get("r"), adapter.values.get("lora_alpha")
    if not isinstance(rank, int) or rank < 1 or not isinstance(alpha, int | float):
        yield Finding(CONFIG, f"r is {rank} and lora_alpha {alpha}", "get the adapter again: it is damaged")
        return
    scale = alpha / (math.sqrt(rank) if adapter.values.get("use_rslora") else rank)
    if not math.isfinite(scale) or scale <= 0:
        yield Finding(CONFIG, f"its scale is {scale:g} (r {rank}, lora_alpha {alpha:g})", "train it with alpha above 0")
