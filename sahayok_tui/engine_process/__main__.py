"""The model's side: load one model, then answer what the window asks until the window is gone.

The window's end of the pipe closes however the window ends, so its end is ours too: nothing stays behind in memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import IO, Literal

from sahayok.conversation import Message
from sahayok.engines.engine import Engine, EngineError, PromptTooLong, Sampling
from sahayok.engines.loading import load_engine
from sahayok.models import EMBEDDED, find_model
from sahayok_tui.engine_process.wire import Frame, Wire

_SMALLEST_STEP = 0.01


def main() -> int:
    wire = Wire(*_claim_pipes())
    inbox = Inbox(wire)
    try:
        engine = _load(inbox.next()[0], wire)
    except Exception as error:
        wire.send({"event": "failed", "reason": _one_line(error)})
        return 1
    wire.send({"event": "ready", "context_tokens": engine.context_tokens})
    while True:
        _answer(engine, wire, *inbox.next())


class Inbox:
    """What the window asks, in order. A stop overtakes the queue; the window's end ends this process at once."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._queue: SimpleQueue[tuple[Frame, Event]] = SimpleQueue()
        Thread(target=self._listen, daemon=True).start()

    def next(self) -> tuple[Frame, Event]:
        """The next request and the flag that the window sets to stop it."""
        return self._queue.get()

    def _listen(self) -> None:
        newest, stop = None, Event()
        while (frame := self._wire.receive()) is not None:
            if frame["ask"] != "stop":
                newest, stop = frame["call"], Event()
                self._queue.put((frame, stop))
            elif frame["call"] == newest:
                stop.set()
        # Not sys.exit: the other thread may be deep in a model's C code, which no exception reaches.
        os._exit(0)


def _claim_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Take the pipes for ourselves and leave nothing behind descriptors 0, 1 and 2, where llama.cpp prints."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return source, sink


def _load(frame: Frame, wire: Wire) -> Engine:
    return load_engine(
        find_model(frame["model"] or EMBEDDED, progress=_reporter(wire, "fetch")),
        engine=frame["engine"],
        adapter=Path(frame["adapter"]) if frame["adapter"] else None,
        threads=frame["threads"],
        quantization=frame["quantization"],
        progress=_reporter(wire, "load"),
    )


def _reporter(wire: Wire, stage: Literal["fetch", "load"]) -> Callable[[float], None]:
    told = -1.0

    def report(share: float) -> None:
        nonlocal told
        if share - told >= _SMALLEST_STEP:
            told = share
            wire.send({"event": "loading", "stage": stage, "share": share})

    return report


def _answer(engine: Engine, wire: Wire, frame: Frame, stop: Event) -> None:
    call = frame["call"]
    try:
        if frame["ask"] == "forget":
            engine.forget()
            wire.send({"call": call, "value": None})
            return
        messages = [Message.from_json(message) for message in frame["messages"]]
        if frame["ask"] == "stream":
            for piece in engine.stream(messages, Sampling(**frame["sampling"]), stop=stop):
                wire.send({"call": call, "piece": asdict(piece)})
        elif frame["ask"] == "count_tokens":
            wire.send({"call": call, "value": engine.count_tokens(messages)})
        else:
            wire.send({"call": call, "value": asdict(engine.response_logprob(messages, frame["response"]))})
    except PromptTooLong as error:
        wire.send({"call": call, "too_long": [error.tokens, error.limit]})
    except EngineError as error:
        wire.send({"call": call, "error": _one_line(error)})
    except Exception as error:
        # Only its kind: the text of an unforeseen error may quote what the person wrote.
        wire.send({"call": call, "error": f"the model failed with {type(error).__name__}"})


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, EngineError) else f"{type(error).__name__}: {text}"


if __name__ == "__main__":
    os._exit(main())
