"""Several replies at once in one context of llama.cpp: each evaluation reads the next token of every one of them.

A token costs one reading of all weights whether it is evaluated alone or beside others, so that several replies cost
little more time than one. Where one ends the next request takes its place, and its prompt is read in the evaluations
that the others need anyway.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from threading import Event

from llama_cpp import llama_cpp as c

from sahayok.engines.draft import Draft, WorkClock
from sahayok.engines.engine import Reply
from sahayok.engines.gguf_context import BATCH, GgufContext, Run
from sahayok.engines.gguf_model import GgufModel
from sahayok.engines.in_process import Task
from sahayok.engines.prefix import shared_prefix


def generate_at_once(
    model: GgufModel, tasks: Sequence[Task], parallel: int, *, context_tokens: int, threads: int, stop: Event
) -> Generator[tuple[int, Reply]]:
    """Yield each reply when it is finished, with the index of its request. Opens a context and frees it at the end.

    What all prompts begin with (the system prompt) is evaluated once: the first reply reads it alone, and the others
    start behind it. Raises EngineError where the memory does not suffice.
    """
    slots = min(parallel, len(tasks), int(c.llama_max_parallel_sequences()))
    longest = min(context_tokens, max(len(task.prompt) + task.sampling.max_tokens for task in tasks))
    shared = min(shared_prefix(tasks[0].prompt, task.prompt) for task in tasks)
    context = model.open_context(longest, threads=threads, sequences=slots)
    active: list[_Growing] = []
    clock = WorkClock()
    try:
        waiting = iter(tasks)
        free = list(range(slots))
        begun = 0  # how much of its prompt a reply that begins now finds in its slot
        while not stop.is_set():
            while free and (begun == shared or not active) and (task := next(waiting, None)) is not None:
                draft = Draft(
                    len(task.prompt),
                    max_tokens=task.sampling.max_tokens,
                    context_tokens=context_tokens,
                    clock=clock,
                )
                sampler = model.sampler(task.sampling)
                active.append(_Growing(task, free.pop(0), draft, sampler, begun, task.prompt[begun:]))
            if not active:
                return
            with context.stopping(stop):
                _step(model, context, active)
            if begun < shared <= active[0].position:
                for slot in free:
                    context.share(shared, sequence=slot)
                begun = shared
            for growing in [growing for growing in active if growing.draft.finish is not None]:
                active.remove(growing)
                context.cut(shared, sequence=growing.slot)
                free.append(growing.slot)
                c.llama_sampler_free(growing.sampler)
                reply = growing.draft.reply()
                with clock.standing():
                    yield growing.task.index, reply
        for growing in active:
            yield growing.task.index, growing.draft.reply()
    finally:
        for growing in active:
            c.llama_sampler_free(growing.sampler)
        context.close()


@dataclass(slots=True, eq=False)
class _Growing:
    """A reply in one slot of the context: `position` of its tokens are held there, `pending` are to be evaluated."""

    task: Task
    slot: int
    draft: Draft
    sampler: c.llama_sampler_p
    position: int
    pending: list[int]


def _step(model: GgufModel, context: GgufContext, active: Sequence[_Growing]) -> None:
    """Evaluate what is pending, as much as fits in one batch, and draw the next token of each reply that is ready."""
    room = BATCH - len(active)
    runs = []
    for growing in active:
        tokens = growing.pending[: 1 + room]
        room -= len(tokens) - 1
        runs.append(Run(tokens, growing.position, growing.slot))
    if not context.evaluate(runs):
        return
    row = -1
    for growing, run in zip(active, runs, strict=True):
        row += len(run.tokens)
        growing.position += len(run.tokens)
        if growing.position <= len(growing.task.prompt):
            growing.draft.evaluated_tokens += len(run.tokens)
        growing.pending = growing.pending[len(run.tokens) :]
        if not growing.pending:
            token = context.draw(growing.sampler, row)
            growing.draft.add(model.bytes_of(token))
            growing.pending = [token]
