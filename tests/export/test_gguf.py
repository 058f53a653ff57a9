from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from export.checkpoint import read_config
from export.errors import ExportError
from export.gguf import rope_factors, write_gguf
from export.verify import evaluate, open_gguf
from tests.export.damage import edit_tensors, logits_of

Copy = Callable[[Path], Path]
IDS = [505, *range(20, 220)]


def test_float32_says_what_transformers_says(any_model: Path, tmp_path: Path) -> None:
    write_gguf(any_model, tmp_path / "m.gguf", "f32", "m")
    model = open_gguf(tmp_path / "m.gguf", context=len(IDS))
    difference = np.abs(evaluate(model, IDS) - logits_of(any_model, IDS)).max()
    model.close()
    assert difference < 1e-3  # logits spread by 1; measured 1e-5 to 6e-5


def test_float16_is_close(base: Path, tmp_path: Path) -> None:
    write_gguf(base, tmp_path / "m.gguf", "f16", "m")
    model = open_gguf(tmp_path / "m.gguf", context=len(IDS))
    assert np.abs(evaluate(model, IDS) - logits_of(base, IDS)).max() < 0.05
    model.close()


def test_vectors_stay_float32_and_a_tied_model_has_no_output_matrix(base: Path, untied: Path, tmp_path: Path) -> None:
    write_gguf(base, tmp_path / "tied.gguf", "f16", "m")
    write_gguf(untied, tmp_path / "untied.gguf", "f16", "m")
    tied = {tensor.name: tensor for tensor in GGUFReader(tmp_path / "tied.gguf").tensors}
    assert all(tensor.tensor_type.name == ("F32" if len(tensor.shape) == 1 else "F16") for tensor in tied.values())
    names = {tensor.name for tensor in GGUFReader(tmp_path / "untied.gguf").tensors}
    assert names - set(tied) == {"output.weight"}


def test_the_header_says_what_the_config_says(base: Path, tmp_path: Path) -> None:
    write_gguf(base, tmp_path / "m.gguf", "f16", "my-model")
    fields = {name: field.contents() for name, field in GGUFReader(tmp_path / "m.gguf").fields.items()}
    expected = {
        "general.architecture": "llama",
        "general.name": "my-model",
        "general.file_type": 1,
        "llama.block_count": 2,
        "llama.context_length": 512,
        "llama.embedding_length": 256,
        "llama.feed_forward_length": 512,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2,
        "llama.rope.dimension_count": 64,
        "llama.rope.freq_base": 10000.0,
        "llama.vocab_size": 512,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen35",
        "tokenizer.ggml.bos_token_id": 505,
        "tokenizer.ggml.eos_token_id": 510,
        "tokenizer.ggml.eot_token_id": 510,
        "tokenizer.ggml.padding_token_id": 511,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.ggml.add_eos_token": False,
    }
    assert {key: fields.get(key) for key in expected} == expected
    assert "tokenizer.chat_template" in fields
    assert not [key for key in fields if "rope.scaling" in key]


def test_rope_factors_are_those_of_transformers(llama3_rope: Path, base: Path) -> None:
    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](LlamaConfig.from_pretrained(llama3_rope), "cpu")
    plain = 1 / 10000.0 ** (np.arange(0, 64, 2) / 64)
    factors = rope_factors(read_config(llama3_rope))
    assert factors is not None
    assert np.allclose(factors, plain / scaled.numpy(), rtol=1e-5)
    assert factors.min() == 1.0
    assert factors.max() == 8.0
    assert rope_factors(read_config(base)) is None


def test_a_value_too_large_for_16_bits_is_told_and_the_old_file_stays(
    base: Path, copy_of: Copy, tmp_path: Path
) -> None:
    folder, out = copy_of(base), tmp_path / "m.gguf"
    out.write_text("old")
    edit_tensors(folder / "model.safetensors", lambda t: t["model.layers.1.mlp.up_proj.weight"][0, 0].fill_(1e5))
    with pytest.raises(ExportError, match="too large for 16 bits"):
        write_gguf(folder, out, "f16", "m")
    assert out.read_text() == "old"
    assert not list(tmp_path.glob("*.part"))
    write_gguf(folder, out, "f32", "m")
