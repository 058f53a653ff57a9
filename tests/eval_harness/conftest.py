from __future__ import annotations

import json
from pathlib import Path

import pytest

from export.gguf import write_gguf
from tests.bengali_text import LINES


@pytest.fixture(scope="session")
def tiny_gguf(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model as a GGUF file. It babbles, and never ends a reply by itself."""
    out = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    write_gguf(tiny_model, out, "f32", "tiny")
    return out


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 short dialogues of their own situations; the validation split has 36 of them."""
    file = tmp_path_factory.mktemp("corpus") / "short.jsonl"
    lines = [line[:30] for line in LINES]
    rows = [
        {
            "id": f"t-{number:03}",
            "situation": f"situation-{number}",
            "messages": [
                {"role": "user", "content": f"{number} {lines[number % len(lines)]}"},
                {"role": "assistant", "content": f"{number} {lines[(number + 5) % len(lines)]}।"},
            ],
        }
        for number in range(400)
    ]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return file
