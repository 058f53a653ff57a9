"""Asking a model for every item and writing down what it said. A run that was stopped goes on where it was.

Replies are generated in rounds of a fixed membership, several at once within a round. What else is in a batch decides
the last digits of the probabilities and so, soon, the words: because a round always has the same members and begins
with an engine that has forgotten the one before, a run that was killed and resumed gives the replies of one that was
not. A round of which only a part was written is computed again, and what is missing of it is appended.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import TypeVar

from eval_harness.errors import EvalError
from eval_harness.items import Item, prompt_sha256, reply_seed
from eval_harness.progress import Progress
from eval_harness.records import Header, Record, RecordFile, RecordWriter, Skipped, read_record_file
from eval_harness.reply_cache import ReplyCache
from sahayok.conversation import Conversation, Message
from sahayok.counsellor import fitting_prompt, within_context
from sahayok.engines.engine import BatchEngine, PromptTooLong, Reply, Request, Scored
from sahayok.persona import load_persona

ROUND_PER_SLOT = 8
"""Items of a round for each reply generated at once: enough that slots stand empty only at its end."""

TOO_LONG = "longer than the model's context"

Key = tuple[str, int]
"""The id of a turn and the repeat: what a record is of."""

Asked = TypeVar("Asked")


def run(
    header: Header,
    items: Sequence[Item],
    out: Path,
    load: Callable[[], BatchEngine],
    cache: ReplyCache | None = None,
) -> None:
    """Run what `out` does not hold yet, appending a record of each reply. `load` is called when something is missing.

    Replies that `cache` knows are taken from it. Raises EvalError where `out` is of another run or the model is
    damaged, EngineError, OSError where writing fails.
    """
    lanes = [Lane(item, repeat) for repeat in range(header.repeats) for item in items]
    wanted = {key for lane in lanes for key in lane.keys}
    found = _resume(header, wanted, out)
    done = {(entry.id, entry.repeat) for entry in found.entries}
    if found.cut_bytes:
        _say(f"dropped 1 line of {found.cut_bytes} bytes that was cut off at the end of {out}; it is run again")
    if len(done) == len(wanted):
        return
    if done:
        _say(f"going on after {len(done)} of {len(wanted)} replies")
    engine = load()
    try:
        with RecordWriter(out, keep_bytes=found.whole_bytes) as writer, Progress(len(wanted), len(done)) as progress:
            if found.header is None:
                writer.write(header)
            for members in rounds(lanes, header.parallel):
                if all(key in done for lane in members for key in lane.keys):
                    continue
                for entry in Round(engine, header, members, cache, done).entries():
                    writer.write(entry)
                    progress.advance()
    finally:
        engine.close()


@dataclass(slots=True)
class Lane:
    """An item as it is asked for the `repeat`-th time: its conversation grows by the model's own replies."""

    item: Item
    repeat: int
    said: list[Message] = field(init=False)
    over: bool = False

    def __post_init__(self) -> None:
        self.said = list(self.item.before)

    @property
    def keys(self) -> list[Key]:
        return [(self.item.turn_id(turn), self.repeat) for turn in range(len(self.item.turns))]


