"""The record file: JSON lines, first a header that says what was run, then one line an item.

A line counts only when it ends in a newline. What a killed run left without one is dropped, and said.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, NoReturn, Self, get_args

from eval_harness.errors import EvalError
from sahayok.conversation import Message
from sahayok.engines.engine import Counts, Finish, Sampling
from sahayok.engines.loading import EngineName, Quantization

FORMAT = "sahayok-eval-records/1"
Split = Literal["test", "validation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What was run on what. A run is resumed only by one whose header is equal.

    `sampling.seed` is the run's seed, from which each item's is derived. `items` is how many the whole run has.
    `threads` None left the choice to the engine.
    """

    format: str = FORMAT
    model: str
    model_sha256: str
    adapter: str | None
    adapter_sha256: str | None
    engine: EngineName
    quantization: Quantization
    persona_version: int
    system_prompt: str
    sampling: Sampling
    corpus: str
    corpus_sha256: str
    split: Split
    items: int
    versions: dict[str, str]
    device: str
    threads: int | None

    def to_line(self) -> bytes:
        return _line(asdict(self))

    @classmethod
    def from_json(cls, data: Any) -> Header:
        """Raises ValueError naming the key that is wrong."""
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError(f"this is not a record file of the format {FORMAT}")
        _check_keys(data, cls)
        return cls(
            model=_text(data, "model"),
            model_sha256=_text(data, "model_sha256"),
            adapter=None if data["adapter"] is None else _text(data, "adapter"),
            adapter_sha256=None if data["adapter_sha256"] is None else _text(data, "adapter_sha256"),
            engine=_one_of(data, "engine", get_args(EngineName)),
            quantization=_one_of(data, "quantization", get_args(Quantization)),
            persona_version=_count(data, "persona_version"),
            system_prompt=_text(data, "system_prompt"),
            sampling=_sampling(_object(data, "sampling")),
            corpus=_text(data, "corpus"),
            corpus_sha256=_text(data, "corpus_sha256"),
            split=_one_of(data, "split", get_args(Split)),
            items=_count(data, "items", least=1),
            versions={key: _text(data["versions"], key) for key in _object(data, "versions")},
            device=_text(data, "device"),
            threads=None if data["threads"] is None else _count(data, "threads", least=1),
        )


