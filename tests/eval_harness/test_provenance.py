from __future__ import annotations

import hashlib
from pathlib import Path

from eval_harness.provenance import device, hash_of, versions


def test_hash_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    assert hash_of(tmp_path / "m.gguf") == hashlib.sha256(b"GGUF").hexdigest()


def test_hash_of_a_folder_covers_names_and_content_and_no_hidden_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_text("1")
    first = hash_of(tmp_path)
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "x").write_text("anything")
    assert hash_of(tmp_path) == first
    (tmp_path / "sub" / "a").rename(tmp_path / "sub" / "b")
    renamed = hash_of(tmp_path)
    (tmp_path / "sub" / "b").write_text("2")
    assert len({first, renamed, hash_of(tmp_path)}) == 3


def test_versions_and_device() -> None:
    assert {"python", "llama-cpp-python"} <= versions("gguf").keys()
    assert {"torch", "transformers"} <= versions("huggingface").keys()
    assert "cores" in device("gguf")
