"""A real GGUF file, small enough for a test, and the chat without anyone's own settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.bengali_text import LINES


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which settings.toml would lie; empty."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "sahayok"


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of random weights that holds the persona and a reply: it answers with noise that never ends by itself,
    and slowly enough (a few milliseconds a token) to be watched, stopped and killed meanwhile."""
    import torch

    from export.gguf import write_gguf
    from training.pretrain import build_model
    from training.recipe import load_recipe
    from training.tokenizer import train_tokenizer

    folder = tmp_path_factory.mktemp("tiny-chat-model")
    recipe = load_recipe("tiny-test")
    assert recipe.model is not None
    tokenizer = train_tokenizer(iter(LINES), vocabulary=512)
    torch.manual_seed(7)
    model = build_model(replace(recipe.model, context=4096, layers=8, hidden=512, intermediate=1024), tokenizer)
    # Random logits lie so close together that any token is drawn now and then. Spread out, they leave no chance to a
    # row of zeros, which is never among the likeliest: no end of turn, no broken character.
    rows = model.get_output_embeddings().weight.data
    rows *= 5
    rows[tokenizer.all_special_ids] = 0
    rows[[i for i in range(len(tokenizer)) if not tokenizer.decode([i]).strip().isalpha()]] = 0
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    file = folder / "tiny.gguf"
    write_gguf(folder, file, "f16", "tiny")
    return file
