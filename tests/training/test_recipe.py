from pathlib import Path

import pytest

from training.recipe import RecipeError, built_in, load_recipe

TINY = Path("training/recipes/tiny-test.toml").read_text("utf-8")


def test_the_built_in_recipes() -> None:
    assert built_in() == ["llama31-8b-t4", "nano", "nano-cpu", "tiny-test"]
    for name in built_in():
        assert load_recipe(name).name == name


def test_the_published_hyper_parameters() -> None:
    plan = load_recipe("llama31-8b-t4").finetune
    assert (plan.rank, plan.alpha, plan.quantization, plan.strategy) == (16, 32, "nf4", "unsloth")
    assert plan.base == "meta-llama/Llama-3.1-8B-Instruct"


@pytest.mark.parametrize("name", ["nano", "nano-cpu", "tiny-test"])
def test_rows_of_small_models_divide_by_256_for_k_quants(name: str) -> None:
    model = load_recipe(name).model
    assert model is not None
    assert model.hidden % 256 == 0 and model.intermediate % 256 == 0


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("rank = 8", "rank = 'eight'", "finetune: rank is 'eight'; it must be of type int"),
        ("rank = 8", "rnak = 8", "finetune: unknown key 'rnak'; the keys are"),
        ("rank = 8\n", "", "finetune: the key 'rank' is missing"),
        ("rank = 8", "rank = 0", "rank must be above zero"),
        ("rank = 8", "rank = true", "rank is True; it must be of type int"),
        ('strategy = "peft"', 'strategy = "axolotl"', "strategy is 'axolotl'; it must be one of peft, unsloth"),
        ("heads = 4", "heads = 3", "hidden \\(256\\) must be a multiple of heads \\(3\\)"),
        ("micro_batch = 8", "micro_batch = 3", "must be a multiple of micro_batch"),
        ("sequence = 128", "sequence = 1024", "longer than the model's context \\(512\\)"),
        ("[finetune]", "[finetune", "not valid TOML"),
        ("targets = [", "targets = [1, ", "targets must be a list of texts"),
    ],
)
def test_a_broken_recipe_is_named_with_its_fault(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in TINY
    file = tmp_path / "r.toml"
    file.write_text(TINY.replace(old, new, 1), "utf-8")
    with pytest.raises(RecipeError, match=reason) as error:
        load_recipe(str(file))
    assert str(file) in str(error.value) and "\n" not in str(error.value)


def test_a_missing_recipe_names_those_that_exist() -> None:
    with pytest.raises(RecipeError, match="nano, nano-cpu, tiny-test"):
        load_recipe("nonesuch")
