"""Krippendorff's alpha: how far raters agree beyond chance, 1 for always, 0 for no more than chance.

Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability". Everything goes through the coincidence matrix, which
is a sum over the units: so whole conversations can be drawn anew without counting again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from eval_harness.intervals import Array

Measure = Literal["nominal", "ordinal", "interval"]


def coincidences(units: Sequence[Sequence[int]], values: int) -> Array:
    """The coincidence matrix of each unit: (units, values, values).

    A unit is the values that its raters gave, as indices 0 to `values` - 1; who gave none is left out. Each ordered
    pair of two raters counts 1 / (raters - 1), so that a unit of m raters adds m values, and one of a single rater
    nothing.
    """
    matrices = np.zeros((len(units), values, values))
    for matrix, unit in zip(matrices, units, strict=True):
        if len(unit) > 1:
            counts = np.bincount(unit, minlength=values).astype(np.float64)
            matrix += (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    return matrices


def alpha(matrix: Array, measure: Measure) -> Array:
    """Alpha of summed coincidence matrices (..., values, values): (...). For "interval" the values are evenly spaced.

    NaN where it is not defined: no unit has two raters, or all that were given are one value (nothing was there to
    agree about).
    """
    totals = matrix.sum(axis=-1)
    distances = _distances(totals, measure)
    observed = (matrix * distances).sum(axis=(-2, -1))
    expected = (totals[..., :, None] * totals[..., None, :] * distances).sum(axis=(-2, -1))
    pairable = totals.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Array = 1 - (pairable - 1) * observed / np.where(expected > 0, expected, np.nan)
    return result


def _distances(totals: Array, measure: Measure) -> Array:
    """The squared difference of each two values, in Krippendorff's metrics."""
    count = totals.shape[-1]
    if measure == "nominal":
        return 1 - np.eye(count)
    if measure == "interval":
        even: Array = np.subtract.outer(np.arange(count), np.arange(count)).astype(np.float64) ** 2
        return even
    # Ordinal: how many values were given from the one to the other, each end counted half.
    middles = np.cumsum(totals, axis=-1) - totals / 2
    ordinal: Array = (middles[..., :, None] - middles[..., None, :]) ** 2
    return ordinal
