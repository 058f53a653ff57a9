"""A reply while it is being generated."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sahayok.bengali import ClusterStream
from sahayok.engines.engine import Counts, Finish, Reply


class WorkClock:
    """Seconds, as time.perf_counter tells them, but standing still while whoever takes the replies is at work."""

    def __init__(self) -> None:
        self._away = 0.0

    def __call__(self) -> float:
        return time.perf_counter() - self._away

    @contextmanager
    def standing(self) -> Iterator[None]:
        since = time.perf_counter()
        yield
        self._away += time.perf_counter() - since


class Draft:
    """Takes the tokens of one reply as they are drawn; knows when it ends, why, and what it cost so far."""

    def __init__(
        self,
        prompt_tokens: int,
        *,
        max_tokens: int,
        context_tokens: int,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """The time of `counts` starts here. `max_tokens` are those of the reply, `context_tokens` those of prompt and
        reply together."""
        self.finish: Finish | None = None
        self.evaluated_tokens = 0
        self._clock = clock
        self._started = clock()
        self._to_first = 0.0
        self._prompt_tokens = prompt_tokens
        self._new_tokens = 0
        self.most_tokens = min(max_tokens, context_tokens - prompt_tokens)
        self._text = ClusterStream()
        self._said: list[str] = []

    def add(self, data: bytes | None) -> str:
        """Take the bytes of the next token, None for an end of turn. Returns the text that is now certain."""
        self._new_tokens += 1
        self._to_first = self._to_first or self._clock() - self._started
        if data is None:
            self.finish = "eot"
            return ""
        if self._new_tokens >= self.most_tokens:
            self.finish = "length"
        return self._keep(self._text.feed(data))

    def end(self) -> str:
        """No token comes any more. Returns what is left of the text; a reply that did not end by itself is stopped."""
        self.finish = self.finish or "stopped"
        return self._keep(self._text.flush())

    def counts(self) -> Counts:
        seconds = self._clock() - self._started
        return Counts(self._prompt_tokens, self.evaluated_tokens, self._new_tokens, seconds, self._to_first)

    def reply(self) -> Reply:
        """End it, and return it whole."""
        self.end()
        assert self.finish is not None
        return Reply("".join(self._said), self.finish, self.counts())

    def _keep(self, text: str) -> str:
        self._said.append(text)
        return text
