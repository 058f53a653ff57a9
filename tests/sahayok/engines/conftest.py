"""The same tiny model for both engines, with an adapter in both forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sahayok.engines.engine import BatchEngine
from sahayok.engines.loading import load_engine


@dataclass(frozen=True)
class Files:
    """One engine's files of the same model: `truncated` and `foreign` are broken ones."""

    model: Path
    adapter: Path
    truncated: Path
    foreign: Path
    other_adapter: Path


@pytest.fixture(scope="session")
def adapters(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A LoRA adapter that changes the tiny model's answers, and one for a model of another width."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    def make(config: LlamaConfig) -> Path:
        folder = tmp_path_factory.mktemp("adapter")
        model = get_peft_model(
            LlamaForCausalLM(config), LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "up_proj"])
        )
        torch.manual_seed(3)
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if "lora_" in name:
                    weight.normal_(std=0.2)
        model.save_pretrained(folder)
        return folder

    config = LlamaConfig.from_pretrained(tiny_model)
    wider = LlamaConfig.from_pretrained(tiny_model)
    wider.hidden_size = 512
    return make(config), make(wider)


@pytest.fixture(scope="session")
def gguf_files(tiny_model: Path, adapters: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Files:
    from export.adapter_gguf import write_adapter_gguf
    from export.gguf import write_gguf

    folder = tmp_path_factory.mktemp("gguf")
    model, truncated, foreign = (folder / f"{name}.gguf" for name in ("model", "truncated", "foreign"))
    write_gguf(tiny_model, model, "f32", "tiny")
    data = model.read_bytes()
    truncated.write_bytes(data[: len(data) // 2])
    foreign.write_bytes(data.replace(b"<|start_header_id|>", b"<|start_HEADER_id|>"))
    adapter = folder / "adapter.gguf"
    write_adapter_gguf(adapters[0], tiny_model, adapter)
    other = folder / "other.gguf"
    content = adapter.read_bytes()
    other.write_bytes(content.replace(b"blk.0.attn_q", b"blk.9.attn_q"))
    return Files(model, adapter, truncated, foreign, other)


@pytest.fixture(scope="session")
def folder_files(tiny_model: Path, adapters: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Files:
    import shutil

    truncated = tmp_path_factory.mktemp("broken") / "truncated"
    shutil.copytree(tiny_model, truncated)
    weights = truncated / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100_000])
    foreign = tmp_path_factory.mktemp("broken") / "foreign"
    shutil.copytree(tiny_model, foreign)
    tokenizer = foreign / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text("utf-8").replace("<|start_header_id|>", "<|start_HEADER_id|>"), "utf-8")
    return Files(tiny_model, adapters[0], truncated, foreign, adapters[1])


@pytest.fixture(scope="session", params=["gguf", "huggingface"])
def files(request: pytest.FixtureRequest) -> Files:
    name = {"gguf": "gguf_files", "huggingface": "folder_files"}[request.param]
    found: Files = request.getfixturevalue(name)
    return found


@pytest.fixture
def load() -> Iterator[Callable[..., BatchEngine]]:
    """load_engine, every engine closed afterwards."""
    opened: list[BatchEngine] = []

    def open_engine(*arguments: object, **options: object) -> BatchEngine:
        opened.append(load_engine(*arguments, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_engine
    for engine in opened:
        engine.close()


@pytest.fixture
def engine(files: Files, load: Callable[..., BatchEngine]) -> BatchEngine:
    return load(files.model)
