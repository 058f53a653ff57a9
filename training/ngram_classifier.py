"""Fitting the classifier of sahayok.ngrams: logistic regression with an L2 penalty, by L-BFGS, then coarse weights."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from sahayok.ngrams import LinearClassifier, slots

if TYPE_CHECKING:
    import torch

SIZE = 2**18
"""Rows of the table. The 370,000 features of our messages share 198,000 of them; a table four times as large read
validation messages about one point better, at 1.6 times the bytes."""
STEPS = 32
"""A weight is kept as a whole number of steps, the largest of a label as this many; what rounds to 0 is dropped, and
that is most of them."""
ITERATIONS = 60
TEMPERATURES = [1.05**power for power in range(-20, 41)]


@dataclass(frozen=True, slots=True)
class Example:
    """A text, the probability of each label (one label: 1 and the rest 0), and how much it counts."""

    text: str
    shares: Sequence[float]
    weight: float = 1.0


def fit(examples: Sequence[Example], labels: Sequence[str], *, l2: float) -> LinearClassifier:
    """The weights that minimise the weighted cross-entropy plus l2/2 times their sum of squares, in steps.

    The same examples give the same bytes on one machine.
    """
    import torch

    rows = [slots(example.text, SIZE) for example in examples]
    used = sorted({slot for row in rows for slot in row})
    place = {slot: at for at, slot in enumerate(used)}
    rows = [[place[slot] for slot in row] for row in rows]
    values = [[1 / math.sqrt(len(row) or 1)] * len(row) for row in rows]
    holders: list[list[int]] = [[] for _ in used]
    held: list[list[float]] = [[] for _ in used]
    for number, row in enumerate(rows):
        for at in row:
            holders[at].append(number)
            held[at].append(values[number][0])
    to_scores, to_features = _bags(rows, values), _bags(holders, held)
    shares = torch.tensor([example.shares for example in examples], dtype=torch.float32)
    weights = torch.tensor([[example.weight] for example in examples], dtype=torch.float32)
    matrix = torch.zeros(len(used), len(labels))
    bias = torch.zeros(len(labels))
    optimiser = torch.optim.LBFGS(
        [matrix, bias], max_iter=ITERATIONS, history_size=8, line_search_fn="strong_wolfe", tolerance_change=1e-6
    )

    def loss() -> torch.Tensor:
        log_probability = torch.log_softmax(to_scores(matrix) + bias, dim=1)
        slope = (log_probability.exp() - shares) * weights
        matrix.grad = to_features(slope) + l2 * matrix
        bias.grad = slope.sum(0)
        return -(weights * shares * log_probability).sum() + l2 / 2 * matrix.square().sum()

    optimiser.step(loss)
    return _in_steps(matrix.detach(), bias.detach(), used, labels)


def calibrated(classifier: LinearClassifier, texts: Sequence[str], truths: Sequence[str]) -> LinearClassifier:
    """The classifier with the temperature at which the truths are most probable (Guo et al. 2017)."""

    def cooled(temperature: float) -> LinearClassifier:
        return replace(
            classifier,
            scales=[scale / temperature for scale in classifier.scales],
            biases=[bias / temperature for bias in classifier.biases],
        )

    # The scores of a text at any temperature follow from its probabilities, so each text is read once.
    logs = [
        {label: math.log(max(share, 1e-12)) for label, share in classifier.probabilities(text).items()}
        for text in texts
    ]

    def surprise(temperature: float) -> float:
        return sum(
            math.log(sum(math.exp(score / temperature) for score in log.values())) - log[truth] / temperature
            for log, truth in zip(logs, truths, strict=True)
        )

    return cooled(min(TEMPERATURES, key=surprise))


def _bags(rows: Sequence[Sequence[int]], values: Sequence[Sequence[float]]) -> Callable[[torch.Tensor], torch.Tensor]:
    """The product of a sparse matrix, given by rows of columns and values, with a dense one."""
    import torch

    columns = torch.tensor([column for row in rows for column in row])
    weights = torch.tensor([value for row in values for value in row])
    starts = torch.tensor([0, *accumulate(len(row) for row in rows)][:-1])
    return lambda dense: torch.nn.functional.embedding_bag(
        columns, dense, starts, mode="sum", per_sample_weights=weights
    )


def _in_steps(
    matrix: torch.Tensor, bias: torch.Tensor, slot_of: Sequence[int], labels: Sequence[str]
) -> LinearClassifier:
    # A softmax does not change when all its scores do, so what a feature adds to every label can go.
    matrix = matrix - matrix.mean(1, keepdim=True)
    scales = (matrix.abs().amax(0) / STEPS).clamp(min=1e-9)
    columns = {label: array("b", bytes(SIZE)) for label in labels}
    for label, steps in zip(labels, (matrix / scales).round().int().t().tolist(), strict=True):
        for slot, step in zip(slot_of, steps, strict=True):
            columns[label][slot] = step
    return LinearClassifier(columns, scales.tolist(), bias.tolist())
