from pathlib import Path

import pytest

from training.average import average
from training.cli import main
from training.recipe import RecipeError, load_recipe


def changed(model: Path, out: Path, by: float) -> Path:
    """A copy of the model folder whose weights all have `by` added."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    loaded = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    with torch.no_grad():
        for parameter in loaded.parameters():
            parameter += by
    loaded.save_pretrained(out)
    AutoTokenizer.from_pretrained(model).save_pretrained(out)
    return out


def test_the_mean_of_two_models_lies_between_them(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    one, other = changed(tiny_model, tmp_path / "one", 0.0), changed(tiny_model, tmp_path / "other", 0.5)
    assert main(["average", "tiny-test", str(one), str(other), "--out", str(tmp_path / "mean")]) == 0
    mean = AutoModelForCausalLM.from_pretrained(tmp_path / "mean", dtype=torch.float32).state_dict()
    for name, tensor in AutoModelForCausalLM.from_pretrained(one, dtype=torch.float32).state_dict().items():
        assert torch.allclose(mean[name], tensor + 0.25, atol=1e-6), name
    assert (tmp_path / "mean" / "tokenizer.json").is_file()
    assert '"model": "one"' in (tmp_path / "mean" / "run_record.json").read_text("utf-8")
    assert "2 models" in capsys.readouterr().out


def test_one_model_is_too_few(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="at least two models"):
        average(load_recipe("tiny-test"), [tiny_model], tmp_path / "mean")


def test_a_folder_that_is_no_model(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="is no model folder"):
        average(load_recipe("tiny-test"), [tiny_model, tmp_path], tmp_path / "mean")


def test_other_tokenizers_are_refused(tiny_model: Path, tmp_path: Path) -> None:
    other = changed(tiny_model, tmp_path / "other", 0.0)
    tokenizer = other / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(RecipeError, match="different tokenizers"):
        average(load_recipe("tiny-test"), [tiny_model, other], tmp_path / "mean")
    assert not (tmp_path / "mean").exists()
