from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sahayok_tui.cli import main


def _run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    try:
        code = main(arguments)
    except SystemExit as end:
        assert isinstance(end.code, int)
        code = end.code
    output = capsys.readouterr()
    return code, output.out, output.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--model", "/nowhere/model.gguf"], "/nowhere/model.gguf"),
        (["--adapter", "/nowhere/adapter"], "/nowhere/adapter"),
        (["--engine", "abacus"], "abacus"),
        (["--threads", "0"], "'0'"),
        (["--threads", "two"], "'two'"),
        (["--language", "xx"], "xx"),
        (["--say", " \n"], "--say"),
        (["--seed", "1"], "--say"),
        (["--unknown"], "--unknown"),
        (["text"], "text"),
        ([], "terminal"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = _run(arguments, capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("sahayok-chat: ")
    assert told in err


@pytest.mark.parametrize("settings", ["colour = 1", "threads = 0", "country = 'FR'", "not toml"])
def test_broken_settings_are_one_line_and_exit_code_2(
    settings: str, no_settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    no_settings.mkdir(parents=True)
    (no_settings / "settings.toml").write_text(settings)
    code, out, err = _run(["--say", "কথা"], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "settings.toml" in err


def test_say_prints_one_reply_and_the_seed_repeats_it(tiny_gguf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replies = []
    for seed in ("1", "1", "2"):
        code, out, err = _run(["--model", str(tiny_gguf), "--threads", "1", "--say", "কথা", "--seed", seed], capsys)
        assert (code, err) == (0, "")
        replies.append(out)
    assert replies[0].strip()
    assert replies[0] == replies[1] != replies[2]


def test_say_takes_what_is_not_given_from_the_settings(
    no_settings: Path, tiny_gguf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    no_settings.mkdir(parents=True)
    (no_settings / "settings.toml").write_text(f'model = "{tiny_gguf}"\nthreads = 1\n')
    assert _run(["--say", "কথা"], capsys)[0] == 0


def test_say_with_a_model_that_fails_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF")
    code, out, err = _run(["--model", str(broken), "--say", "কথা"], capsys)
    assert (code, out, err.count("\n")) == (1, "", 1)


def test_say_with_a_text_too_long_is_one_line(tiny_gguf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = _run(["--model", str(tiny_gguf), "--say", "কথা " * 20_000], capsys)
    assert (code, out, err.count("\n")) == (1, "", 1)


def _say(tiny_gguf: Path) -> list[str]:
    return [sys.executable, "-m", "sahayok_tui.cli", "--model", str(tiny_gguf), "--threads", "1", "--say", "কথা"]


def test_say_takes_bytes_that_are_no_text_and_a_locale_without_bengali(tiny_gguf: Path) -> None:
    done = subprocess.run(
        [*_say(tiny_gguf)[:-1], b"\xff\xe0\xa6"], capture_output=True, env={**os.environ, "PYTHONIOENCODING": "latin-1"}
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("utf-8").strip()


def test_say_survives_a_reader_that_leaves(tiny_gguf: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}', "-", *_say(tiny_gguf)], capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_say_ends_quietly_on_ctrl_c(tiny_gguf: Path) -> None:
    process = subprocess.Popen(_say(tiny_gguf), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode in (0, 130), err) == (True, b"")
