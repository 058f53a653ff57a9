"""Several replies at once with transformers: a row of the batch for each, padded on the left to the longest prompt.

The requests are taken in the order of their prompts' lengths, so that the padding is small, and the longest first, so
that a memory that does not suffice shows at once. A row whose reply has ended leaves the batch and costs nothing more.
The processor waits for the GPU once a token, and not once for each reply.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from threading import Event

import torch
from transformers import DynamicCache

from sahayok.engines.draft import Draft, WorkClock
from sahayok.engines.engine import Reply
from sahayok.engines.huggingface_model import HuggingFaceModel
from sahayok.engines.huggingface_sampling import Sampler
from sahayok.engines.in_process import Task

PROMPT_TOKENS = 4096
"""Prompt tokens evaluated at once, of all replies together."""


def generate_at_once(
    model: HuggingFaceModel, tasks: Sequence[Task], parallel: int, *, context_tokens: int, stop: Event
) -> Generator[tuple[int, Reply]]:
    """Yield each reply when it is finished, with the index of its request. Raises EngineError where the memory does
    not suffice."""
    longest_first = sorted(tasks, key=lambda task: -len(task.prompt))
    clock = WorkClock()
    for start in range(0, len(tasks), parallel):
        if stop.is_set():
            return
        part = longest_first[start : start + parallel]
        drafts = [
            Draft(len(task.prompt), max_tokens=task.sampling.max_tokens, context_tokens=context_tokens, clock=clock)
            for task in part
        ]
        for row in _finish_each(model, part, drafts, stop):
            reply = drafts[row].reply()
            with clock.standing():
                yield part[row].index, reply


def _finish_each(
    model: HuggingFaceModel, tasks: Sequence[Task], drafts: Sequence[Draft], stop: Event
) -> Generator[int]:
    """Write the drafts, and yield the number of each that is finished. The first task has the longest prompt."""
    width = len(tasks[0].prompt)
    padding = [width - len(task.prompt) for task in tasks]
    tokens = _matrix(model, [[0] * pad + task.prompt for pad, task in zip(padding, tasks, strict=True)])
    mask = _matrix(model, [[0] * pad + [1] * (width - pad) for pad in padding])
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    cache = DynamicCache()
    columns = max(1, PROMPT_TOKENS // len(tasks))
    for start in range(0, width, columns):
        if stop.is_set():
            break
        end = min(start + columns, width)
        logits = model.forward(tokens[:, start:end], cache, mask=mask[:, :end], positions=positions[:, start:end])
        for pad, draft in zip(padding, drafts, strict=True):
            draft.evaluated_tokens += max(0, end - max(start, pad))
    position = positions[:, -1:]
    sampler = Sampler(
        [task.sampling for task in tasks], longest=max(draft.most_tokens for draft in drafts), device=model.device
    )
    active = list(range(len(tasks)))  # the draft of each row
    while active and not stop.is_set():
        drawn = sampler(logits[:, -1])
        for number, token in zip(active, drawn.tolist(), strict=True):
            drafts[number].add(model.bytes_of(token))
        going = [row for row, number in enumerate(active) if drafts[number].finish is None]
        if len(going) < len(active):
            yield from (number for number in active if drafts[number].finish is not None)
            active = [active[row] for row in going]
            if not active:
                return
            rows = torch.tensor(going, device=model.device)
            cache.batch_select_indices(rows)
            sampler.keep(rows)
            drawn, mask, position = drawn[rows], mask[rows], position[rows]
        mask = torch.cat([mask, mask.new_ones(len(active), 1)], dim=1)
        position = position + 1
        logits = model.forward(drawn[:, None], cache, mask=mask, positions=position)
    yield from active


def _matrix(model: HuggingFaceModel, rows: list[list[int]]) -> torch.Tensor:
    return torch.tensor(rows, device=model.device)
