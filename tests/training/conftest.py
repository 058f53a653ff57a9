from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bengali_text import LINES

WriteDialogues = Callable[..., Path]


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    """A text shard of 60 different texts."""
    file = tmp_path / "text.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for number in range(60):
            text = "\n".join(f"{LINES[(number + i) % len(LINES)]} ({number}-{i})" for i in range(6))
            out.write(json.dumps({"source": "test", "text": text}, ensure_ascii=False) + "\n")
    return file


@pytest.fixture
def write_dialogues(tmp_path: Path) -> WriteDialogues:
    """A function that writes `count` dialogues of another corpus, no message twice, to a JSONL file."""

    def write(count: int = 40, name: str = "dialogues.jsonl") -> Path:
        file = tmp_path / name
        rows = [
            {
                "id": f"d{number}",
                "situation": f"situation-{number}",
                "register": "apni",
                "messages": [
                    {"role": "user", "content": f"আজ আমার {number} নম্বর দিনটা ভালো যায়নি"},
                    {"role": "assistant", "content": f"{number} নম্বর দিনটা কঠিন গেছে আপনার। কী হয়েছিল?"},
                ],
            }
            for number in range(count)
        ]
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        return file

    return write
