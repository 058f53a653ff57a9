from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from eval_harness.cli import COMMANDS, main
from eval_harness.records import Record, read_record_file
from tests.eval_harness.made import a_header, pairs_of_lines, records_of, write_records

TIMED = {"time_to_first_token", "tokens_per_second", "bytes_per_second"}
PROGRAM = "from eval_harness.cli import main; raise SystemExit(main())"


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on stderr, which must be one line."""
    said = capsys.readouterr().err
    assert said.startswith("sahayok-eval")
    assert said.count("\n") == 1
    return said


@pytest.fixture
def records(tmp_path: Path) -> Path:
    made = records_of(pairs_of_lines(12))
    return write_records(tmp_path / "r.jsonl", a_header(items=12, replies=12), made)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def run_arguments(model: Path, corpus: Path, out: Path) -> list[str]:
    names = {"--model": model, "--corpus": corpus, "--out": out, "--split": "validation", "--threads": 1}
    return ["run", *(str(part) for pair in names.items() for part in pair)]


@pytest.mark.parametrize(
    "arguments", [["--help"], *([command.__name__.rpartition(".")[2], "--help"] for command in COMMANDS)]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom eval_harness.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'torch', 'transformers', 'llama_cpp', 'sacrebleu', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage: sahayok-eval" in done.stdout


def test_score_needs_no_model(records: Path) -> None:
    program = (
        "import sys\nfrom eval_harness.cli import main\n"
        f"assert main(['score', {str(records)!r}]) == 0\n"
        "heavy = {'torch', 'transformers', 'llama_cpp'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "bits_per_byte" in done.stdout
    assert done.stderr == ""


def test_score_as_json(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(records), "--json"]) == 0
    (summary,) = json.loads(capsys.readouterr().out)
    assert summary["replies"] == 12
    assert {row["name"] for row in summary["rows"]} > {"bits_per_byte", "chrF++", "ROUGE-L", "drift_rate"}


def test_score_says_what_it_dropped(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records.write_bytes(records.read_bytes()[:-7])
    assert main(["score", str(records)]) == 0
    said = capsys.readouterr().out
    assert "The last line of r.jsonl was cut off" in said
    assert "1 of 12 replies are not there yet" in said


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["run", "--model", "m"],
        ["run", "--model", "m", "--out", "o", "--limit", "0"],
        ["run", "--model", "m", "--out", "o", "--seed", "-1"],
        ["run", "--model", "m", "--out", "o", "--split", "train"],
        ["run", "--model", "m", "--out", "o", "--sampling", "warmth=1"],
        ["run", "--model", "m", "--out", "o", "--sampling", "temperature=hot"],
        ["run", "--model", "m", "--out", "o", "--sampling", "temperature=nan"],
        ["run", "--model", "m", "--out", "o", "--sampling", "max_tokens=0"],
        ["score"],
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    one_line(capsys)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no record file"),
        (b"", "holds no row"),
        (a_header().to_line()[:-1], "holds no whole line yet"),
        (a_header().to_line(), "holds no reply yet"),
        (a_header().to_line() + b'{"id": "x\n', "line 2: it is not whole JSON"),
        (a_header().to_line() + b'{"id": "x"}\n', "line 2: the key 'cached' is missing"),
        (b"\xff\xfe\n", "line 1: it is not UTF-8"),
        (b'{"messages": []}\n', "the columns are messages; needed are"),
        (b'{"format": "sahayok-eval-records/1"}\n', "line 1: this is not a record file of the format"),
    ],
)
def test_bad_records_are_one_line(
    tmp_path: Path, content: bytes | None, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "r.jsonl").write_bytes(content)
    assert main(["score", str(tmp_path / "r.jsonl")]) == 2
    assert says in one_line(capsys)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"--model": "missing.gguf"}, "no model at missing.gguf"),
        ({"--adapter": "missing"}, "no adapter at missing"),
        ({"--corpus": "missing.jsonl"}, "no such dialogue file"),
        ({"--corpus": "{empty}"}, "the corpus is empty"),
        ({"--corpus": "{small}"}, "the part validation of {small} is empty: 1 dialogues are too few"),
        ({"--out": "{tmp}/none/r.jsonl"}, "no folder {tmp}/none for --out"),
        ({"--out": "{tmp}"}, "directory"),
        ({"--model": "{empty}"}, "not a GGUF file"),
        ({"--quantization": "nf4"}, "nf4 is for Hugging Face folders"),
    ],
)
def test_bad_input_of_run_is_one_line(
    tmp_path: Path,
    tiny_gguf: Path,
    corpus: Path,
    changes: dict[str, str],
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = {"tmp": tmp_path, "empty": tmp_path / "empty.jsonl", "small": tmp_path / "small.jsonl"}
    places["empty"].write_text("")
    places["small"].write_text(corpus.read_text().splitlines()[0])
    arguments = run_arguments(tiny_gguf, corpus, tmp_path / "r.jsonl")
    for key, value in changes.items():
        arguments += [key, value.format(**places)]
    assert main(arguments) == 2
    assert says.format(**places) in one_line(capsys)


def untimed_summary(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["score", str(path), "--json"]) == 0
    summary: dict[str, Any] = json.loads(capsys.readouterr().out)[0]
    summary["rows"] = [row for row in summary["rows"] if row["name"] not in TIMED]
    return summary


def said(path: Path) -> dict[tuple[str, int], tuple[object, ...]]:
    """Everything of the records but the times, by item."""
    found: dict[tuple[str, int], tuple[object, ...]] = {}
    for entry in read_record_file(path).entries:
        assert isinstance(entry, Record) and entry.counts is not None
        tokens = (entry.counts.prompt_tokens, entry.counts.evaluated_tokens, entry.counts.new_tokens)
        found[entry.id, entry.repeat] = (entry.reply, entry.finish, entry.likelihood, *tokens)
    return found


@pytest.mark.parametrize("parallel", [1, 3])
def test_a_killed_run_goes_on_and_gives_the_same_summary(
    tmp_path: Path, tiny_gguf: Path, corpus: Path, parallel: int, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, killed = tmp_path / "whole.jsonl", tmp_path / "killed.jsonl"
    options = ["--parallel", str(parallel), "--no-cache"]
    assert main([*run_arguments(tiny_gguf, corpus, whole), *options]) == 0
    assert len(said(whole)) == 36

    command = [sys.executable, "-c", PROGRAM, *run_arguments(tiny_gguf, corpus, killed), *options]
    for lines in (4, 9):  # killed twice, at different places
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and not (killed.exists() and killed.read_bytes().count(b"\n") >= lines):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert lines <= len(read_record_file(killed).entries) + 1 < 37
        with killed.open("ab") as file:  # what a kill in the middle of a write leaves
            file.write(b'{"id": "t-0')
    capsys.readouterr()
    assert main([*run_arguments(tiny_gguf, corpus, killed), *options]) == 0
    assert "dropped 1 line of" in capsys.readouterr().err

    assert said(killed) == said(whole)
    assert untimed_summary(killed, capsys) == untimed_summary(whole, capsys)

    assert main([*run_arguments(tiny_gguf, corpus, killed), *options, "--seed", "2"]) == 2
    assert "of another run: its sampling is" in one_line(capsys)


def test_the_sampling_can_be_set(tmp_path: Path, tiny_gguf: Path, corpus: Path) -> None:
    settings = ["--sampling", "temperature=0", "max_tokens=3", "--limit", "1"]
    assert main([*run_arguments(tiny_gguf, corpus, tmp_path / "r.jsonl"), *settings]) == 0
    file = read_record_file(tmp_path / "r.jsonl")
    assert file.header is not None
    assert (file.header.sampling.temperature, file.header.sampling.max_tokens, file.header.sampling.seed) == (0, 3, 1)
    assert [entry.counts.new_tokens for entry in file.entries if isinstance(entry, Record) and entry.counts] == [3]


def test_a_second_run_takes_the_replies_of_the_first(tmp_path: Path, tiny_gguf: Path, corpus: Path) -> None:
    for name in ("a", "b"):
        assert main([*run_arguments(tiny_gguf, corpus, tmp_path / f"{name}.jsonl"), "--limit", "3"]) == 0
    first, second = (read_record_file(tmp_path / f"{name}.jsonl").entries for name in ("a", "b"))
    assert [entry.cached for entry in (*first, *second) if isinstance(entry, Record)] == [False] * 3 + [True] * 3
    assert said(tmp_path / "a.jsonl") == said(tmp_path / "b.jsonl")
    assert list((tmp_path / "cache" / "sahayok").iterdir()) == [tmp_path / "cache" / "sahayok" / "replies.sqlite3"]


def test_a_folder_is_run_by_transformers(
    tmp_path: Path, tiny_model: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r.jsonl"
    arguments = ["run", "--model", str(tiny_model), "--corpus", str(corpus), "--split", "validation", "--limit", "1"]
    assert main([*arguments, "--out", str(out)]) == 0
    header = read_record_file(out).header
    assert header is not None
    assert (header.engine, header.items) == ("huggingface", 1)
    assert "torch" in header.versions
    assert "huggingface" in capsys.readouterr().out


def test_a_model_that_can_read_no_item_is_said(
    tmp_path: Path, tiny_gguf: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = tmp_path / "long.jsonl"
    long.write_text(corpus.read_text().replace('"content": "', '"content": "' + "অনেক কথা " * 400))
    assert main([*run_arguments(tiny_gguf, long, tmp_path / "r.jsonl"), "--limit", "2"]) == 2
    said = capsys.readouterr()
    assert said.err.endswith("none of the 2 items fits the model's context\n")
    assert said.out == ""


def test_a_stopped_run_says_how_to_go_on(
    tmp_path: Path,
    tiny_gguf: Path,
    corpus: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sahayok.engines.loading.load_engine", stop)
    assert main(run_arguments(tiny_gguf, corpus, tmp_path / "r.jsonl")) == 130
    assert "the same command goes on" in one_line(capsys)
