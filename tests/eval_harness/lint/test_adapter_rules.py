from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval_harness.errors import EvalError
from eval_harness.lint.adapter import read_adapter_folder
from eval_harness.lint.rule import Finding, NotChecked
from eval_harness.lint.rules import ADAPTER_RULES
from tests.export.damage import edit_json

Copy = Callable[[Path], Path]


def found(rule: str, folder: Path) -> list[Finding]:
    return list(next(known for known in ADAPTER_RULES if known.id == rule).check(read_adapter_folder(folder)))


@pytest.fixture(scope="session")
def adapter(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh LoRA adapter on the tiny model, with its tokenizer beside it."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoTokenizer, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("adapter")
    config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    get_peft_model(LlamaForCausalLM.from_pretrained(tiny_model), config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_model).save_pretrained(folder)
    return folder


def change(folder: Path, **values: Any) -> Path:
    edit_json(folder / "adapter_config.json", lambda content: content.update(values))
    return folder


@pytest.mark.parametrize("rule", [rule.id for rule in ADAPTER_RULES])
def test_a_sound_adapter_has_nothing(rule: str, adapter: Path) -> None:
    assert found(rule, adapter) == []


def test_no_base(adapter: Path, copy_of: Copy) -> None:
    folder = change(copy_of(adapter), base_model_name_or_path="")
    assert len(found("adapter-base", folder)) == 1
    with pytest.raises(NotChecked, match="names no base model"):
        found("adapter-fits", folder)


def test_a_base_that_is_elsewhere(adapter: Path, copy_of: Copy) -> None:
    folder = change(copy_of(adapter), base_model_name_or_path="meta-llama/Llama-3.1-8B-Instruct")
    assert found("adapter-base", folder) == []
    with pytest.raises(NotChecked, match="is no folder here"):
        found("adapter-vocabulary", folder)


def test_tensors_of_another_shape(adapter: Path, tiny_model: Path, copy_of: Copy) -> None:
    base = copy_of(tiny_model)
    edit_json(base / "config.json", lambda content: content.update(hidden_size=512))
    folder = change(copy_of(adapter), base_model_name_or_path=str(base))
    (finding,) = found("adapter-fits", folder)
    assert "has the shape" in finding.what
    assert finding.todo == "give the base that the adapter was trained on"


def test_another_vocabulary(adapter: Path, copy_of: Copy) -> None:
    folder = copy_of(adapter)

    def add(content: dict[str, Any]) -> None:
        content["added_tokens"].append({**content["added_tokens"][-1], "id": 512, "content": "<|extra|>"})

    edit_json(folder / "tokenizer.json", add)
    (finding,) = found("adapter-vocabulary", folder)
    assert "has 513 tokens and the base's 512; 1 are not the same" in finding.what


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"lora_alpha": 0}, "its scale is 0 (r 4, lora_alpha 0)"),
        ({"lora_alpha": -8, "use_rslora": True}, "its scale is -4 (r 4, lora_alpha -8)"),
        ({"r": 0}, "r is 0 and lora_alpha 8"),
        ({"lora_alpha": None}, "r is 4 and lora_alpha None"),
    ],
)
def test_scales_that_change_nothing(values: dict[str, Any], what: str, adapter: Path, copy_of: Copy) -> None:
    (finding,) = found("adapter-scale", change(copy_of(adapter), **values))
    assert finding.what == what


def test_a_damaged_config(adapter: Path, copy_of: Copy) -> None:
    folder = copy_of(adapter)
    (folder / "adapter_config.json").write_text("[]")
    with pytest.raises(EvalError, match="damaged"):
        read_adapter_folder(folder)
