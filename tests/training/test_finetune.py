from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sahayok.conversation import Conversation
from sahayok.persona import load_persona
from tests.training.conftest import WriteDialogues
from training.dialogues import Dialogue, DialogueError
from training.finetune import IGNORED, encode_rows, feeling_rows, finetune
from training.recipe import Recipe, RecipeError, load_recipe
from training.tokenizer import load_tokenizer


@pytest.fixture
def recipe() -> Recipe:
    tiny = load_recipe("tiny-test")
    return replace(tiny, finetune=replace(tiny.finetune, epochs=1, max_length=512))


def silent(_: str) -> None:
    pass


def test_only_the_counsellors_words_are_learnt(tiny_model: Path) -> None:
    tokenizer = load_tokenizer(tiny_model)
    conversation = Conversation().said("মন খারাপ").answered("কী হয়েছে?").said("জানি না").answered("আচ্ছা।")
    (row,) = encode_rows([Dialogue("a", "s", "dhaka", "apni", conversation)], tokenizer, 512)
    learnt = [token for token in row["labels"] if token != IGNORED]
    assert tokenizer.decode(learnt, skip_special_tokens=False) == "কী হয়েছে?<|eot_id|>আচ্ছা।<|eot_id|>"
    assert all(label in (IGNORED, token) for token, label in zip(row["input_ids"], row["labels"], strict=True))
    whole = tokenizer.decode(row["input_ids"], skip_special_tokens=False)
    assert whole.startswith(
        f"<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n{load_persona().system_prompt}"
    )
    assert whole.count("<|begin_of_text|>") == 1


def test_a_long_dialogue_loses_its_oldest_exchanges(tiny_model: Path) -> None:
    tokenizer = load_tokenizer(tiny_model)
    conversation = Conversation()
    for number in range(10):
        conversation = conversation.said(f"কথা {number}").answered(f"উত্তর {number}")
    dialogue = Dialogue("a", "s", "dhaka", "apni", conversation)
    (whole,) = encode_rows([dialogue], tokenizer, 10_000)
    (cut,) = encode_rows([dialogue], tokenizer, len(whole["input_ids"]) - 1)
    assert len(cut["input_ids"]) < len(whole["input_ids"])
    text = tokenizer.decode(cut["input_ids"])
    assert "উত্তর 9" in text and "কথা 0" not in text and load_persona().system_prompt in text


def test_nothing_fits(tiny_model: Path) -> None:
    dialogue = Dialogue("a", "s", "dhaka", "apni", Conversation().said("ক").answered("খ"))
    with pytest.raises(DialogueError, match="no dialogue fits into 10 tokens"):
        encode_rows([dialogue], load_tokenizer(tiny_model), 10)


def test_the_feeling_of_a_first_message_is_learnt_where_it_is_known(tiny_model: Path) -> None:
    tokenizer = load_tokenizer(tiny_model)
    conversation = Conversation().said("মন খারাপ").answered("কী হয়েছে?").said("জানি না").answered("আচ্ছা।")
    known = Dialogue("a", "s", "dhaka", "apni", conversation, feeling="sad")
    (row,) = feeling_rows([known, replace(known, id="b", feeling="")], tokenizer, 512)
    learnt = [token for token in row["labels"] if token != IGNORED]
    assert tokenizer.decode(learnt, skip_special_tokens=False) == "দুঃখ<|eot_id|>"
    prompt = tokenizer.decode(row["input_ids"], skip_special_tokens=True)
    assert "এই কথায় কোন অনুভূতি?" in prompt and "মন খারাপ" in prompt and "জানি না" not in prompt


@pytest.mark.parametrize("quantization", ["none", "nf4"])
def test_an_adapter_learns_on_a_cpu(
    recipe: Recipe, tiny_model: Path, write_dialogues: WriteDialogues, tmp_path: Path, quantization: Any
) -> None:
    from safetensors.torch import load_file

    plan = replace(recipe, finetune=replace(recipe.finetune, quantization=quantization))
    record = finetune(plan, base=str(tiny_model), corpus=write_dialogues(), out=tmp_path / "out", say=silent)
    assert record is not None
    adapter = load_file(tmp_path / "out" / "adapter_model.safetensors")
    assert {str(weight.dtype) for weight in adapter.values()} == {"torch.float32"}
    assert all(bool(weight.any()) for name, weight in adapter.items() if "lora_B" in name)
    assert not (tmp_path / "out" / "checkpoints").exists()
    written = json.loads((tmp_path / "out" / "run_record.json").read_text("utf-8"))
    assert written["stage"] == "finetune"
    assert written["data"]["dialogues"] == {"train": 36, "validation": 3, "test": 1}
    assert written["data"]["corpus_sha256"] and written["versions"]["trl"]
    assert written["trained_parameters"] < written["parameters"]


def test_an_interrupted_run_goes_on_from_its_checkpoint(
    recipe: Recipe, tiny_model: Path, write_dialogues: WriteDialogues, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trl import SFTTrainer

    plan = replace(recipe, finetune=replace(recipe.finetune, epochs=3))
    corpus, out = write_dialogues(), tmp_path / "out"
    original, steps = SFTTrainer.training_step, []

    def interrupted(self: Any, *arguments: Any, **options: Any) -> Any:
        steps.append(self.state.global_step)
        if len(steps) == 15:
            raise KeyboardInterrupt
        return original(self, *arguments, **options)

    monkeypatch.setattr(SFTTrainer, "training_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        finetune(plan, base=str(tiny_model), corpus=corpus, out=out, say=silent)
    assert any((out / "checkpoints").glob("checkpoint-*"))
    assert not (out / "adapter_model.safetensors").exists()
    record = finetune(plan, base=str(tiny_model), corpus=corpus, out=out, say=silent)
    assert record is not None and record.resumed == 1
    assert steps[15] == 9  # the step after the first epoch's checkpoint, not 0
    assert (out / "adapter_model.safetensors").exists()


def test_a_dry_run_loads_and_writes_nothing(recipe: Recipe, write_dialogues: WriteDialogues, tmp_path: Path) -> None:
    said: list[str] = []
    assert (
        finetune(recipe, base="x/y", corpus=write_dialogues(), out=tmp_path / "o", dry_run=True, say=said.append)
        is None
    )
    assert "36 train, 3 validation" in said[0]
    assert not (tmp_path / "o").exists()


def test_unsloth_without_a_gpu_is_one_clear_sentence(
    recipe: Recipe, tiny_model: Path, write_dialogues: WriteDialogues, tmp_path: Path
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(RecipeError, match="needs an NVIDIA GPU and there is none: use --strategy peft"):
        finetune(
            recipe, base=str(tiny_model), corpus=write_dialogues(), strategy="unsloth", out=tmp_path / "o", say=silent
        )


def test_a_base_that_is_no_model(recipe: Recipe, write_dialogues: WriteDialogues, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"it has no config\.json"):
        finetune(recipe, base=str(tmp_path), corpus=write_dialogues(), out=tmp_path / "o", say=silent)


def test_no_base_at_all(recipe: Recipe, write_dialogues: WriteDialogues, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="names no base model: give --base"):
        finetune(recipe, base=None, corpus=write_dialogues(), out=tmp_path / "o", say=silent)
