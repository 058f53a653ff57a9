from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Event

import pytest

from sahayok.conversation import Message
from sahayok.engines.engine import Piece, PromptTooLong, Sampling
from sahayok_tui.engine_process import EngineEvent, EngineLost, Loading, Lost, ModelChoice, Ready, RemoteEngine
from tests.sahayok_tui.waiting import alive, wait_until

ASKED = [Message("user", "আমার মন ভালো নেই।")]
BRIEF = Sampling(temperature=0, max_tokens=16)


class Listener:
    def __init__(self) -> None:
        self._events: SimpleQueue[EngineEvent] = SimpleQueue()

    def __call__(self, event: EngineEvent) -> None:
        self._events.put(event)

    def until(self, kind: type) -> list[EngineEvent]:
        """The events up to the first of `kind`, that one included."""
        events = [self._events.get(timeout=60)]
        while not isinstance(events[-1], kind):
            events.append(self._events.get(timeout=60))
        return events


@pytest.fixture
def engine(tiny_gguf: Path) -> Iterator[RemoteEngine]:
    remote = RemoteEngine(ModelChoice(str(tiny_gguf), threads=1))
    # A prompt read whole and one read before differ in the last bits: from here on all have been read before.
    list(remote.stream(ASKED, BRIEF, stop=Event()))
    yield remote
    remote.close()


def _text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def test_it_tells_how_far_it_is_and_when_it_is_ready(tiny_gguf: Path) -> None:
    listener = Listener()
    engine = RemoteEngine(ModelChoice(str(tiny_gguf), threads=1), listener)
    *loading, ready = listener.until(Ready)
    assert loading
    shares = [event.share for event in loading if isinstance(event, Loading)]
    assert len(shares) == len(loading)
    assert shares == sorted(shares)
    assert ready == Ready(engine.context_tokens)
    engine.close()


def test_it_is_the_engine_that_runs_in_the_process(engine: RemoteEngine) -> None:
    assert engine.count_tokens(ASKED) > 0
    pieces = list(engine.stream(ASKED, BRIEF, stop=Event()))
    assert [piece.finish is not None for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert pieces[-1].counts is not None
    assert pieces[-1].counts.new_tokens <= BRIEF.max_tokens
    assert _text(list(engine.stream(ASKED, BRIEF, stop=Event()))) == _text(pieces)
    assert engine.response_logprob(ASKED, "শুনছি").nats > 0


def test_what_was_forgotten_is_read_again(engine: RemoteEngine) -> None:
    def evaluated() -> int:
        counts = list(engine.stream(ASKED, BRIEF, stop=Event()))[-1].counts
        assert counts is not None
        return counts.evaluated_tokens

    assert evaluated() < engine.count_tokens(ASKED)
    engine.forget()
    assert evaluated() == engine.count_tokens(ASKED)


def test_a_stop_ends_the_reply(engine: RemoteEngine) -> None:
    stop = Event()
    stop.set()
    last = list(engine.stream(ASKED, Sampling(temperature=0, max_tokens=1000), stop=stop))[-1]
    assert last.finish == "stopped"
    # And does not linger: the next reply runs to its own end.
    assert list(engine.stream(ASKED, BRIEF, stop=Event()))[-1].finish != "stopped"


def test_a_reply_left_half_way_leaves_nothing_for_the_next(engine: RemoteEngine) -> None:
    expected = _text(list(engine.stream(ASKED, BRIEF, stop=Event())))
    left = engine.stream(ASKED, Sampling(temperature=0, max_tokens=1000), stop=Event())
    next(left)
    left.close()  # type: ignore[attr-defined] - it is a generator
    assert _text(list(engine.stream(ASKED, BRIEF, stop=Event()))) == expected


def test_a_novel_arrives_and_is_too_long(engine: RemoteEngine) -> None:
    with pytest.raises(PromptTooLong) as caught:
        list(engine.stream([Message("user", "মন খারাপ। " * 50_000)], BRIEF, stop=Event()))
    assert caught.value.tokens > caught.value.limit
    assert list(engine.stream(ASKED, BRIEF, stop=Event()))


def test_a_model_that_cannot_be_loaded_is_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    for model in (tmp_path / "absent.gguf", broken):
        listener = Listener()
        engine = RemoteEngine(ModelChoice(str(model)), listener)
        lost = listener.until(Lost)[-1]
        assert isinstance(lost, Lost)
        assert model.name in lost.reason
        assert "\n" not in lost.reason
        with pytest.raises(EngineLost):
            engine.count_tokens(ASKED)
        with pytest.raises(EngineLost):
            _ = engine.context_tokens
        engine.close()


@pytest.mark.parametrize("moment", ["loading", "idle", "speaking"])
def test_a_killed_process_is_noticed_at_once(tiny_gguf: Path, moment: str) -> None:
    listener = Listener()
    engine = RemoteEngine(ModelChoice(str(tiny_gguf), threads=1), listener)
    reply = None
    if moment != "loading":
        listener.until(Ready)
    if moment == "speaking":
        reply = engine.stream(ASKED, Sampling(temperature=0, max_tokens=2000), stop=Event())
        next(reply)
    os.kill(engine.pid, signal.SIGKILL)
    lost = listener.until(Lost)[-1]
    assert isinstance(lost, Lost)
    assert "signal 9" in lost.reason
    with pytest.raises(EngineLost):
        list(reply if reply is not None else engine.stream(ASKED, BRIEF, stop=Event()))
    engine.close()


def test_closing_is_no_loss_and_may_be_done_twice(tiny_gguf: Path) -> None:
    listener = Listener()
    engine = RemoteEngine(ModelChoice(str(tiny_gguf), threads=1), listener)
    listener.until(Ready)
    engine.close()
    engine.close()
    assert not alive(engine.pid)
    with pytest.raises(EngineLost):
        engine.count_tokens(ASKED)
    assert listener._events.empty()


_ORPHAN = """
import sys
from threading import Event
from sahayok.conversation import Message
from sahayok.engines.engine import Sampling
from sahayok_tui.engine_process import ModelChoice, RemoteEngine
engine = RemoteEngine(ModelChoice(sys.argv[1], threads=1))
if sys.argv[2] != "loading":
    engine.context_tokens
if sys.argv[2] == "speaking":
    reply = engine.stream([Message("user", "কথা")], Sampling(temperature=0, max_tokens=2000), stop=Event())
    next(reply)
print(engine.pid, flush=True)
Event().wait()
"""


@pytest.mark.parametrize("moment", ["loading", "idle", "speaking"])
def test_the_process_ends_with_the_window_however_that_ends(tiny_gguf: Path, moment: str) -> None:
    window = subprocess.Popen(
        [sys.executable, "-c", _ORPHAN, str(tiny_gguf), moment], stdout=subprocess.PIPE, text=True
    )
    assert window.stdout is not None
    pid = int(window.stdout.readline())
    assert alive(pid)
    window.kill()
    window.wait()
    wait_until(lambda: not alive(pid))
    window.stdout.close()


def test_nothing_is_said_on_the_windows_own_streams_or_command_line(tiny_gguf: Path) -> None:
    script = _ORPHAN.replace("Event().wait()", "print(open(f'/proc/{engine.pid}/cmdline').read().count('কথা'))")
    done = subprocess.run(
        [sys.executable, "-c", script, str(tiny_gguf), "speaking"], capture_output=True, text=True, check=True
    )
    pid, said = done.stdout.split()
    assert (pid.isdecimal(), said, done.stderr) == (True, "0", "")
