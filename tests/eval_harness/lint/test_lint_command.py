"""The whole way: a target on the command line, lines or JSON, an exit code."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from eval_harness.commands import lint
from eval_harness.errors import EvalError
from eval_harness.lint.rules import ADAPTER_RULES, MODEL_RULES, RECORD_RULES
from eval_harness.suites.suite import load_suite
from tests.eval_harness.lint.subjects import asked
from tests.eval_harness.made import a_header, write_records


def lint_(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    lint.add(parser.add_subparsers())
    parsed = parser.parse_args(["lint", *map(str, arguments)])
    code: int = parsed.run(parsed)
    return code


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    header = a_header(items=6, replies=6)
    return write_records(tmp_path / "sound.jsonl", header, [asked(number) for number in range(6)])


def training_file(folder: Path, *texts: tuple[str, str]) -> Path:
    rows = [
        {
            "id": f"t-{number}",
            "situation": "s",
            "messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}],
        }
        for number, (question, answer) in enumerate(texts)
    ]
    file = folder / "training.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file


def test_a_sound_record_file(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint_(sound) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "tiny.gguf"
    assert out[-1] == f"0 errors, 0 warnings; {len(RECORD_RULES) - 6} rules checked, 6 not"
    (leaks,) = (line for line in out if "leak-exact" in line)
    assert leaks.startswith("not checked: leak-exact, leak-normalised, leak-near, leak-conversation: the items are not")


def test_an_error_is_a_line_and_exit_code_1(sound: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    training = training_file(tmp_path, (asked(0).question, "আমি আপনার কথা মন দিয়ে শুনছি।"))
    assert lint_(sound, "--training", training) == 1
    out = capsys.readouterr().out
    (line,) = (line for line in out.splitlines() if line.startswith("error"))
    assert line.startswith("error leak-exact questions: the question of 1 of 6 (16.7 %) items is in the training data")
    assert "; take these items out" in line
    assert out.splitlines()[-1].startswith("1 error, 0 warnings; ")


def test_only_warnings_are_exit_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = [asked(number, reply="" if number < 8 else None) for number in range(9)]
    file = write_records(tmp_path / "empty.jsonl", a_header(items=9, replies=9), records)
    assert lint_(file) == 0
    out = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("warning empty-reply x-") for line in out) == 5
    assert "warning empty-reply: and 3 more" in out
    assert out[-1].startswith("0 errors, 8 warnings; ")


def test_the_table_of_another_program_has_a_set_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "theirs.csv"
    file.write_text(
        "question,reference,prediction,model\n"
        "মন খারাপ।,কী হয়েছে?<|eot_id|>,আমি শুনছি।,one\n"
        "মন খারাপ।,কী হয়েছে?,আমি শুনছি।,two\n",
        encoding="utf-8",
    )
    assert lint_(file) == 1
    out = capsys.readouterr().out
    assert [block.splitlines()[0] for block in out.split("\n\n")] == ["one", "two"]
    assert "error special-token row-1: the reference holds '<|eot_id|>'; cut special tokens" in out
    assert out.count("warning unseeded sampling: ") == 2


def test_nothing_in_a_record_speaks_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "theirs.jsonl"
    row = {"id": "a\x1b[2J", "question": "মন খারাপ।", "prediction": "nan", "model": "m\x1b[31m"}
    file.write_text(json.dumps(row) + "\n")
    assert lint_(file) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.startswith("m⟨U+001B⟩[31m\n")


def test_json_has_every_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = [asked(number, reply="") for number in range(8)]
    file = write_records(tmp_path / "empty.jsonl", a_header(items=9, replies=9), records)
    assert lint_(file, "--json") == 1
    read: dict[str, Any] = json.loads(capsys.readouterr().out)
    (target,) = read["targets"]
    by_rule = {found["rule"]: found for found in target["found"]}
    assert (read["errors"], read["warnings"]) == (1, 8)
    assert by_rule["incomplete"]["level"] == "error"
    assert len(by_rule["empty-reply"]["findings"]) == 8
    assert by_rule["empty-reply"]["explanation"] == "no reply is empty"
    assert "leak-exact" in target["unchecked"]


def test_models_and_records_in_one_call(sound: Path, tiny_gguf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint_("sahayok-nano", tiny_gguf, sound) == 0
    assert [block.splitlines()[0] for block in capsys.readouterr().out.split("\n\n")] == [
        "sahayok-nano",
        str(tiny_gguf),
        "tiny.gguf",
    ]


def test_an_adapter_without_a_tokenizer_is_checked_as_far_as_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "adapter_config.json").write_text('{"peft_type": "LORA", "r": 4, "lora_alpha": 8}')
    assert lint_(tmp_path) == 1
    out = capsys.readouterr().out
    assert "error adapter-base adapter_config.json: base_model_name_or_path is empty" in out
    assert f"2 rules checked, {len(MODEL_RULES) + len(ADAPTER_RULES) - 2} not" in out


def test_the_corpus_of_a_run_is_known_by_its_hash(
    tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = load_suite("dialogue", corpus=corpus)
    header = a_header(corpus_sha256=suite.sha256, items=1, replies=1)
    file = write_records(tmp_path / "run.jsonl", header, [asked(0, question="কাল পরীক্ষা আছে, কিছুই পড়া হয়নি")])
    lint_(file)
    assert "not checked: leak-exact" in capsys.readouterr().out
    lint_(file, "--corpus", corpus)
    assert "not checked: leak-exact" not in capsys.readouterr().out


def test_short_questions_are_said_to_be_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_records(tmp_path / "short.jsonl", a_header(items=1, replies=1), [asked(0, question="কী করব?")])
    lint_(file, "--training", training_file(tmp_path, ("ভালো লাগছে না কিছুতেই", "আমি শুনছি।")))
    assert "note: questions of fewer than 4 words, not looked for in training.jsonl: 1\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nothing", "nothing.jsonl", "nothing.gguf"])
def test_a_target_that_does_not_exist(name: str, tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"^nothing at .*: give a record file"):
        lint_(tmp_path / name)


def test_training_data_that_cannot_be_read(sound: Path, tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no such dialogue file"):
        lint_(sound, "--training", tmp_path / "nothing.jsonl")


def test_rule_ids_are_unique() -> None:
    ids = [rule.id for rules in (MODEL_RULES, ADAPTER_RULES, RECORD_RULES) for rule in rules]
    assert len(set(ids)) == len(ids) == 38
