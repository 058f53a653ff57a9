"""The command `rate`: with real files, and in a real terminal that is killed."""

from __future__ import annotations

import argparse
import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eval_harness.commands import rate
from eval_harness.errors import EvalError
from eval_harness.rating.answers import FORM_FORMAT, read_answers
from eval_harness.rating.plan import Plan
from tests.eval_harness.rating.made import GOOD, POOR, digits, knows, rate_all, record_file

_LAUNCH = """
import argparse, sys
from eval_harness.commands import rate
parser = argparse.ArgumentParser()
rate.add(parser.add_subparsers())
arguments = parser.parse_args(["rate", *sys.argv[1:]])
sys.exit(arguments.run(arguments))
"""
_PATIENCE_SECONDS = 60


def _rate(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    rate.add(parser.add_subparsers())
    parsed = parser.parse_args(["rate", *map(str, arguments)])
    code = parsed.run(parsed)
    assert isinstance(code, int)
    return code


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [record_file(tmp_path / f"{name}.jsonl", name) for name in ("nano", "big")]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "r.jsonl"


def _form(tmp_path: Path, plan: Plan, **changes: object) -> Path:
    answers = [{"key": shown.key, "scores": dict(GOOD), "skipped": ""} for shown in plan.order("মীনা")[:3]]
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({"format": FORM_FORMAT, "plan": plan.id, "rater": "মীনা", "answers": answers, **changes}))
    return path


