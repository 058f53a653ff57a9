from __future__ import annotations

from pathlib import Path

import pytest
from gguf import GGUFReader

from export.errors import ExportError
from export.gguf import write_gguf
from export.quantize import Quantised, quantize
from tests.export.conftest import MakeModel
from tests.export.damage import cut


@pytest.mark.parametrize(
    ("kind", "types"),
    [("q8_0", {"Q8_0", "F32"}), ("q5_k_m", {"Q5_K", "Q6_K", "F32"}), ("q4_k_m", {"Q4_K", "Q6_K", "F32"})],
)
def test_matrices_are_stored_in_the_type(kind: Quantised, types: set[str], base: Path, tmp_path: Path) -> None:
    write_gguf(base, tmp_path / "half.gguf", "f16", "m")
    assert quantize(tmp_path / "half.gguf", tmp_path / "out.gguf", kind) == []
    assert {tensor.tensor_type.name for tensor in GGUFReader(tmp_path / "out.gguf").tensors} == types
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["half.gguf", "out.gguf"]


def test_float32_may_be_the_source(base: Path, tmp_path: Path) -> None:
    write_gguf(base, tmp_path / "whole.gguf", "f32", "m")
    quantize(tmp_path / "whole.gguf", tmp_path / "out.gguf", "q8_0")
    assert (tmp_path / "out.gguf").stat().st_size < (tmp_path / "whole.gguf").stat().st_size / 3


def test_matrices_whose_rows_do_not_divide_are_named(make_model: MakeModel, tmp_path: Path) -> None:
    narrow = make_model(intermediate_size=320)  # only down_proj has rows of the intermediate size
    write_gguf(narrow, tmp_path / "half.gguf", "f16", "m")
    fallbacks = quantize(tmp_path / "half.gguf", tmp_path / "out.gguf", "q4_k_m")
    assert [(fallback.tensor, fallback.columns) for fallback in fallbacks] == [
        ("blk.0.ffn_down.weight", 320),
        ("blk.1.ffn_down.weight", 320),
    ]
    assert {fallback.stored_as for fallback in fallbacks} <= {"Q5_0", "Q8_0"}
    assert quantize(tmp_path / "half.gguf", tmp_path / "out.gguf", "q8_0") == []


def test_a_damaged_source_is_told_with_llama_cpps_reason(base: Path, tmp_path: Path) -> None:
    write_gguf(base, tmp_path / "half.gguf", "f16", "m")
    cut(tmp_path / "half.gguf", 100_000)
    (tmp_path / "out.gguf").write_text("old")
    with pytest.raises(ExportError, match=r"could not quantise .*(bounds|corrupt|incomplete)"):
        quantize(tmp_path / "half.gguf", tmp_path / "out.gguf", "q8_0")
    assert (tmp_path / "out.gguf").read_text() == "old"
    assert not list(tmp_path.glob("*.part"))
