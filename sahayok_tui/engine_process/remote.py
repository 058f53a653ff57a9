"""The window's side of the model's process: an engine like any other, whose death is an event and not a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import count
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Literal

from sahayok.conversation import Message
from sahayok.engines.engine import Counts, EngineError, Piece, PromptTooLong, Sampling, Scored
from sahayok.engines.loading import EngineName, Quantization
from sahayok.manner import Manner
from sahayok.models import manner_of
from sahayok_tui.engine_process.wire import Frame, Wire

_LOOK_AT_STOP_SECONDS = 0.02


class EngineLost(EngineError):
    """The model's process is gone: it failed to load, crashed or was killed. Its text is one line that says which."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model is to speak and how it is run. `model` is what `find_model` understands, None the embedded one.

    With `own_words` the model says everything itself, also where reviewed sentences would speak for it.
    """

    model: str | None = None
    engine: EngineName | None = None
    adapter: str | None = None
    threads: int | None = None
    quantization: Quantization = "none"
    own_words: bool = False

    @property
    def manner(self) -> Manner:
        """How the chat speaks through it."""
        manner = manner_of(self.model)
        return replace(manner, reviewed=False) if self.own_words else manner


@dataclass(frozen=True, slots=True)
class Loading:
    """`share` (0 to 1) of the model is fetched from the hub, or read into memory."""

    stage: Literal["fetch", "load"]
    share: float


@dataclass(frozen=True, slots=True)
class Ready:
    context_tokens: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The process is gone, for a reason of one line. The last event."""

    reason: str


EngineEvent = Loading | Ready | Lost


class RemoteEngine:
    """A model in a child process, as an `Engine`. The constructor does not wait for the model to be loaded; it raises
    EngineLost where no process can be started at all.

    `listener` hears each event, in a thread of this object. Calls made while the model loads wait for it; once the
    process is gone they raise EngineLost. Like any engine it serves one call at a time.
    """

    def __init__(self, choice: ModelChoice, listener: Callable[[EngineEvent], object] | None = None) -> None:
        self._listener = listener or (lambda event: None)
        self._process = _start()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to_model, self._from_model = self._process.stdin, self._process.stdout
        self._wire = Wire(self._from_model, self._to_model)
        self._context_tokens: Future[int] = Future()
        self._answers: SimpleQueue[Frame] = SimpleQueue()
        self._calls = count(1)
        self._lost: EngineLost | None = None
        self._closing = False
        self._ask("load", **asdict(choice))
        Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def context_tokens(self) -> int:
        """Waits until the model is loaded. Raises EngineLost when it never will be."""
        return self._context_tokens.result()

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, stop: Event) -> Iterator[Piece]:
        call = self._ask("stream", messages=_json(messages), sampling=asdict(sampling))
        told = ended = False
        try:
            while not ended:
                if stop.is_set() and not told:
                    self._send({"ask": "stop", "call": call})
                    told = True
                try:
                    frame = self._answer(call, None if told else _LOOK_AT_STOP_SECONDS)
                except Empty:
                    continue
                piece = _piece(frame["piece"])
                ended = piece.finish is not None
                yield piece
        finally:
            if not (ended or told):  # whoever listened went away; the answers that still come are not for the next call
                self._send({"ask": "stop", "call": call})

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return int(self._value(self._ask("count_tokens", messages=_json(messages))))

    def response_logprob(self, messages: Sequence[Message], response: str) -> Scored:
        call = self._ask("response_logprob", messages=_json(messages), response=response)
        return Scored(**self._value(call))

    def forget(self) -> None:
        self._value(self._ask("forget"))

    def close(self) -> None:
        """End the process at once: it has nothing to save, and only a kill reaches into a model's C code."""
        self._closing = True
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._to_model.close()

    def _ask(self, ask: str, **content: object) -> int:
        if self._lost is not None:
            raise self._lost
        call = next(self._calls)
        self._send({"ask": ask, "call": call, **content})
        return call

    def _send(self, frame: Mapping[str, object]) -> None:
        with suppress(OSError, ValueError):  # the listening thread finds out why, and tells whoever waits
            self._wire.send(frame)

    def _value(self, call: int) -> Any:
        return self._answer(call)["value"]

    def _answer(self, call: int, timeout: float | None = None) -> Frame:
        """The next answer to `call`. Raises Empty after `timeout` seconds, EngineError when there is no answer."""
        while True:
            frame = self._answers.get(timeout=timeout)
            if "lost" in frame:
                assert self._lost is not None
                raise self._lost
            if frame["call"] != call:
                continue
            if "too_long" in frame:
                raise PromptTooLong(*frame["too_long"])
            if "error" in frame:
                raise EngineError(frame["error"])
            return frame

    def _listen(self) -> None:
        reason = None
        while (frame := self._wire.receive()) is not None:
            match frame.get("event"):
                case "loading":
                    self._listener(Loading(frame["stage"], frame["share"]))
                case "ready":
                    self._context_tokens.set_result(frame["context_tokens"])
                    self._listener(Ready(frame["context_tokens"]))
                case "failed":
                    reason = frame["reason"]
                case _:
                    self._answers.put(frame)
        self._from_model.close()
        self._process.kill()  # it can be alive only if it closed its own pipe
        self._lose(reason or _obituary(self._process.wait()))

    def _lose(self, reason: str) -> None:
        self._lost = EngineLost(reason)
        if not self._context_tokens.done():
            self._context_tokens.set_exception(self._lost)
        self._answers.put({"lost": True})
        if not self._closing:
            self._listener(Lost(reason))


def _start() -> subprocess.Popen[bytes]:
    # It looks for modules where this process does and nowhere else: `-m` alone would begin with the current folder.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folder or os.curdir for folder in sys.path)}
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "sahayok_tui.engine_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            # A session of its own keeps the terminal's signals (Ctrl+C, hang-up) and the terminal itself away from it.
            start_new_session=True,
        )
    except OSError as error:
        raise EngineLost(f"the model's process cannot be started: {error.strerror}") from None


def _json(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [message.to_json() for message in messages]


def _piece(data: Mapping[str, Any]) -> Piece:
    counts = data["counts"]
    return Piece(data["text"], data["finish"], Counts(**counts) if counts is not None else None)


def _obituary(exit_code: int) -> str:
    if exit_code >= 0:
        return f"the model's process ended with exit code {exit_code}"
    number = -exit_code
    hint = ": perhaps the memory did not suffice" if number == signal.SIGKILL else ""
    return f"the model's process was ended by signal {number} ({signal.strsignal(number)}){hint}"
