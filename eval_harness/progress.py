"""How far a run is, on stderr: a bar in a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

_SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """A bar over `total` replies of which `done` were there before. Use it as a context manager."""

    def __init__(self, total: int, done: int) -> None:
        self._total, self._done, self._before = total, done, done
        self._started = self._said = time.monotonic()
        self._bar: object = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            bar = Bar(
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            bar.add_task("", total=self._total, completed=self._done)
            bar.start()
            self._bar = bar
        return self

    def advance(self) -> None:
        """One reply more is written."""
        self._done += 1
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])  # type: ignore[attr-defined]
        elif time.monotonic() - self._said > _SECONDS_BETWEEN_LINES or self._done == self._total:
            self._said = time.monotonic()
            seconds_each = (self._said - self._started) / (self._done - self._before)
            left = seconds_each * (self._total - self._done)
            print(f"{self._done}/{self._total}, about {left / 60:.0f} min left", file=sys.stderr, flush=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()  # type: ignore[attr-defined]
