from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from export.adapter_gguf import write_adapter_gguf
from export.errors import ExportError
from export.gguf import write_gguf
from export.verify import evaluate, open_gguf
from tests.export.conftest import MakeAdapter
from tests.export.damage import edit_tensors, logits_of

IDS = [505, *range(20, 120)]


@pytest.mark.parametrize("settings", [{}, {"use_rslora": True, "r": 4, "target_modules": ["q_proj", "down_proj"]}])
def test_at_run_time_it_does_what_the_live_adapter_does(
    settings: dict[str, object], base: Path, make_adapter: MakeAdapter, tmp_path: Path
) -> None:
    adapter = make_adapter(**settings)
    write_gguf(base, tmp_path / "base.gguf", "f32", "base")
    write_adapter_gguf(adapter, base, tmp_path / "lora.gguf")
    model = open_gguf(tmp_path / "base.gguf", context=len(IDS), adapter=tmp_path / "lora.gguf")
    actual = evaluate(model, IDS)
    model.close()
    expected = logits_of(base, IDS, adapter)
    assert np.abs(actual - expected).max() < 1e-3
    assert np.abs(logits_of(base, IDS) - expected).max() > 0.5  # the adapter does change what is said


def test_at_run_time_it_does_what_the_merged_model_does(
    base: Path, adapter: Path, merged: Path, tmp_path: Path
) -> None:
    write_gguf(base, tmp_path / "base.gguf", "f32", "base")
    write_gguf(merged, tmp_path / "merged.gguf", "f32", "merged")
    write_adapter_gguf(adapter, base, tmp_path / "lora.gguf")
    together = open_gguf(tmp_path / "base.gguf", context=len(IDS), adapter=tmp_path / "lora.gguf")
    alone = open_gguf(tmp_path / "merged.gguf", context=len(IDS))
    difference = np.abs(evaluate(together, IDS) - evaluate(alone, IDS)).max()
    together.close()
    alone.close()
    assert difference < 1e-3


def test_a_nan_is_told_and_leaves_nothing(
    base: Path, adapter: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = copy_of(adapter)
    edit_tensors(folder / "adapter_model.safetensors", lambda t: next(iter(t.values()))[0].fill_(float("inf")))
    with pytest.raises(ExportError, match="not numbers"):
        write_adapter_gguf(folder, base, tmp_path / "lora.gguf")
    assert not list(tmp_path.glob("lora*"))
