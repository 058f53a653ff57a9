from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from export.adapter import read_adapter
from export.checkpoint import read_config
from export.errors import ExportError
from tests.export.conftest import MakeAdapter, MakeModel
from tests.export.damage import cut, edit_json, edit_tensors

Copy = Callable[[Path], Path]
Q_A = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"


def test_every_target_of_every_layer_is_a_pair(base: Path, adapter: Path) -> None:
    lora = read_adapter(adapter, read_config(base))
    assert (lora.rank, lora.scale, len(lora.pairs)) == (8, 2.0, 14)


def test_rank_stabilised_scale(base: Path, make_adapter: MakeAdapter) -> None:
    assert read_adapter(make_adapter(use_rslora=True, r=4), read_config(base)).scale == 8.0  # 16 / sqrt(4)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: c.update(peft_type="IA3"), "of type IA3"),
        (lambda c: c.update(use_dora=True), "trained with use_dora"),
        (lambda c: c.update(modules_to_save=["lm_head"]), "trained with modules_to_save"),
        (lambda c: c.update(rank_pattern={"q_proj": 4}), "trained with rank_pattern"),
        (lambda c: c.update(init_lora_weights="pissa"), "started from pissa"),
        (lambda c: c.update(r=0), "is damaged"),
        (lambda c: c.pop("lora_alpha"), "is damaged"),
        (lambda c: c.update(r=16), "give the base that the adapter was trained on"),
    ],
)
def test_a_config_that_is_not_plain_lora_is_told(
    change: Callable[[dict[str, Any]], Any], told: str, base: Path, adapter: Path, copy_of: Copy
) -> None:
    folder = copy_of(adapter)
    edit_json(folder / "adapter_config.json", change)
    with pytest.raises(ExportError, match=told):
        read_adapter(folder, read_config(base))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.pop(Q_A), "half of the adapter's model.layers.0.self_attn.q_proj is missing"),
        (lambda t: t.clear(), "is empty"),
        (lambda t: t.update({Q_A: t[Q_A][:, :100]}), "where the base needs"),
        (lambda t: t.update({Q_A: t[Q_A].to(torch.int8)}), "not full-precision"),
        (lambda t: t.update({Q_A.replace("q_proj", "qkv"): t.pop(Q_A)}), "changes nothing that the base model has"),
        (lambda t: t.update({Q_A.replace("layers.0", "layers.9"): t[Q_A].clone()}), "changes nothing"),
        (
            lambda t: t.update({Q_A.replace("lora_A.weight", "lora_magnitude_vector"): t[Q_A].clone()}),
            "changes nothing",
        ),
    ],
)
def test_tensors_that_do_not_fit_the_base_are_told(
    change: Callable[[dict[str, torch.Tensor]], Any], told: str, base: Path, adapter: Path, copy_of: Copy
) -> None:
    folder = copy_of(adapter)
    edit_tensors(folder / "adapter_model.safetensors", change)
    with pytest.raises(ExportError, match=told):
        read_adapter(folder, read_config(base))


def test_a_base_of_another_size_is_told(adapter: Path, make_model: MakeModel) -> None:
    wider = make_model(intermediate_size=768)
    with pytest.raises(ExportError, match="give the base that the adapter was trained on"):
        read_adapter(adapter, read_config(wider))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda f: (f / "adapter_config.json").unlink(), "no adapter_config.json"),
        (lambda f: (f / "adapter_model.safetensors").unlink(), "no adapter_model.safetensors"),
        (lambda f: cut(f / "adapter_model.safetensors", 5000), "is damaged"),
        (lambda f: (f / "adapter_config.json").write_text("no"), "is damaged"),
    ],
)
def test_damaged_files_are_told(
    damage: Callable[[Path], Any], told: str, base: Path, adapter: Path, copy_of: Copy
) -> None:
    folder = copy_of(adapter)
    damage(folder)
    with pytest.raises(ExportError, match=told):
        read_adapter(folder, read_config(base))


def test_a_missing_folder_is_told(base: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no adapter folder"):
        read_adapter(tmp_path / "none", read_config(base))
