from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import training.pretrain
from training.encode import TokenStreams, encode_corpus
from training.pretrain import Batches, Rows, Schedule, pretrain
from training.recipe import Recipe, RecipeError, load_recipe
from training.tokenizer import load_tokenizer


@pytest.fixture
def encoded(tiny_model: Path, shard: Path, tmp_path: Path) -> Path:
    encode_corpus(
        [shard], ["মন ভালো নেই"], load_tokenizer(tiny_model), tiny_model / "tokenizer.json", tmp_path / "encoded"
    )
    return tmp_path / "encoded"


@pytest.fixture
def recipe() -> Recipe:
    tiny = load_recipe("tiny-test")
    assert tiny.pretrain is not None
    return replace(tiny, pretrain=replace(tiny.pretrain, sequence=64, batch=4, micro_batch=2, epochs=0.5))


def test_schedule_warms_up_stays_and_falls_to_zero() -> None:
    schedule = Schedule(100, warmup=10, decay_share=0.2)
    assert [schedule(step) for step in (0, 4, 9, 50, 79)] == [0.1, 0.5, 1.0, 1.0, 1.0]
    assert schedule(80) == 1.0 and schedule(90) == 0.5 and schedule(99) == pytest.approx(0.05)


def test_rows_of_an_epoch_cover_the_stream_without_overlap() -> None:
    rows = Rows(np.arange(1000, dtype="<u2"), sequence=10, seed=1)
    seen = rows.at(0, rows.per_epoch)[:, :-1].ravel()
    assert len(seen) == len(set(seen.tolist())) == rows.per_epoch * 10 == 980
    assert rows.at(0, 7).shape == (7, 11)
    assert (np.diff(rows.at(0, 7), axis=1) == 1).all()


def test_a_row_depends_on_seed_and_number_alone() -> None:
    tokens = np.arange(1000, dtype="<u2")
    one, other = Rows(tokens, 10, seed=1), Rows(tokens, 10, seed=1)
    one.at(0, 210)
    assert (one.at(95, 7) == other.at(95, 7)).all()
    assert not (one.at(95, 7) == Rows(tokens, 10, seed=2).at(95, 7)).all()


def test_rows_like_a_dialogue_come_while_the_rate_falls(recipe: Recipe) -> None:
    assert recipe.pretrain is not None
    plan = replace(recipe.pretrain, sequence=10, batch=10, epochs=2.0, decay_share=0.4, dialogue_share=0.3)
    text, dialogue = np.arange(2000, dtype="<u2"), np.arange(3000, 3100, dtype="<u2")
    batches = Batches(TokenStreams(text, dialogue, text), plan)
    assert batches.steps == 38  # 198 rows, 19 batches of ten an epoch
    of_dialogue = [int((batches.at(step)[:, 0] >= 3000).sum()) for step in range(batches.steps)]
    assert of_dialogue == [0] * 24 + [3] * 14  # the rate falls in the last 15 steps, from its full height
    assert (batches.at(30) == Batches(TokenStreams(text, dialogue, text), plan).at(30)).all()


def test_without_text_like_a_dialogue_all_rows_are_text(recipe: Recipe) -> None:
    assert recipe.pretrain is not None
    plan = replace(recipe.pretrain, sequence=10, batch=10, epochs=1.0, dialogue_share=0.5)
    text = np.arange(2000, dtype="<u2")
    batches = Batches(TokenStreams(text, text[:5] + 3000, text), plan)
    assert all(batches.at(step).shape == (10, 11) for step in range(batches.steps))


def test_too_little_text_is_said(recipe: Recipe) -> None:
    assert recipe.pretrain is not None
    few = np.arange(50, dtype="<u2")
    with pytest.raises(RecipeError, match="too few for one batch"):
        Batches(TokenStreams(few, few, few), replace(recipe.pretrain, sequence=10, batch=7))


def test_the_loss_falls_and_the_model_loads(recipe: Recipe, tiny_model: Path, encoded: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    record = pretrain(recipe, load_tokenizer(tiny_model), encoded, tmp_path / "out", say=lambda _: None)
    assert record.losses[-1]["train"] < record.losses[0]["train"]
    assert record.tokens == (record.losses[-1]["step"] + 1) * 4 * 64
    assert set(record.result) == {"validation_nats_per_token", "validation_bits_per_byte"}
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert model.config.tie_word_embeddings
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "run_record.json"} <= names
    assert not any(name.endswith((".part", ".pt")) for name in names)


def test_an_interrupted_run_ends_as_an_uninterrupted_one(
    recipe: Recipe, tiny_model: Path, encoded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.torch import load_file

    assert recipe.pretrain is not None
    often = replace(recipe, pretrain=replace(recipe.pretrain, checkpoint_minutes=0))
    tokenizer = load_tokenizer(tiny_model)
    whole = pretrain(often, tokenizer, encoded, tmp_path / "whole", say=lambda _: None)
    original, calls = training.pretrain._step, 0

    def interrupted(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 6:
            raise KeyboardInterrupt
        return original(*arguments)

    monkeypatch.setattr(training.pretrain, "_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pretrain(often, tokenizer, encoded, tmp_path / "cut", say=lambda _: None)
    monkeypatch.setattr(training.pretrain, "_step", original)
    assert [path.name for path in (tmp_path / "cut").iterdir()] == ["checkpoint.pt"]
    resumed = pretrain(often, tokenizer, encoded, tmp_path / "cut", say=lambda _: None)
    assert (resumed.resumed, resumed.tokens) == (1, whole.tokens)
    one, other = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "cut"))
    assert all(bool((one[name] == other[name]).all()) for name in one)


def test_a_recipe_without_a_model(tiny_model: Path, encoded: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="trains no model from scratch"):
        pretrain(load_recipe("llama31-8b-t4"), load_tokenizer(tiny_model), encoded, tmp_path / "out")
