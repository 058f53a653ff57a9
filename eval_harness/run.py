"""Asking a model for every item and writing down what it said. A run that was stopped goes on where it was."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event

from eval_harness.errors import EvalError
from eval_harness.items import Item
from eval_harness.records import Header, Record, RecordFile, RecordWriter, Skipped, read_records
from sahayok.conversation import Message
from sahayok.engines.engine import Counts, Engine, Finish, PromptTooLong, Sampling


def run(header: Header, items: Sequence[Item], out: Path, load: Callable[[], Engine]) -> None:
    """Run the items that `out` does not hold yet, appending a record of each. `load` is called when there are any.

    Raises EvalError where `out` is of another run or the model is damaged, EngineError, OSError where writing fails.
    """
    done = _resume(header, items, out)
    if done.cut_bytes:
        _say(f"dropped 1 line of {done.cut_bytes} bytes that was cut off at the end of {out}; its item is run again")
    remaining = items[len(done.entries) :]
    if not remaining:
        return
    if done.entries:
        _say(f"going on after {len(done.entries)} of {len(items)} items")
    engine = load()
    try:
        with RecordWriter(out, keep_bytes=done.whole_bytes) as writer:
            if done.header is None:
                writer.write(header)
            _run_items(engine, header.sampling, remaining, writer, before=len(done.entries))
    finally:
        engine.close()


def evaluate(engine: Engine, item: Item, sampling: Sampling) -> Record | Skipped:
    """Generate the reply to one item and score its reference; Skipped where either does not fit the context.

    The result depends on the item and the run's seed alone, not on what the engine did before.
    """
    _start_cold(engine)
    try:
        reply, finish, counts = _generate(engine, item.prompt, replace(sampling, seed=item.seed(sampling.seed or 0)))
        scored = engine.response_logprob(item.prompt, item.reference)
    except PromptTooLong as error:
        return Skipped(item.id, f"{error.tokens} tokens where {error.limit} fit")
    if not math.isfinite(scored.nats):
        raise EvalError(f"{item.id}: the model's probabilities are no numbers ({scored.nats} nats): is it damaged?")
    return Record(
        id=item.id,
        conversation_id=item.conversation_id,
        situation=item.situation,
        prompt_sha256=item.prompt_sha256,
        messages=item.conversation.messages,
        reference=item.reference,
        reply=reply,
        finish=finish,
        counts=counts,
        reference_nats=scored.nats,
        reference_tokens=scored.tokens,
        reference_bytes=scored.bytes,
    )


def _resume(header: Header, items: Sequence[Item], out: Path) -> RecordFile:
    """What `out` holds of this run already. Raises EvalError where it holds another."""
    if not out.exists():
        return RecordFile(header=None)
    found = read_records(out)
    if found.header is None:
        if not header.to_line().startswith(out.read_bytes()):  # what a kill leaves of this run's own first line
            raise EvalError(f"{out} is there already and no record file of this run: give another --out")
        return found
    mine, theirs = asdict(header), asdict(found.header)
    for key in mine:
        if mine[key] != theirs[key]:
            raise EvalError(
                f"{out} is of another run: its {key} is {_short(theirs[key])} and not {_short(mine[key])}; "
                "give another --out"
            )
    for entry, item in zip(found.entries, items, strict=False):
        if entry.id != item.id:
            raise EvalError(f"{out} holds the item '{entry.id}' where '{item.id}' belongs: give another --out")
    if len(found.entries) > len(items):
        raise EvalError(f"{out} holds more than the {len(items)} items of this run: give another --out")
    return found


def _run_items(engine: Engine, sampling: Sampling, items: Sequence[Item], writer: RecordWriter, *, before: int) -> None:
    started = time.perf_counter()
    for number, item in enumerate(items, start=1):
        entry = evaluate(engine, item, sampling)
        writer.write(entry)
        outcome = f"skipped, {entry.skipped}" if isinstance(entry, Skipped) else entry.finish
        left = (time.perf_counter() - started) / number * (len(items) - number)
        _say(f"{before + number}/{before + len(items)}  {item.id}  {outcome}  about {left / 60:.0f} min left")


def _start_cold(engine: Engine) -> None:
    """Make the engine forget the last item's prompt, by scoring something that shares nothing with it but its head.

    Keys and values that were kept from another batch differ from fresh ones in their last digits, and a sampled reply
    then soon differs in its words: measured, 9 of 11 replies of a Q8_0 model changed with the items run before.
    """
    engine.response_logprob((Message("user", "."),), ".")


def _generate(engine: Engine, prompt: Sequence[Message], sampling: Sampling) -> tuple[str, Finish, Counts]:
    pieces = list(engine.stream(prompt, sampling, stop=Event()))
    last = pieces[-1]
    assert last.finish is not None and last.counts is not None
    return "".join(piece.text for piece in pieces), last.finish, last.counts


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
