"""Is the difference of two models more than chance, and how large is it?

What is swapped is always a whole conversation: its turns are not independent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eval_harness.intervals import BOOTSTRAP, Array

TRIALS = 10_000
EXACT_UP_TO = 12
SEED = 1
SIGNATURE = f"{BOOTSTRAP}|paired|ar:{TRIALS}|exact-up-to:{EXACT_UP_TO}|rs:{SEED}|sides:2|holm:metrics"
_BLOCK = 1000
_ROUNDING = 1e-10


@dataclass(frozen=True, slots=True)
class Randomisation:
    """The two-sided `p`, from so many `trials`; `exact` where these are all the swaps there are."""

    p: float
    trials: int
    exact: bool


def randomise(value: Callable[[Array], Array], base: Array, other: Array) -> Randomisation:
    """Approximate randomisation (Noreen 1989; for scores of a corpus Riezler and Maxwell 2005).

    `base` and `other` are the sums of each conversation, of shape (conversations, k), and `value` gives the metric of
    rows of such sums. If the two models were alike, a conversation's outputs could as well be the other's: p is the
    share of random swaps whose difference is as large, with the swap that was seen counted in, (1 + hits)/(1 + trials).
    Conversations in which the two do not differ cannot be swapped to an effect; where at most EXACT_UP_TO do, all swaps
    are gone through and p is hits/trials. A swap without a value counts as a hit.
    """
    change = (other - base)[(other != base).any(axis=1)]
    totals = np.stack([base.sum(axis=0), other.sum(axis=0)])
    seen = value(totals)
    least = abs(seen[1] - seen[0]) - _ROUNDING * np.abs(seen).sum()
    exact = len(change) <= EXACT_UP_TO
    hits = trials = 0
    for swaps in _all_swaps(len(change)) if exact else _drawn_swaps(len(change)):
        moved = swaps @ change
        differences = value(totals[1] - moved) - value(totals[0] + moved)
        hits += int(np.count_nonzero(~(np.abs(differences) < least)))
        trials += len(swaps)
    return Randomisation(hits / trials if exact else (1 + hits) / (1 + trials), trials, exact)


def holm(ps: Sequence[float]) -> list[float]:
    """The p-values corrected for their number (Holm 1979): the i-th smallest of m times m - i + 1, never falling."""
    corrected = [0.0] * len(ps)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(ps)), key=lambda index: ps[index])):
        highest = max(highest, min(1.0, (len(ps) - place) * ps[index]))
        corrected[index] = highest
    return corrected


def standardised(base: Array, other: Array) -> float | None:
    """Cohen's d_z (Cohen 1988): the mean of the paired differences over their standard deviation. Pairs with a NaN are
    left out; None where fewer than two are left or the differences do not vary."""
    differences = (other - base)[np.isfinite(base) & np.isfinite(other)]
    if len(differences) < 2 or np.ptp(differences) < _ROUNDING:
        return None
    return float(differences.mean() / differences.std(ddof=1))


def superiority(worse: Array, better: Array) -> float | None:
    """The share of the pairs in which `better` is higher than `worse`, ties counting half (Grissom and Kim 2012). Pairs
    with a NaN are left out; None where none is left."""
    differences = (better - worse)[np.isfinite(better) & np.isfinite(worse)]
    if not len(differences):
        return None
    return float(np.where(np.abs(differences) < _ROUNDING, 0.5, differences > 0).mean())


def _all_swaps(count: int) -> Iterator[Array]:
    """Every choice of some of `count` conversations, 1 where swapped: (2^count, count)."""
    yield (np.arange(2**count)[:, None] >> np.arange(count) & 1).astype(np.float64)


def _drawn_swaps(count: int) -> Iterator[Array]:
    generator = np.random.default_rng(SEED)
    for _ in range(TRIALS // _BLOCK):
        yield generator.integers(0, 2, size=(_BLOCK, count), dtype=np.int8).astype(np.float64)
