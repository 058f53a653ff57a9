"""Whole messages over a pair of pipes: one JSON object a line, so any length passes and no text breaks the frame."""

from __future__ import annotations

import json
from collections.abc import Mapping
from threading import Lock
from typing import IO, Any

Frame = dict[str, Any]


class Wire:
    """Both ends of the talk between the window and the model use one of these. Sending is safe from any thread."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source, self._sink = source, sink
        self._sending = Lock()

    def send(self, frame: Mapping[str, Any]) -> None:
        """Raises OSError or ValueError (a closed pipe) when the other side is gone."""
        line = json.dumps(frame).encode("ascii") + b"\n"
        with self._sending:
            self._sink.write(line)
            self._sink.flush()

    def receive(self) -> Frame | None:
        """The next message; None when the other side is gone. A message that was cut by its end does not count."""
        line = self._source.readline()
        if not line.endswith(b"\n"):
            return None
        frame: Frame = json.loads(line)
        return frame