@dataclass(frozen=True, slots=True)
class Record:
    """One item: a turn of the counsellor that the model was asked for.

    `messages` are the conversation before it, without the system prompt; `prompt_sha256` covers that prompt too.
    `reference_nats` is the negative log-likelihood of the reference and the end of turn, over `reference_tokens`;
    `reference_bytes` are the UTF-8 bytes of the reference's text.
    """

    id: str
    conversation_id: str
    situation: str
    prompt_sha256: str
    messages: tuple[Message, ...]
    reference: str
    reply: str
    finish: Finish
    counts: Counts
    reference_nats: float
    reference_tokens: int
    reference_bytes: int

    def to_line(self) -> bytes:
        return _line(asdict(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        """Raises ValueError naming the key that is wrong."""
        _check_keys(data, cls)
        messages, counts = data["messages"], _object(data, "counts")
        if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
            _wrong("messages", "a list of messages")
        _check_keys(counts, Counts)
        return cls(
            id=_text(data, "id"),
            conversation_id=_text(data, "conversation_id"),
            situation=_text(data, "situation"),
            prompt_sha256=_text(data, "prompt_sha256"),
            messages=tuple(Message.from_json(message) for message in messages),
            reference=_text(data, "reference"),
            reply=_text(data, "reply"),
            finish=_one_of(data, "finish", get_args(Finish)),
            counts=Counts(
                prompt_tokens=_count(counts, "prompt_tokens"),
                evaluated_tokens=_count(counts, "evaluated_tokens"),
                new_tokens=_count(counts, "new_tokens"),
                seconds=_number(counts, "seconds"),
                seconds_to_first_token=_number(counts, "seconds_to_first_token"),
            ),
            reference_nats=_number(data, "reference_nats"),
            reference_tokens=_count(data, "reference_tokens", least=1),
            reference_bytes=_count(data, "reference_bytes", least=1),
        )


@dataclass(frozen=True, slots=True)
class Skipped:
    """An item that the model cannot be asked, because its prompt or reference does not fit the context."""

    id: str
    skipped: str

    def to_line(self) -> bytes:
        return _line(asdict(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Skipped:
        """Raises ValueError naming the key that is wrong."""
        _check_keys(data, cls)
        return cls(_text(data, "id"), _text(data, "skipped"))


@dataclass(slots=True)
class RecordFile:
    """What a file holds. `header` is None where not even that line is whole; `whole_bytes` is the length of the
    lines that are, `cut_bytes` of what a killed run left after them."""

    header: Header | None
    entries: list[Record | Skipped] = field(default_factory=list)
    whole_bytes: int = 0
    cut_bytes: int = 0

    @property
    def records(self) -> list[Record]:
        return [entry for entry in self.entries if isinstance(entry, Record)]

    @property
    def skipped(self) -> list[Skipped]:
        return [entry for entry in self.entries if isinstance(entry, Skipped)]


def read_records(path: Path) -> RecordFile:
    """Read a record file. Raises EvalError, naming the line, for a file that is missing or damaged."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise EvalError(f"no record file at {path}") from None
    except OSError as error:
        raise EvalError(f"{path}: {error.strerror}") from None
    whole = content.rfind(b"\n") + 1
    lines = content[:whole].split(b"\n")[:-1]
    read = RecordFile(header=None, whole_bytes=whole, cut_bytes=len(content) - whole)
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        try:
            data = _parse(line)
            if read.header is None:
                read.header = Header.from_json(data)
                continue
            entry = _entry(data)
            if entry.id in seen:
                raise ValueError(f"the item '{entry.id}' is there twice")
        except ValueError as error:
            raise EvalError(f"{path}, line {number}: {error}") from None
        seen.add(entry.id)
        read.entries.append(entry)
    return read


class RecordWriter:
    """Appends lines to a record file; each is on the disk before the next item begins."""

    def __init__(self, path: Path, keep_bytes: int = 0) -> None:
        """Open `path`, cut to its first `keep_bytes`. Raises OSError."""
        self._file: BinaryIO = path.open("ab")
        self._file.truncate(keep_bytes)

    def write(self, entry: Header | Record | Skipped) -> None:
        self._file.write(entry.to_line())
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _entry(data: Any) -> Record | Skipped:
    if not isinstance(data, dict):
        raise ValueError("a record must be a JSON object")
    return Skipped.from_json(data) if "skipped" in data else Record.from_json(data)


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _parse(line: bytes) -> Any:
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("it is not whole JSON (was the file cut or edited?)") from None


def _check_keys(data: Mapping[str, Any], cls: type[Any]) -> None:
    wanted = {entry.name for entry in fields(cls)}
    if missing := sorted(wanted - data.keys()):
        raise ValueError(f"the key '{missing[0]}' is missing")
    if unknown := sorted(data.keys() - wanted):
        raise ValueError(f"the key '{unknown[0]}' is unknown")


def _sampling(data: Mapping[str, Any]) -> Sampling:
    _check_keys(data, Sampling)
    return Sampling(
        temperature=_number(data, "temperature"),
        top_p=_number(data, "top_p"),
        top_k=_count(data, "top_k"),
        repeat_penalty=_number(data, "repeat_penalty"),
        max_tokens=_count(data, "max_tokens", least=1),
        seed=_count(data, "seed"),
    )


def _object(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data[key]
    return value if isinstance(value, dict) else _wrong(key, "an object")


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str) or any("\ud800" <= character <= "\udfff" for character in value):
        _wrong(key, "text")
    return value


def _one_of(data: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> Any:
    return data[key] if data[key] in allowed else _wrong(key, " or ".join(allowed))


def _count(data: Mapping[str, Any], key: str, *, least: int = 0) -> int:
    value = data[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        _wrong(key, f"a whole number from {least}")
    return value


def _number(data: Mapping[str, Any], key: str) -> float:
    value = data[key]
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value) or value < 0:
        _wrong(key, "a number from 0")
    return float(value)


def _wrong(key: str, wanted: str) -> NoReturn:
    raise ValueError(f"'{key}' must be {wanted}")
