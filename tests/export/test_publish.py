from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import export.publish
from export.errors import ExportError, VerificationFailed
from export.publish import CARD, MERGED, RECORD, RUN_RECORD, publish
from export.quantize import Fallback, Quantised, quantize
from export.verify import reference
from sahayok.files import sha256_of
from tests.export.damage import edit_gguf_tensor, edit_json, edit_tensors

Copy = Callable[[Path], Path]


def test_what_was_verified_is_published_with_card_and_record(
    tiny_model: Path, adapter: Path, copy_of: Copy, tmp_path: Path
) -> None:
    base, said = copy_of(tiny_model), list[str]()
    (base / RUN_RECORD).write_text(json.dumps({"recipe": {"name": "tiny"}, "losses": [1, 2], "tokens": 77}))
    out = tmp_path / "out"
    publish(str(base), adapter, out, ["q8_0", "q4_k_m"], "small", say=said.append)
    files = ["small-q4_k_m.gguf", "small-q8_0.gguf"]
    assert sorted(entry.name for entry in out.iterdir()) == sorted([CARD, RECORD, MERGED, *files])
    record = json.loads((out / RECORD).read_text(encoding="utf-8"))
    assert [entry["file"] for entry in record["files"]] == ["small-q8_0.gguf", "small-q4_k_m.gguf"]
    for entry in record["files"]:
        assert entry["sha256"] == sha256_of(out / entry["file"])
        assert entry["bytes"] == (out / entry["file"]).stat().st_size
        assert entry["verification"]["problems"] == []
        assert entry["sha256"] in (out / CARD).read_text(encoding="utf-8")
    assert record["base"] == {"name": base.name, "run": {"recipe": {"name": "tiny"}, "tokens": 77}}
    assert str(tmp_path) not in (out / RECORD).read_text(encoding="utf-8")
    assert any(line.startswith("verified f16") for line in said)
    assert not list(tmp_path.glob("*.part"))


def test_float16_stays_where_it_was_asked_for(base: Path, adapter: Path, tmp_path: Path) -> None:
    record = publish(str(base), adapter, tmp_path / "out", ["f32", "f16"], "m", say=lambda _: None)
    assert [entry["file"] for entry in record["files"]] == ["m-f16.gguf", "m-f32.gguf"]
    assert all((tmp_path / "out" / entry["file"]).is_file() for entry in record["files"])


def test_a_file_that_is_wrong_is_not_published(
    base: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quantize_badly(source: Path, out: Path, kind: Quantised) -> list[Fallback]:
        fallbacks = quantize(source, out, kind)

        def roll(data: Any) -> None:
            data[:] = np.roll(data, 1, axis=0)

        edit_gguf_tensor(out, "blk.0.attn_k.weight", roll)
        return fallbacks

    monkeypatch.setattr(export.publish, "quantize", quantize_badly)
    with pytest.raises(VerificationFailed, match=r"m-q8_0\.gguf was not published: the mean KL divergence"):
        publish(str(base), adapter, tmp_path / "out", ["q8_0"], "m", say=lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_a_merged_model_that_is_not_what_was_converted_is_not_published(
    base: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tamper(folder: Path, texts: list[str]) -> Any:
        edit_tensors(folder / "model.safetensors", lambda t: t["model.layers.1.self_attn.v_proj.weight"].neg_())
        expected = reference(folder, texts)
        edit_tensors(folder / "model.safetensors", lambda t: t["model.layers.1.self_attn.v_proj.weight"].neg_())
        return expected

    monkeypatch.setattr(export.publish, "reference", tamper)
    with pytest.raises(VerificationFailed, match=r"m-f16\.gguf was not published"):
        publish(str(base), adapter, tmp_path / "out", ["q8_0"], "m", say=lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_a_tokenizer_that_llama_cpp_does_not_follow_is_told_before_anything_is_made(
    base: Path, adapter: Path, copy_of: Copy, tmp_path: Path
) -> None:
    folder = copy_of(base)
    edit_json(folder / "tokenizer.json", lambda content: content.update(pre_tokenizer=None))
    with pytest.raises(ExportError, match="would cut text differently"):
        publish(str(folder), adapter, tmp_path / "out", ["f16"], "m", say=pytest.fail)
    assert not list(tmp_path.glob("out*"))


def test_a_name_that_is_no_file_name_is_told(base: Path, adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="--name"):
        publish(str(base), adapter, tmp_path / "out", ["f16"], "../m", say=pytest.fail)
