"""The record file: JSON lines, first a header that says what was run, then one line a reply.

A line counts only when it ends in a newline. What a killed run left without one is dropped, and said.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NoReturn, Self, get_args

from eval_harness import json_lines
from eval_harness.errors import EvalError
from sahayok.conversation import Message
from sahayok.engines.engine import Counts, Finish, Sampling, Scored
from sahayok.engines.loading import EngineName, Quantization
from sahayok.manner import Manner

FORMAT = "sahayok-eval-records/4"
_FIRST_BYTES = b'{"format": "sahayok-eval-records/'


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What was run on what. A run is resumed only by one whose header is equal.

    `sampling.seed` is the run's seed, from which each reply's is derived. `items` is how many the whole run has, each
    asked `repeats` times; that makes `replies`, as an item may have several turns. `parallel` is how many replies were
    generated at once: with others beside it a reply's last digits, and then its words, differ. `manner` is how the chat
    spoke, behind its guard, and None where the model spoke by itself. `threads` None left the choice to the engine.
    """

    format: str = FORMAT
    suite: str
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
    split: str
    items: int
    repeats: int
    replies: int
    parallel: int
    manner: Manner | None
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
            suite=_text(data, "suite"),
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
            split=_text(data, "split"),
            items=_count(data, "items", least=1),
            repeats=_count(data, "repeats", least=1),
            replies=_count(data, "replies", least=1),
            parallel=_count(data, "parallel", least=1),
            manner=None if data["manner"] is None else _manner(_object(data, "manner")),
            versions={key: _text(data["versions"], key) for key in _object(data, "versions")},
            device=_text(data, "device"),
            threads=None if data["threads"] is None else _count(data, "threads", least=1),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One reply of a model to one item: a turn of the counsellor that it was asked for, for the `repeat`-th time.

    `messages` are the conversation before it, without the system prompt; of a long one the model did not see the first
    `unseen`. `prompt_sha256` covers what it saw, the system prompt too.
    `slices` say what the item is a case of ("situation": "exam"). `reference` is "" where nobody wrote one, and
    `expected` holds words of which a reply that followed the conversation has one. `likelihood` is the reference's.
    `cached` marks a reply taken from an earlier run, whose `counts` hold that run's times. Records of other programs
    have no `finish`, `counts` and `likelihood`, and may have no messages.
    """

    id: str
    conversation_id: str
    repeat: int = 0
    slices: Mapping[str, str] = field(default_factory=dict)
    prompt_sha256: str = ""
    messages: tuple[Message, ...] = ()
    unseen: int = 0
    reference: str = ""
    expected: tuple[str, ...] = ()
    reply: str
    finish: Finish | None = None
    counts: Counts | None = None
    cached: bool = False
    likelihood: Scored | None = None

    @property
    def question(self) -> str:
        """What the person said last; "" where nobody knows."""
        return next((message.content for message in reversed(self.messages) if message.role == "user"), "")

    def to_line(self) -> bytes:
        return _line(asdict(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        """Raises ValueError naming the key that is wrong."""
        _check_keys(data, cls)
        messages, expected = data["messages"], data["expected"]
        if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
            _wrong("messages", "a list of messages")
        if not isinstance(expected, list) or not all(isinstance(word, str) for word in expected):
            _wrong("expected", "a list of words")
        slices = _object(data, "slices")
        return cls(
            id=_text(data, "id"),
            conversation_id=_text(data, "conversation_id"),
            repeat=_count(data, "repeat"),
            slices={key: _text(slices, key) for key in slices},
            prompt_sha256=_text(data, "prompt_sha256"),
            messages=tuple(Message.from_json(message) for message in messages),
            unseen=_count(data, "unseen"),
            reference=_text(data, "reference"),
            expected=tuple(expected),
            reply=_text(data, "reply"),
            finish=None if data["finish"] is None else _one_of(data, "finish", get_args(Finish)),
            counts=None if data["counts"] is None else _counts(_object(data, "counts")),
            cached=_flag(data, "cached"),
            likelihood=None if data["likelihood"] is None else _scored(_object(data, "likelihood")),
        )


@dataclass(frozen=True, slots=True)
class Skipped:
    """An item without a reply, and why: it does not fit the model's context, or a row of others says too little."""

    id: str
    skipped: str
    repeat: int = 0

    def to_line(self) -> bytes:
        return _line(asdict(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Skipped:
        """Raises ValueError naming the key that is wrong."""
        _check_keys(data, cls)
        return cls(_text(data, "id"), _text(data, "skipped"), _count(data, "repeat"))


@dataclass(slots=True)
class RecordFile:
    """What a file of this format holds. `header` is None where not even that line is whole; `whole_bytes` is the
    length of the lines that are, `cut_bytes` of what a killed run left after them."""

    header: Header | None
    entries: list[Record | Skipped] = field(default_factory=list)
    whole_bytes: int = 0
    cut_bytes: int = 0


def read_record_file(path: Path) -> RecordFile:
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
    seen: set[tuple[str, int]] = set()
    for number, line in enumerate(lines, start=1):
        try:
            data = _parse(line)
            if read.header is None:
                read.header = Header.from_json(data)
                continue
            entry = _entry(data)
            if (entry.id, entry.repeat) in seen:
                raise ValueError(f"the item '{entry.id}' is there twice")
        except ValueError as error:
            raise EvalError(f"{path}, line {number}: {error}") from None
        seen.add((entry.id, entry.repeat))
        read.entries.append(entry)
    return read


def is_record_file(path: Path) -> bool:
    """Whether a file begins as one of this format does, of this or another version."""
    with path.open("rb") as file:
        return file.read(len(_FIRST_BYTES)) == _FIRST_BYTES


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


def _counts(data: Mapping[str, Any]) -> Counts:
    _check_keys(data, Counts)
    return Counts(
        prompt_tokens=_count(data, "prompt_tokens"),
        evaluated_tokens=_count(data, "evaluated_tokens"),
        new_tokens=_count(data, "new_tokens"),
        seconds=_number(data, "seconds"),
        seconds_to_first_token=_number(data, "seconds_to_first_token"),
    )


def _scored(data: Mapping[str, Any]) -> Scored:
    _check_keys(data, Scored)
    return Scored(_number(data, "nats"), _count(data, "tokens", least=1), _count(data, "bytes", least=1))


def _entry(data: Any) -> Record | Skipped:
    if not isinstance(data, dict):
        raise ValueError("a record must be a JSON object")
    return Skipped.from_json(data) if "skipped" in data else Record.from_json(data)


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _parse(line: bytes) -> Any:
    try:
        return json_lines.parse(line.decode())
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None


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


def _manner(data: Mapping[str, Any]) -> Manner:
    _check_keys(data, Manner)
    return Manner(
        draws=_count(data, "draws", least=1),
        reviewed=_truth(data, "reviewed"),
        reads_feelings=_truth(data, "reads_feelings"),
    )


def _truth(data: Mapping[str, Any], key: str) -> bool:
    value = data[key]
    return value if isinstance(value, bool) else _wrong(key, "true or false")


def _object(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data[key]
    return value if isinstance(value, dict) else _wrong(key, "an object")


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str):
        _wrong(key, "text")
    return value


def _one_of(data: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> Any:
    return data[key] if data[key] in allowed else _wrong(key, " or ".join(allowed))


def _count(data: Mapping[str, Any], key: str, *, least: int = 0) -> int:
    value = data[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        _wrong(key, f"a whole number from {least}")
    return value


def _flag(data: Mapping[str, Any], key: str) -> bool:
    value = data[key]
    if not isinstance(value, bool):
        _wrong(key, "true or false")
    return value


def _number(data: Mapping[str, Any], key: str) -> float:
    value = data[key]
    # A whole number may be too large for a float.
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= sys.float_info.max:
        _wrong(key, "a number from 0")
    return float(value)


def _wrong(key: str, wanted: str) -> NoReturn:
    raise ValueError(f"'{key}' must be {wanted}")
