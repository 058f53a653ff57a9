from __future__ import annotations

from pathlib import Path

import pytest

from sahayok.engines.llama_log import kept_errors


def test_errors_are_kept_and_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import llama_cpp

    file = tmp_path / "bad.gguf"
    file.write_bytes(b"GGUF" + bytes(100))
    with kept_errors() as errors:
        model = llama_cpp.llama_model_load_from_file(str(file).encode(), llama_cpp.llama_model_default_params())
    assert not model
    assert errors
    assert not any("\n" in error for error in errors)
    assert capfd.readouterr() == ("", "")
