from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import LlamaForCausalLM

from export.checkpoint import Checkpoint, Llama3Rope, find_model, read_config
from export.errors import ExportError
from tests.export.damage import cut, edit_json, edit_tensors

Copy = Callable[[Path], Path]


def test_rope_is_read_as_transformers_5_and_as_older_ones_write_it(llama3_rope: Path, copy_of: Copy) -> None:
    config = read_config(llama3_rope)
    assert config.rope_theta == 10000.0
    assert config.rope_scaling == Llama3Rope(8.0, 1.0, 4.0, 64)

    def as_older(values: dict[str, Any]) -> None:
        rope = values.pop("rope_parameters")
        values["rope_theta"] = rope.pop("rope_theta")
        values["rope_scaling"] = rope

    older = copy_of(llama3_rope)
    edit_json(older / "config.json", as_older)
    assert read_config(older) == config


def test_a_sharded_checkpoint_is_read_whole(base: Path, tmp_path: Path) -> None:
    LlamaForCausalLM.from_pretrained(base).save_pretrained(tmp_path, max_shard_size="1MB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    whole, sharded = Checkpoint(base), Checkpoint(tmp_path)
    for weight in whole.weights:
        assert np.array_equal(whole.read(weight), sharded.read(weight))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_short_numbers_are_read_as_float32(dtype: str, base: Path, tmp_path: Path) -> None:
    model = LlamaForCausalLM.from_pretrained(base, dtype=getattr(torch, dtype))
    model.save_pretrained(tmp_path)
    checkpoint = Checkpoint(tmp_path)
    values = checkpoint.read(checkpoint.weights[0])
    assert checkpoint.dtype == dtype
    assert values.dtype == np.float32
    assert np.array_equal(values, model.get_input_embeddings().weight.detach().float().numpy())


def test_tied_embeddings_count_once(base: Path, untied: Path) -> None:
    assert Checkpoint(base).parameters() == LlamaForCausalLM.from_pretrained(base).num_parameters()
    assert Checkpoint(untied).parameters() == Checkpoint(base).parameters() + 512 * 256


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: c.update(architectures=["MistralForCausalLM"], model_type="mistral"), "is a MistralForCausalLM"),
        (lambda c: c.update(quantization_config={"quant_method": "bitsandbytes"}), "give the full-precision model"),
        (lambda c: c.update(attention_bias=True), "has biases"),
        (lambda c: c.update(hidden_act="gelu"), "only silu"),
        (lambda c: c["rope_parameters"].update(rope_type="yarn"), "rope_type is yarn"),
        (lambda c: c.pop("hidden_size"), "'hidden_size' is missing"),
        (lambda c: c.update(num_hidden_layers="two"), "config.json is damaged"),
        (lambda c: c.update(num_hidden_layers=3), "model.layers.2.input_layernorm.weight is missing"),
        (lambda c: c.update(num_hidden_layers=1), "is no tensor of a Llama"),
        (lambda c: c.update(intermediate_size=768), "belong to different models"),
        (lambda c: c.update(tie_word_embeddings=False), "lm_head.weight is missing"),
    ],
)
def test_a_config_that_cannot_be_exported_is_told(
    change: Callable[[dict[str, Any]], Any], told: str, base: Path, copy_of: Copy
) -> None:
    folder = copy_of(base)
    edit_json(folder / "config.json", change)
    with pytest.raises(ExportError, match=told):
        Checkpoint(folder)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda f: (f / "config.json").unlink(), "no config.json"),
        (lambda f: (f / "config.json").write_text("{"), "is damaged"),
        (lambda f: (f / "config.json").write_text("[]"), "no JSON object"),
        (lambda f: (f / "config.json").write_bytes(b"\xff"), "is damaged"),
        (lambda f: (f / "model.safetensors").unlink(), "no model.safetensors"),
        (lambda f: cut(f / "model.safetensors", 100_000), "is damaged"),
        (lambda f: cut(f / "model.safetensors", 0), "is damaged"),
        (lambda f: (f / "model.safetensors.index.json").write_text("{}"), "has no weight_map"),
        (lambda f: (f / "model.safetensors.index.json").write_text('{"weight_map": {"a": "b"}}'), "b is missing"),
    ],
)
def test_damaged_files_are_told(damage: Callable[[Path], Any], told: str, base: Path, copy_of: Copy) -> None:
    folder = copy_of(base)
    damage(folder)
    with pytest.raises(ExportError, match=told):
        Checkpoint(folder)


def test_whole_numbers_are_no_full_precision(base: Path, copy_of: Copy) -> None:
    folder, name = copy_of(base), "model.layers.0.mlp.up_proj.weight"
    edit_tensors(folder / "model.safetensors", lambda tensors: tensors.update({name: tensors[name].to(torch.int8)}))
    with pytest.raises(ExportError, match="give the full-precision model"):
        Checkpoint(folder)


def test_a_nan_is_told(base: Path, copy_of: Copy) -> None:
    folder = copy_of(base)
    edit_tensors(folder / "model.safetensors", lambda tensors: tensors["model.norm.weight"][3].fill_(float("nan")))
    checkpoint = Checkpoint(folder)
    with pytest.raises(ExportError, match=r"model\.norm\.weight holds values that are not numbers"):
        for weight in checkpoint.weights:
            checkpoint.read(weight)


def test_a_model_is_found_by_its_folder(base: Path) -> None:
    assert find_model(str(base)) == base


@pytest.mark.parametrize("name", ["nowhere", "/no/such/folder", "./a/b"])
def test_what_is_neither_folder_nor_hub_id_is_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExportError, match="no model folder"):
        find_model(name)


def test_a_hub_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ExportError, match="owner/name is no folder here and the hub did not give it"):
        find_model("owner/name")


def test_an_adapter_given_as_the_model_is_told(adapter: Path) -> None:
    with pytest.raises(ExportError, match="give it as --adapter"):
        read_config(adapter)
