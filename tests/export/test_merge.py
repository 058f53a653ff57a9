from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import LlamaForCausalLM

from export.checkpoint import Checkpoint
from export.errors import ExportError
from export.merge import TOKENIZER_FILES, merge
from export.verify import kl_divergence
from tests.export.conftest import MakeAdapter
from tests.export.damage import edit_tensors, logits_of

IDS = [505, *range(20, 220)]


def test_merged_says_what_the_live_adapter_says(base: Path, adapter: Path, merged: Path) -> None:
    live = logits_of(base, IDS, adapter)
    assert np.abs(logits_of(merged, IDS) - live).max() < 1e-3  # measured 2e-5
    assert np.abs(logits_of(base, IDS) - live).max() > 0.5


def test_the_result_is_a_whole_model_folder(base: Path, merged: Path) -> None:
    assert Checkpoint(merged).dtype == "float32"
    for name in TOKENIZER_FILES:
        if (base / name).is_file():
            assert (merged / name).read_bytes() == (base / name).read_bytes()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_the_number_format_can_be_chosen(dtype: str, base: Path, adapter: Path, tmp_path: Path) -> None:
    merge(base, adapter, tmp_path / "out", dtype)
    assert Checkpoint(tmp_path / "out").dtype == dtype
    assert kl_divergence(logits_of(base, IDS, adapter), logits_of(tmp_path / "out", IDS)).mean() < 0.02


def test_the_bases_own_format_is_kept(base: Path, adapter: Path, tmp_path: Path) -> None:
    LlamaForCausalLM.from_pretrained(base, dtype=torch.bfloat16).save_pretrained(tmp_path / "short")
    merge(tmp_path / "short", adapter, tmp_path / "out")
    assert Checkpoint(tmp_path / "out").dtype == "bfloat16"


def test_an_adapter_of_short_numbers_is_merged_into_the_full_precision_base(
    base: Path, make_adapter: MakeAdapter, tmp_path: Path
) -> None:
    adapter = make_adapter(dtype=torch.bfloat16)
    merge(base, adapter, tmp_path / "out")
    assert Checkpoint(tmp_path / "out").dtype == "float32"
    assert np.abs(logits_of(tmp_path / "out", IDS) - logits_of(base, IDS, adapter)).max() < 1e-3


def test_a_nan_is_told_and_leaves_nothing(
    base: Path, adapter: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = copy_of(adapter)
    edit_tensors(folder / "adapter_model.safetensors", lambda t: next(iter(t.values()))[0].fill_(float("nan")))
    with pytest.raises(ExportError, match="diverged"):
        merge(base, folder, tmp_path / "out")
    assert not list(tmp_path.glob("out*"))


def test_an_older_result_is_kept(base: Path, adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("x")
    with pytest.raises(ExportError, match="already exists"):
        merge(base, adapter, tmp_path / "out")
    assert [entry.name for entry in (tmp_path / "out").iterdir()] == ["mine"]
