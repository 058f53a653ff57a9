"""Fixtures that several packages' tests share: a real, tiny Llama in Hugging Face's format."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bengali_text import LINES


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Llama of random weights (2 layers of 256) and a tokenizer trained on the tests' own lines.

    Read-only: a test that changes it copies it first.
    """
    import torch

    from training.pretrain import build_model
    from training.recipe import load_recipe
    from training.tokenizer import train_tokenizer

    folder = tmp_path_factory.mktemp("tiny-model")
    recipe = load_recipe("tiny-test")
    assert recipe.model is not None
    tokenizer = train_tokenizer(iter(LINES), vocabulary=512)
    torch.manual_seed(7)
    model = build_model(recipe.model, tokenizer)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
