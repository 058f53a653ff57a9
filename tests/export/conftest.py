"""Models and an adapter to export.

The weights of `tiny_model` are as a fresh initialisation leaves them: its predictions are nearly flat, and a wrong
tensor hardly shows. Here every matrix is three times as large and no norm is all ones, so that errors are seen.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from export.merge import TOKENIZER_FILES, merge

GAIN = 3
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,  # so short that the prompts of the verification feel it
}
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")

MakeModel = Callable[..., Path]
MakeAdapter = Callable[..., Path]


@pytest.fixture(scope="session")
def make_model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeModel:
    """A function that writes a model like tiny_model, its config changed by keyword, with sharper weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    def make(**changes: Any) -> Path:
        folder = tmp_path_factory.mktemp("model")
        config = LlamaConfig.from_pretrained(tiny_model)
        for key, value in changes.items():
            setattr(config, key, value)
        torch.manual_seed(11)
        model = LlamaForCausalLM(config)
        with torch.no_grad():
            for weight in model.parameters():
                weight.mul_(GAIN if weight.ndim == 2 else 1 + 0.3 * torch.randn_like(weight))
        model.save_pretrained(folder)
        for name in TOKENIZER_FILES:
            if (tiny_model / name).is_file():
                shutil.copyfile(tiny_model / name, folder / name)
        return folder

    return make


@pytest.fixture(scope="session")
def base(make_model: MakeModel) -> Path:
    """A tied model. Read-only, as are all folders of session fixtures."""
    return make_model()


@pytest.fixture(scope="session")
def untied(make_model: MakeModel) -> Path:
    return make_model(tie_word_embeddings=False)


@pytest.fixture(scope="session")
def llama3_rope(make_model: MakeModel) -> Path:
    return make_model(rope_parameters=LLAMA3_ROPE)


@pytest.fixture(scope="session", params=["base", "untied", "llama3_rope"])
def any_model(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.getfixturevalue(request.param)
    return folder


@pytest.fixture(scope="session")
def make_adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeAdapter:
    """A function that writes a LoRA adapter of PEFT's on `base`, with random weights that are not zero."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM

    def make(dtype: torch.dtype = torch.float32, **config: Any) -> Path:
        folder = tmp_path_factory.mktemp("adapter")
        settings = {"r": 8, "lora_alpha": 16, "target_modules": list(TARGETS), "task_type": "CAUSAL_LM"} | config
        torch.manual_seed(5)
        model = get_peft_model(LlamaForCausalLM.from_pretrained(base), LoraConfig(**settings))
        for name, weight in model.named_parameters():
            if "lora_" in name:
                torch.nn.init.normal_(weight, std=0.05)
                weight.data = weight.data.to(dtype)
        model.save_pretrained(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def adapter(make_adapter: MakeAdapter) -> Path:
    return make_adapter()


@pytest.fixture(scope="session")
def merged(base: Path, adapter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("merged") / "model"
    merge(base, adapter, out)
    return out


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    """A function that copies a folder for a test to damage."""

    def copy(folder: Path) -> Path:
        return Path(shutil.copytree(folder, tmp_path / f"copy-{folder.name}"))

    return copy
