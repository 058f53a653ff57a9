from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.torch import load_file

from export.checkpoint import read_config
from export.layout import rotary_rows, weights


def test_the_weights_are_those_that_transformers_saves(any_model: Path) -> None:
    saved = {name: tuple(tensor.shape) for name, tensor in load_file(any_model / "model.safetensors").items()}
    assert {weight.name: weight.shape for weight in weights(read_config(any_model))} == saved


def test_rotary_halves_become_neighbours() -> None:
    rows = np.arange(8, dtype=np.float32)[:, None]  # two heads of four rows
    assert rotary_rows(rows, heads=2)[:, 0].tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


def test_only_queries_and_keys_are_reordered(base: Path) -> None:
    heads = {weight.gguf_name: weight.rotary_heads for weight in weights(read_config(base)) if weight.rotary_heads}
    assert heads == {f"blk.{layer}.attn_{part}.weight": n for layer in (0, 1) for part, n in (("q", 4), ("k", 2))}
