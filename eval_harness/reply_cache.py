"""Replies and likelihoods of earlier runs, so that the same question to the same model is not computed twice.

The key covers everything that decides the answer: the prompt with the system prompt, the sampling with its seed, the
repeat, the batch that it was generated in, and the model with its adapter, engine, quantisation, versions, device and
number of parallel replies.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from eval_harness.errors import EvalError
from eval_harness.records import Header
from sahayok.engines.engine import Counts, Reply, Sampling, Scored

_DECIDES = (
    "model_sha256",
    "adapter_sha256",
    "engine",
    "quantization",
    "parallel",
    "versions",
    "device",
    "threads",
)
"""The fields of a run's header that decide what a model answers to a given prompt."""


class ReplyCache:
    """An SQLite file of what the model of `header` answered before. Raises EvalError for a file that is damaged."""

    def __init__(self, file: Path, header: Header) -> None:
        self._file = file
        described = asdict(header)
        self._model = {name: described[name] for name in _DECIDES}
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._database = sqlite3.connect(file)
            self._database.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL)")
        except sqlite3.Error as error:
            raise self._damaged(error) from None

    def reply(self, prompt_sha256: str, sampling: Sampling, repeat: int, batch: str) -> Reply | None:
        """The reply to a prompt for the `repeat`-th time, None when it was never given. `batch` names all that was
        asked together: beside others the words would be other ones."""
        found = self._get(self._reply_key(prompt_sha256, sampling, repeat, batch))
        return None if found is None else Reply(found["text"], found["finish"], Counts(**found["counts"]))

    def keep_reply(self, prompt_sha256: str, sampling: Sampling, repeat: int, batch: str, reply: Reply) -> None:
        self._put(self._reply_key(prompt_sha256, sampling, repeat, batch), asdict(reply))

    def likelihood(self, prompt_sha256: str, response: str) -> Scored | None:
        found = self._get(self._key({"prompt": prompt_sha256, "response": response}))
        return None if found is None else Scored(**found)

    def keep_likelihood(self, prompt_sha256: str, response: str, scored: Scored) -> None:
        self._put(self._key({"prompt": prompt_sha256, "response": response}), asdict(scored))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def _reply_key(self, prompt_sha256: str, sampling: Sampling, repeat: int, batch: str) -> str:
        return self._key({"prompt": prompt_sha256, "sampling": asdict(sampling), "repeat": repeat, "batch": batch})

    def _key(self, asked: Mapping[str, Any]) -> str:
        content = json.dumps({"model": self._model, **asked}, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def _get(self, key: str) -> Any:
        try:
            row = self._database.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise self._damaged(error) from None
        return None if row is None else json.loads(row[0])

    def _put(self, key: str, answer: Mapping[str, Any]) -> None:
        try:
            with self._database:
                self._database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, json.dumps(answer)))
        except sqlite3.Error as error:
            raise self._damaged(error) from None

    def _damaged(self, error: sqlite3.Error) -> EvalError:
        return EvalError(f"the cache {self._file} cannot be used ({error}): delete it, or run with --no-cache")
