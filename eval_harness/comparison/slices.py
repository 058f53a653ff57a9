"""The pairs that are a case of the same thing: of one situation, one region, one turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eval_harness.comparison.pairing import Pairs
from eval_harness.errors import EvalError
from eval_harness.intervals import Indices

LEAST_CONVERSATIONS = 5


@dataclass(frozen=True, slots=True)
class Slice:
    """The `pairs` of one value, or of the several values `pooled` because each has too few conversations; `value` is
    then "others"."""

    value: str
    pairs: Indices
    conversations: int
    pooled: tuple[str, ...] = ()


def slices_of(pairs: Pairs, key: str) -> tuple[list[Slice], int]:
    """The slices by the value of `key`, the largest first and the pooled ones last, and how many pairs have no value.

    Raises EvalError, naming the keys there are, where no pair has the key.
    """
    by_value: dict[str, list[int]] = {}
    keys: set[str] = set()
    for index in range(len(pairs.base)):
        found = pairs.slices(index)
        keys |= found.keys()
        if key in found:
            by_value.setdefault(found[key], []).append(index)
    if not by_value:
        raise EvalError(f"no item has '{key}' to slice by; there are: {', '.join(sorted(keys)) or 'none'}")
    large: list[Slice] = []
    small: list[str] = []
    for value, indices in by_value.items():
        one = _slice(pairs, value, indices)
        if one.conversations < LEAST_CONVERSATIONS:
            small.append(value)
        else:
            large.append(one)
    large.sort(key=lambda one: (-len(one.pairs), one.value))
    if small:
        indices = sorted(index for value in small for index in by_value[value])
        large.append(_slice(pairs, "others", indices, tuple(sorted(small))))
    return large, len(pairs.base) - sum(len(indices) for indices in by_value.values())


def _slice(pairs: Pairs, value: str, indices: list[int], pooled: tuple[str, ...] = ()) -> Slice:
    conversations = len({pairs.conversations[index] for index in indices})
    return Slice(value, np.array(indices, dtype=np.int64), conversations, pooled)