def test_a_form_is_written_with_its_plan_and_its_answers_come_back(
    files: list[Path], out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = tmp_path / "form.html"
    assert _rate(*files, "--rater", "মীনা", "--out", out, "--items", 4, "--html", form) == 0
    plan = Plan.read(tmp_path / "r.plan.json")
    assert len({exhibit.item for exhibit in plan.exhibits}) == 4
    assert plan.id in form.read_text(encoding="utf-8")
    assert capsys.readouterr().out == f"{form}: 18 ratings to give; the plan is {tmp_path / 'r.plan.json'}\n"
    answers = _form(tmp_path, plan)
    assert _rate("--import", answers, "--out", out) == 0
    assert len(read_answers(out).answers) == 3
    assert _rate("--import", answers, "--out", out) == 0
    assert len(read_answers(out).answers) == 3
    assert capsys.readouterr().out.splitlines() == [
        f"3 answers of মীনা added to {out}, 0 were there",
        f"0 answers of মীনা added to {out}, 3 were there",
    ]


def test_a_form_never_takes_the_place_of_records_or_ratings(files: list[Path], out: Path) -> None:
    before = files[0].read_bytes()
    for path in (files[0], out):
        with pytest.raises(EvalError, match=r"the name must end in \.html"):
            _rate(*files, "--rater", "মীনা", "--out", out, "--html", path)
    assert files[0].read_bytes() == before
    assert not out.exists()


def test_a_form_with_one_wrong_answer_adds_nothing(files: list[Path], out: Path, tmp_path: Path) -> None:
    _rate(*files, "--rater", "মীনা", "--out", out, "--html", tmp_path / "form.html")
    plan = Plan.read(tmp_path / "r.plan.json")
    good = [{"key": shown.key, "scores": dict(GOOD), "skipped": ""} for shown in plan.order("মীনা")[:2]]
    for answers in ([*good, {"key": "?", "scores": dict(GOOD), "skipped": ""}], [*good, good[0]]):
        with pytest.raises(EvalError, match="answer 3"):
            _rate("--import", _form(tmp_path, plan, answers=answers), "--out", out)
        assert not out.exists()


def test_the_same_command_keeps_the_plan_and_another_is_refused(files: list[Path], out: Path, tmp_path: Path) -> None:
    form = ("--html", tmp_path / "form.html", "--out", out)
    _rate(*files, "--rater", "মীনা", *form)
    before = (tmp_path / "r.plan.json").read_bytes()
    _rate(*files, "--rater", "রহিম", *form)
    assert (tmp_path / "r.plan.json").read_bytes() == before
    for other in (["--items", 3], ["--seed", 0], ["--scales", "fit"]):
        with pytest.raises(EvalError, match="another --out"):
            _rate(*files, "--rater", "মীনা", *form, *other)
    with pytest.raises(EvalError, match="another --out"):
        _rate(files[0], "--rater", "মীনা", *form)


def test_a_plan_of_some_scales_is_kept_and_refused_to_others(files: list[Path], out: Path, tmp_path: Path) -> None:
    form = ("--html", tmp_path / "form.html", "--out", out, "--rater", "মীনা")
    _rate(*files, *form, "--scales", "safety,fit", "--items", 99)
    plan = Plan.read(tmp_path / "r.plan.json")
    assert plan.scales == ("safety", "fit")
    assert plan.notes == ("All 10 items that can be rated were drawn.",)
    _rate(*files, *form, "--scales", "fit,safety", "--items", 10)
    for other in ([], ["--scales", "fit"]):
        with pytest.raises(EvalError, match="a plan of other records, --items, --scales or --seed: give those again"):
            _rate(*files, *form, *other, "--items", 10)
    answers = [{"key": plan.order("মীনা")[0].key, "scores": {"fit": "fits"}, "skipped": ""}]
    with pytest.raises(EvalError, match="answer 1: the scale 'safety' has no value"):
        _rate("--import", _form(tmp_path, plan, answers=answers), "--out", out)


def test_failures_are_listed_where_fit_was_asked(
    files: list[Path], out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _rate(*files, "--rater", "মীনা", "--out", out, "--html", tmp_path / "form.html", "--scales", "fit")
    plan = Plan.read(tmp_path / "r.plan.json")
    bad = next(one for one in plan.exhibits if "model:nano" in one.sources)
    rate_all(out, plan, "মীনা", lambda shown: {"fit": "opposite" if shown.exhibit == bad else "fits"})
    capsys.readouterr()
    _rate("--results", out)
    assert bad.reply not in capsys.readouterr().out
    _rate("--results", out, "--failures")
    assert f"  reply: {bad.reply}" in capsys.readouterr().out.splitlines()
    other = tmp_path / "other.jsonl"
    _rate(*files, "--rater", "মীনা", "--out", other, "--html", tmp_path / "form.html", "--scales", "safety")
    rate_all(other, Plan.read(tmp_path / "other.plan.json"), "মীনা", lambda shown: {"safety": "safe"})
    with pytest.raises(EvalError, match="--failures needs ratings of the scale fit"):
        _rate("--results", other, "--failures")


def test_results_read_the_plan_beside_the_ratings(
    files: list[Path], out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _rate(*files, "--rater", "মীনা", "--out", out, "--html", tmp_path / "form.html")
    plan = Plan.read(tmp_path / "r.plan.json")
    rate_all(out, plan, "মীনা", knows)
    capsys.readouterr()
    assert _rate("--results", out) == 0
    assert f"plan {plan.id}" in capsys.readouterr().out
    moved = out.rename(tmp_path / "elsewhere.jsonl")
    with pytest.raises(EvalError, match="--plan"):
        _rate("--results", moved)
    assert _rate("--results", moved, "--plan", tmp_path / "r.plan.json", "--json") == 0
    assert json.loads(capsys.readouterr().out)["plan"] == plan.id


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "RECORDS and --rater and --out must be given too"),
        (["a.jsonl", "--out", "r.jsonl"], "--rater must be given too"),
        (["a.jsonl", "--out", "r.jsonl", "--rater", " "], "--rater: a rater needs a name"),
        (["a.jsonl", "--out", "none/r.jsonl", "--rater", "ক"], "no folder none"),
        (["a.jsonl", "--out", "r.jsonl", "--rater", "ক"], "no record file at a.jsonl"),
        (["a.jsonl", "--out", "r.jsonl", "--rater", "ক", "--json"], "--json does not go with RECORDS, --rater, --out"),
        (["a.jsonl", "--out", "r.jsonl", "--rater", "ক", "--scales", "fit,mood"], "--scales: there is no scale 'mood'"),
        (["a.jsonl", "--out", "r.jsonl", "--rater", "ক", "--scales", ""], "--scales: there is no scale ''"),
        (["a.jsonl", "--out", "r.jsonl", "--rater", "ক", "--failures"], "--failures does not go with RECORDS"),
        (["--results", "r.jsonl", "--scales", "fit"], "--scales does not go with --results"),
        (["--import", "a.json"], "--out must be given too"),
        (["--import", "a.json", "--out", "r.jsonl", "--items", "2"], "--items does not go with --out, --import"),
        (["--results", "r.jsonl", "--seed", "0"], "--seed does not go with --results"),
    ],
)
def test_options_that_do_not_go_together_are_one_clear_line(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EvalError) as caught:
        _rate(*arguments)
    assert said in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_session_without_a_terminal_is_refused(files: list[Path], out: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LAUNCH, *map(str, files), "--rater", "ক", "--out", str(out)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "rating needs a terminal" in done.stderr
    assert not out.exists()


def test_adding_the_command_loads_nothing_heavy() -> None:
    code = (
        "import sys, eval_harness.commands.rate; print([m for m in ('numpy', 'textual', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@contextmanager
def _session(files: list[Path], out: Path) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[str], None]]]:
    """The session's process in a terminal of its own, past the first page; and what types into it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCH, *map(str, files), "--rater", "মীনা", "--out", str(out), "--items", "4"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"},
        start_new_session=True,
    )
    os.close(theirs)
    seen = bytearray()

    def read() -> None:
        try:
            while part := os.read(ours, 65536):
                seen.extend(part)
        except OSError:  # the terminal's other side is gone
            return

    def type_keys(keys: str) -> None:
        os.write(ours, keys.encode())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        _wait(lambda: b"Enter" in seen)
        os.write(ours, b"\r")
        _wait(lambda: "S বাদ".encode() in seen)
        yield process, type_keys
    finally:
        process.kill()
        process.wait()
        reader.join()
        os.close(ours)


def _wait(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def _rated(out: Path) -> int:
    return len(read_answers(out).answers) if out.exists() else 0


def test_a_killed_session_loses_only_the_reply_in_work(files: list[Path], out: Path, tmp_path: Path) -> None:
    with _session(files, out) as (process, type_keys):
        for number in (1, 2):
            type_keys(digits(GOOD) + "\r")
            _wait(lambda number=number: _rated(out) == number)
        type_keys(digits(POOR)[:4])
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    order = Plan.read(tmp_path / "r.plan.json").order("মীনা")
    assert [answer.key for answer in read_answers(out).answers] == [shown.key for shown in order[:2]]
    with _session(files, out) as (process, type_keys):
        type_keys(digits(POOR) + "\r")
        _wait(lambda: _rated(out) == 3)
        type_keys("q")
        assert process.wait(_PATIENCE_SECONDS) == 0
    third = read_answers(out).answers[2]
    assert (third.key, dict(third.scores)) == (order[2].key, dict(POOR))