class Round:
    """Lanes that are asked together, turn after turn."""

    def __init__(
        self, engine: BatchEngine, header: Header, lanes: Sequence[Lane], cache: ReplyCache | None, done: set[Key]
    ) -> None:
        self._engine, self._header, self._lanes, self._cache, self._done = engine, header, lanes, cache, done
        self._persona = replace(load_persona(), system_prompt=header.system_prompt)

    def entries(self) -> Iterator[Record | Skipped]:
        """What is not `done`, as it is finished. Raises EvalError for a damaged model."""
        for turn in range(max(len(lane.item.turns) for lane in self._lanes)):
            asked = [lane for lane in self._lanes if turn < len(lane.item.turns) and not lane.over]
            if asked:
                yield from self._turn(turn, asked)

    def _turn(self, turn: int, lanes: Sequence[Lane]) -> Iterator[Record | Skipped]:
        for lane in lanes:
            lane.said.append(Message("user", lane.item.turns[turn].user))
        requests = [self._request(lane, turn) for lane in lanes]
        hashes = [prompt_sha256(request.messages) for request in requests]
        likelihoods = {
            index: self._likelihood(requests[index], hashes[index], lane.item.turns[turn].reference)
            for index, lane in enumerate(lanes)
            if lane.repeat == 0 and lane.keys[turn] not in self._done
        }
        for index, outcome, cached in self._outcomes(requests, hashes, lanes):
            lane, key = lanes[index], lanes[index].keys[turn]
            if isinstance(outcome, PromptTooLong):
                lane.over = True
                for later in lane.keys[turn:]:
                    if later not in self._done:
                        yield Skipped(later[0], TOO_LONG, lane.repeat)
                continue
            messages = tuple(lane.said)
            lane.said.append(Message("assistant", outcome.text))
            if key in self._done:
                continue
            yield Record(
                id=key[0],
                conversation_id=lane.item.conversation_id,
                repeat=lane.repeat,
                slices=lane.item.turn_slices(turn),
                prompt_sha256=hashes[index],
                messages=messages,
                unseen=len(messages) - (len(requests[index].messages) - 1),
                reference=lane.item.turns[turn].reference,
                expected=lane.item.turns[turn].expected,
                reply=outcome.text,
                finish=outcome.finish,
                counts=outcome.counts,
                cached=cached,
                likelihood=likelihoods.get(index),
            )

    def _request(self, lane: Lane, turn: int) -> Request:
        """What the model is asked: after the first turn of an item, what the chat would show it of the words so far."""
        seed = reply_seed(self._header.sampling.seed or 0, lane.item.turn_id(turn), lane.repeat)
        sampling = replace(within_context(self._header.sampling, self._engine), seed=seed)
        conversation = Conversation(tuple(lane.said))
        if turn > 0:
            with suppress(PromptTooLong):  # the engine will say so itself
                return Request(
                    fitting_prompt(conversation, self._persona, self._engine, room=sampling.max_tokens), sampling
                )
        return Request(self._persona.prompt(conversation), sampling)

    def _outcomes(
        self, requests: Sequence[Request], hashes: Sequence[str], lanes: Sequence[Lane]
    ) -> Iterator[tuple[int, Reply | PromptTooLong, bool]]:
        """The reply to each request and whether it is an earlier run's. That is all or none of them, and of the same
        batch: one from which some are missing would give the others other words."""
        batch = _batch_sha256(requests, hashes)
        known = [
            self._cache.reply(hashes[index], request.sampling, lanes[index].repeat, batch) if self._cache else None
            for index, request in enumerate(requests)
        ]
        if all(known):
            yield from ((index, reply, True) for index, reply in enumerate(known) if reply is not None)
            return
        for index, outcome in self._engine.replies(requests, parallel=self._header.parallel, stop=Event()):
            yield index, outcome, False
            # Not before it is written down: a run that is killed between the two would find its own reply here, and
            # take it for an earlier run's.
            if self._cache and isinstance(outcome, Reply):
                self._cache.keep_reply(hashes[index], requests[index].sampling, lanes[index].repeat, batch, outcome)

    def _likelihood(self, request: Request, prompt: str, reference: str) -> Scored | None:
        """Of the reference as the reply, None where there is none or it does not fit the context."""
        if not reference:
            return None
        if self._cache and (known := self._cache.likelihood(prompt, reference)):
            return known
        self._engine.forget()
        try:
            scored = self._engine.response_logprob(request.messages, reference)
        except PromptTooLong:
            return None
        if not math.isfinite(scored.nats):
            raise EvalError(f"the model's probabilities are no numbers ({scored.nats} nats): is it damaged?")
        if self._cache:
            self._cache.keep_likelihood(prompt, reference, scored)
        return scored


def _batch_sha256(requests: Sequence[Request], hashes: Sequence[str]) -> str:
    """The hash of all that is asked together, in its order."""
    asked = [[prompt, request.sampling.seed] for request, prompt in zip(requests, hashes, strict=True)]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def rounds(asked: Sequence[Asked], parallel: int) -> Iterator[Sequence[Asked]]:
    """What is asked, cut into the rounds in which it is generated."""
    size = 1 if parallel == 1 else parallel * ROUND_PER_SLOT
    for start in range(0, len(asked), size):
        yield asked[start : start + size]


def _resume(header: Header, wanted: set[Key], out: Path) -> RecordFile:
    """What `out` holds of this run already. Raises EvalError where it holds another."""
    if not out.exists():
        return RecordFile(header=None)
    found = read_record_file(out)
    if found.header is None:
        if not header.to_line().startswith(out.read_bytes()):  # what a kill leaves of this run's own first line
            raise EvalError(f"{out} is there already and no record file of this run: give another --out")
        return found
    _check_same(asdict(header), asdict(found.header), out)
    for entry in found.entries:
        if (entry.id, entry.repeat) not in wanted:
            raise EvalError(f"{out} holds the item '{entry.id}', which is not of this run: give another --out")
    return found


def _check_same(mine: Mapping[str, object], theirs: Mapping[str, object], out: Path) -> None:
    for key in mine:
        if mine[key] != theirs[key]:
            raise EvalError(
                f"{out} is of another run: its {key} is {_short(theirs[key])} and not {_short(mine[key])}; "
                "give another --out"
            )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
