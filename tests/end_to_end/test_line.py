"""The whole line with the real commands and libraries: train, export, chat, evaluate, on a model made here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sahayok.bengali import bengali_share

COMMANDS = {"train": "training", "export": "export", "chat": "sahayok_tui", "eval": "eval_harness"}


def run(command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    module = f"{COMMANDS[command]}.cli"
    code = f"import sys; from {module} import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], check=False, capture_output=True, text=True, timeout=300
    )


def succeed(command: str, *arguments: object) -> str:
    done = run(command, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a text corpus and a dialogue corpus cut from the project's own dialogues, and a short recipe."""
    folder = tmp_path_factory.mktemp("line")
    lines = Path("training/corpus/dialogues/openings.jsonl").read_text("utf-8").splitlines()
    (folder / "dialogues.jsonl").write_text("\n".join(lines[:200]) + "\n", "utf-8")
    with (folder / "text.jsonl").open("w", encoding="utf-8") as out:
        for start in range(0, len(lines), 4):
            messages = [m["content"] for line in lines[start : start + 4] for m in json.loads(line)["messages"]]
            out.write(json.dumps({"source": "own", "text": "\n".join(messages)}, ensure_ascii=False) + "\n")
    recipe = Path("training/recipes/tiny-test.toml").read_text("utf-8")
    (folder / "recipe.toml").write_text(recipe.replace("vocabulary = 2048", "vocabulary = 1024"), "utf-8")
    return folder


def test_train_export_chat_evaluate(work: Path) -> None:
    recipe, text = work / "recipe.toml", work / "text.jsonl"
    succeed("train", "tokenizer", recipe, "--text", text, "--out", work / "tokenizer")
    succeed("train", "encode", recipe, "--text", text, "--tokenizer", work / "tokenizer", "--out", work / "encoded")
    succeed(
        "train", "pretrain", recipe,
        "--tokenizer", work / "tokenizer", "--encoded", work / "encoded", "--out", work / "base",
    )  # fmt: skip
    succeed(
        "train", "finetune", recipe,
        "--base", work / "base", "--corpus", work / "dialogues.jsonl", "--out", work / "adapter",
    )  # fmt: skip
    succeed(
        "export", "all",
        "--base", work / "base", "--adapter", work / "adapter",
        "--out", work / "model", "--types", "q8_0", "--name", "tiny",
    )  # fmt: skip
    gguf = work / "model" / "tiny-q8_0.gguf"
    assert gguf.read_bytes()[:4] == b"GGUF"

    reply = succeed("chat", "--model", gguf, "--say", "আমার মন খুব খারাপ", "--seed", 3)
    assert reply.strip() and bengali_share(reply) > 0.9
    merged = succeed("chat", "--model", work / "model" / "merged", "--say", "আমার মন খুব খারাপ", "--seed", 3)
    assert merged.strip()
    adapted = succeed(
        "chat", "--model", work / "base", "--adapter", work / "adapter", "--say", "আমার মন খুব খারাপ", "--seed", 3
    )
    assert adapted == merged  # base with adapter computes what the merged model computes

    records = work / "records.jsonl"
    evaluation = (
        "run", "--model", gguf, "--corpus", work / "dialogues.jsonl", "--split", "validation", "--limit", 4,
        "--out", records,
    )  # fmt: skip
    succeed("eval", *evaluation)
    summary = json.loads(succeed("eval", "score", records, "--json"))
    assert json.dumps(summary).count("bits_per_byte") >= 1
    before = records.read_bytes()
    succeed("eval", *evaluation)  # nothing is left to do
    assert records.read_bytes() == before


def test_every_command_answers_bad_input_with_one_line(tmp_path: Path) -> None:
    cases = [
        ("train", ["finetune", "nonesuch", "--out", tmp_path / "o"]),
        ("export", ["gguf", tmp_path / "none", "--out", tmp_path / "o.gguf", "--type", "f16"]),
        ("chat", ["--model", tmp_path / "none.gguf", "--say", "ক"]),
        ("eval", ["run", "--model", tmp_path / "none.gguf", "--out", tmp_path / "r.jsonl"]),
        ("eval", ["score", tmp_path / "none.jsonl"]),
    ]
    for command, arguments in cases:
        done = run(command, *arguments)
        assert done.returncode not in (0, 1), (command, done)
        assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr, (command, done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_a_corrupt_gguf_is_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\0" * 5000)
    done = run("chat", "--model", broken, "--say", "ক")
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1 and "broken.gguf" in done.stderr
