import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.conftest import WriteDialogues
from training.cli import main


@pytest.mark.parametrize("stage", [[], ["tokenizer"], ["encode"], ["pretrain"], ["finetune"]])
def test_help_loads_no_model_library(stage: list[str]) -> None:
    code = (
        "import sys\nfrom training.cli import main\n"
        f"try: main({[*stage, '--help']!r})\nexcept SystemExit as end: assert end.code == 0\n"
        "heavy = {'torch', 'transformers', 'llama_cpp', 'tokenizers', 'datasets', 'unsloth'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def bad(arguments: list[object], capsys: pytest.CaptureFixture[str]) -> str:
    assert main([str(argument) for argument in arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("sahayok-train: ") and error.count("\n") == 1
    return error


def test_bad_input_is_one_line(
    tmp_path: Path, tiny_model: Path, write_dialogues: WriteDialogues, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    none, empty, broken = tmp_path / "none", tmp_path / "empty.jsonl", tmp_path / "broken.toml"
    empty.touch()
    broken.write_text("name =", "utf-8")
    columns = tmp_path / "c.csv"
    columns.write_text("a,b\n1,2\n", "utf-8")
    tuning = ["finetune", "tiny-test", "--out", out, "--base", tiny_model, "--corpus"]
    assert "none" in bad(["tokenizer", "tiny-test", "--text", none, "--out", out], capsys)
    assert "recipe" in bad(["tokenizer", broken, "--text", empty, "--out", out], capsys)
    assert "trains no tokenizer" in bad(["tokenizer", "llama31-8b-t4", "--text", empty, "--out", out], capsys)
    assert "no tokenizer in" in bad(["encode", "nano", "--text", empty, "--tokenizer", none, "--out", out], capsys)
    assert "no usable" in bad(["encode", "nano", "--text", empty, "--tokenizer", tiny_model, "--out", out], capsys)
    assert "no folder of encoded text" in bad(
        ["pretrain", "nano", "--tokenizer", tiny_model, "--encoded", none, "--out", out], capsys
    )
    assert "the corpus is empty" in bad([*tuning, empty], capsys)
    assert "the column 'Topics'" in bad([*tuning, columns], capsys)
    assert "no such dialogue file" in bad([*tuning, none], capsys)
    assert "too few" in bad([*tuning, write_dialogues(1)], capsys)
    assert not out.exists() or not list(out.iterdir())


def test_an_empty_tokenizer_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    assert "no usable Bengali text" in bad(
        ["tokenizer", "tiny-test", "--text", empty, "--out", tmp_path / "out"], capsys
    )


def test_dry_runs_write_nothing(tmp_path: Path, shard: Path, write_dialogues: WriteDialogues) -> None:
    out = tmp_path / "out"
    assert main(["tokenizer", "nano", "--text", str(shard), "--out", str(out), "--dry-run"]) == 0
    assert (
        main(["finetune", "nano", "--base", "b", "--corpus", str(write_dialogues()), "--out", str(out), "--dry-run"])
        == 0
    )
    assert not out.exists()


def test_the_stages_one_after_another(tmp_path: Path, shard: Path) -> None:
    recipe = tmp_path / "r.toml"
    text = Path("training/recipes/tiny-test.toml").read_text("utf-8")
    recipe.write_text(
        text.replace("vocabulary = 2048", "vocabulary = 512").replace("epochs = 2", "epochs = 0.2"), "utf-8"
    )
    tokenizer, encoded, base = (str(tmp_path / name) for name in ("tok", "enc", "base"))
    assert main(["tokenizer", str(recipe), "--text", str(shard), "--out", tokenizer]) == 0
    assert main(["encode", str(recipe), "--text", str(shard), "--tokenizer", tokenizer, "--out", encoded]) == 0
    assert main(["pretrain", str(recipe), "--tokenizer", tokenizer, "--encoded", encoded, "--out", base]) == 0
    record = json.loads((Path(base) / "run_record.json").read_text("utf-8"))
    assert record["stage"] == "pretrain" and record["recipe"]["name"] == "tiny-test"
