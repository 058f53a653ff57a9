"""The items on which one model is furthest ahead of the other, to be read side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval_harness.comparison.measures import Measured
from eval_harness.comparison.pairing import Pairs

USUAL = "chrF++"


@dataclass(frozen=True, slots=True)
class Example:
    """One item with both replies. `gain` is how much better the other's is, in the metric's unit; a loss is below 0."""

    id: str
    repeat: int
    question: str
    reference: str
    base_reply: str
    other_reply: str
    base: float
    other: float
    gain: float


def metric_to_show(measured: Sequence[Measured], *, named: bool) -> Measured | None:
    """The metric that examples are chosen by: the first that has a better direction and a value for each reply, and
    chrF++ before the others unless metrics were `named`. None where there is no such."""
    fit = [one for one in measured if one.sides is not None and one.metric.direction != "none"]
    usual = [one for one in fit if one.metric.name == USUAL]
    return next(iter(fit if named else [*usual, *fit]), None)


def examples(measured: Measured, pairs: Pairs, count: int) -> tuple[list[Example], list[Example]]:
    """The up to `count` largest gains of the other, and its up to `count` largest losses, the largest first."""
    assert measured.sides is not None
    base, other = measured.sides.items()
    gains = (base - other) if measured.metric.direction == "lower" else (other - base)
    known = np.flatnonzero(np.isfinite(gains))
    won = [row for row in known[np.argsort(-gains[known], kind="stable")] if gains[row] > 0][:count]
    lost = [row for row in known[np.argsort(gains[known], kind="stable")] if gains[row] < 0][:count]

    def example(row: int) -> Example:
        one, two = pairs.base[measured.kept[row]], pairs.other[measured.kept[row]]
        return Example(
            id=one.id,
            repeat=one.repeat,
            question=one.question or two.question,
            reference=one.reference or two.reference,
            base_reply=one.reply,
            other_reply=two.reply,
            base=float(base[row]),
            other=float(other[row]),
            gain=float(gains[row]),
        )

    return [example(row) for row in won], [example(row) for row in lost]
