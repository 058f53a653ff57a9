"""The headline metrics on parts of a record set: a situation, a region, a turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eval_harness.chance import Floor, floor
from eval_harness.errors import MetricError
from eval_harness.metrics.metric import OverlapMetric, Score
from eval_harness.records import Record
from eval_harness.report.measured import Measured

KEYS = ("situation", "region", "register", "turn", "input")
"""The slices that come first; others follow by name."""
SMALL = 10
"""A part with fewer replies is marked: its values say little."""
POOLED_BELOW = 3
"""Parts with fewer replies are taken together: one or two replies have no interval worth the name."""
NOT_SAID = "(not said)"


@dataclass(frozen=True, slots=True)
class Cell:
    """One metric on one part. `score` is None where it has no value there; `floor` is an overlap metric's."""

    score: Score | None
    floor: Floor | None


@dataclass(frozen=True, slots=True)
class Part:
    """The replies under one value of a slice, or (`pooled` values of them) under several too small ones."""

    value: str
    replies: int
    pooled: int
    cells: dict[str, Cell]

    @property
    def small(self) -> bool:
        return self.replies < SMALL


def slice_keys(records: Sequence[Record]) -> list[str]:
    """The slices that part these records, the known ones first."""
    found = {key for record in records for key in record.slices}
    parting = [key for key in found if len({record.slices.get(key) for record in records}) > 1]
    return sorted(parting, key=lambda key: (KEYS.index(key) if key in KEYS else len(KEYS), key))


def parts_of(records: Sequence[Record], key: str, metrics: Sequence[Measured]) -> list[Part]:
    """The metrics on every part: turns in their order, others with the largest first, those pooled last."""
    values = [record.slices.get(key, NOT_SAID) for record in records]
    sizes = Counter(values)
    kept = [value for value, size in sizes.items() if size >= POOLED_BELOW]
    kept.sort(key=lambda value: value if key == "turn" else (-sizes[value], value))
    parts = []
    for value in kept:
        inside = [record for record, its in zip(records, values, strict=True) if its == value]
        parts.append(_part(value, 0, inside, metrics))
    rest = [record for record, its in zip(records, values, strict=True) if sizes[its] < POOLED_BELOW]
    if rest:
        parts.append(_part("", len(sizes) - len(kept), rest, metrics))
    return parts


def _part(value: str, pooled: int, records: Sequence[Record], metrics: Sequence[Measured]) -> Part:
    cells = {each.metric.name: _cell(each, records) for each in metrics}
    return Part(value, len(records), pooled, cells)


def _cell(measured: Measured, records: Sequence[Record]) -> Cell:
    score = measured.score(records)
    if score is None or not isinstance(measured.metric, OverlapMetric):
        return Cell(score, None)
    try:
        return Cell(score, floor(measured.metric, measured.inside(records)))
    except MetricError:  # the replies to one item cannot be shuffled
        return Cell(score, None)
