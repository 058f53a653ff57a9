"""Records and headers made by hand for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval_harness.record_sets import RecordSet
from eval_harness.records import Header, Record, RecordWriter, Skipped
from sahayok.conversation import Message
from sahayok.engines.engine import Counts, Finish, Sampling, Scored
from tests.bengali_text import LINES


def a_record(
    reply: str = "আমি শুনছি।",
    reference: str = "আপনার কথা শুনছি।",
    *,
    id: str = "x-1#1",
    conversation_id: str | None = None,
    finish: Finish = "eot",
    nats: float = 10.0,
    tokens: int = 5,
    counts: Counts | None = None,
) -> Record:
    return Record(
        id=id,
        conversation_id=conversation_id or id.partition("#")[0],
        slices={"situation": "test"},
        prompt_sha256="0" * 64,
        messages=(Message("user", "মন খারাপ।"),),
        reference=reference,
        reply=reply,
        finish=finish,
        counts=counts or Counts(10, 10, 5, 1.0, 0.5),
        likelihood=Scored(nats, tokens, len(reference.encode())) if reference else None,
    )


def records_of(pairs: Sequence[tuple[str, str]], turns: int = 1) -> list[Record]:
    """A record for each (reply, reference), `turns` of them to a conversation."""
    return [
        a_record(reply, reference, id=f"x-{index // turns:03}#{index % turns + 1}")
        for index, (reply, reference) in enumerate(pairs)
    ]


def pairs_of_lines(count: int) -> list[tuple[str, str]]:
    """Replies that are other Bengali lines than their references, with something of the reference in some."""
    lines = [line for line in LINES if "।" in line]
    pairs = []
    for index in range(count):
        reference, other = lines[index % len(lines)], lines[(index * 7 + 3) % len(lines)]
        pairs.append((other if index % 3 else f"{reference[: len(reference) // 2]} {other}", f"{reference} {index}"))
    return pairs


def a_header(**changes: Any) -> Header:
    values: dict[str, Any] = {
        "suite": "dialogue",
        "model": "tiny.gguf",
        "model_sha256": "ab" * 32,
        "adapter": None,
        "adapter_sha256": None,
        "engine": "gguf",
        "quantization": "none",
        "persona_version": 1,
        "system_prompt": "আপনি সহায়ক।",
        "sampling": Sampling(seed=1),
        "corpus": "dialogues",
        "corpus_sha256": "cd" * 32,
        "split": "test",
        "items": 2,
        "repeats": 1,
        "replies": 2,
        "parallel": 1,
        "manner": None,
        "versions": {"python": "3.12"},
        "device": "x86_64 CPU, 2 cores",
        "threads": None,
    }
    return Header(**values | changes)


def a_set(records: Sequence[Record], **changes: Any) -> RecordSet:
    """The records as a whole run under `a_header`."""
    header = a_header(items=len(records), replies=len(records), **changes)
    return RecordSet(header.model, header, list(records), [], len(records))


def write_records(path: Path, header: Header, entries: Sequence[Record | Skipped]) -> Path:
    with RecordWriter(path) as writer:
        for entry in (header, *entries):
            writer.write(entry)
    return path
