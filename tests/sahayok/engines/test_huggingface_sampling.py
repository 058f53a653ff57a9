"""The sampler of many rows, against one that draws for one row in plain Python."""

from __future__ import annotations

import math

import pytest
import torch

from sahayok.engines.engine import Sampling
from sahayok.engines.huggingface_sampling import PENALTY_WINDOW, Sampler

VOCABULARY = 50
SAMPLINGS = [
    Sampling(temperature=0, repeat_penalty=1.0, seed=1),
    Sampling(temperature=0, repeat_penalty=1.5, seed=2),
    Sampling(temperature=1.0, top_p=1.0, top_k=0, repeat_penalty=1.0, seed=3),
    Sampling(temperature=0.7, top_p=0.8, top_k=0, repeat_penalty=1.2, seed=4),
    Sampling(temperature=2.0, top_p=1.0, top_k=5, repeat_penalty=1.2, seed=5),
    Sampling(temperature=1.0, top_p=0.0, top_k=40, repeat_penalty=1.0, seed=6),
]
CPU = torch.device("cpu")


def plain_draw(logits: list[float], sampling: Sampling, said: list[int], random: float) -> int:
    scores = list(logits)
    for token in set(said[-PENALTY_WINDOW:]):
        scores[token] *= sampling.repeat_penalty if scores[token] < 0 else 1 / sampling.repeat_penalty
    order = sorted(range(len(scores)), key=lambda token: -scores[token])
    if sampling.temperature == 0:
        return order[0]
    order = order[: sampling.top_k or len(order)]
    total = sum(math.exp(scores[token]) for token in order)
    kept, before = [], 0.0
    for token in order:
        if before < sampling.top_p or not kept:
            kept.append(token)
        before += math.exp(scores[token]) / total
    weights = [math.exp(scores[token] / sampling.temperature) for token in kept]
    mark = random * sum(weights)
    for token, weight in zip(kept, weights, strict=True):
        mark -= weight
        if mark < 0:
            return token
    return kept[-1]


def test_each_row_is_drawn_by_its_own_settings() -> None:
    torch.manual_seed(8)
    steps = 3 * PENALTY_WINDOW
    sampler = Sampler(SAMPLINGS, longest=steps, device=CPU)
    random = [torch.rand(steps, generator=torch.Generator().manual_seed(seed)).tolist() for seed in range(1, 7)]
    said: list[list[int]] = [[] for _ in SAMPLINGS]
    for step in range(steps):
        logits = 2 * torch.randn(len(SAMPLINGS), VOCABULARY)
        tokens = sampler(logits).tolist()
        for row, sampling in enumerate(SAMPLINGS):
            assert tokens[row] == plain_draw(logits[row].tolist(), sampling, said[row], random[row][step])
            said[row].append(tokens[row])


def test_rows_that_leave_change_nothing_for_those_that_stay() -> None:
    torch.manual_seed(9)
    whole, thinned = (Sampler(SAMPLINGS, longest=20, device=CPU) for _ in range(2))
    rows = list(range(len(SAMPLINGS)))
    for step in range(20):
        if step in (4, 11):
            rows = rows[1:3] + rows[4:] if step == 4 else rows[:1] + rows[2:]
            local = [1, 2, 4, 5] if step == 4 else [0, 2, 3]
            thinned.keep(torch.tensor(local))
        logits = 2 * torch.randn(len(SAMPLINGS), VOCABULARY)
        assert thinned(logits[rows]).tolist() == whole(logits)[rows].tolist()


def test_without_a_seed_two_draws_differ() -> None:
    sampling = Sampling(temperature=1.0, top_p=1.0, top_k=0, repeat_penalty=1.0)
    sampler = Sampler([sampling, sampling], longest=30, device=CPU)
    drawn = torch.stack([sampler(torch.zeros(2, 1000)) for _ in range(30)])
    assert drawn[:, 0].tolist() != drawn[:, 1].tolist()


@pytest.mark.parametrize("temperature", [1e-30, 1e-3])
def test_a_low_temperature_takes_the_likeliest(temperature: float) -> None:
    logits = torch.randn(1, VOCABULARY, generator=torch.Generator().manual_seed(1))
    sampler = Sampler([Sampling(temperature, 1.0, 0, 1.0, seed=1)], longest=1, device=CPU)
    assert sampler(logits).tolist() == logits.argmax(dim=-1).tolist()
