"""Summaries of the same items side by side: a column for each, floor and constant reply under each overlap score."""

from __future__ import annotations

from collections.abc import Sequence

from eval_harness.report.figures import ARROWS, floor_of, number_to_hundredths, value_with_interval
from eval_harness.summary import Row, Summary


def title_of(row: Row) -> str:
    """The metric's name, and which way is better."""
    return f"{row.name} {ARROWS[row.direction]}".rstrip()


def columns_of(summaries: Sequence[Summary], names: Sequence[str]) -> list[list[str]]:
    """Rows of a name and a cell for each summary, for those of the metrics that have a value in one of them."""
    rows: list[list[str]] = []
    for name in names:
        found = [next((row for row in one.rows if row.name == name), None) for one in summaries]
        named = next((row for row in found if row is not None and row.score is not None), None)
        if named is None:
            continue
        rows.append([title_of(named), *(value_with_interval(row.score if row else None) for row in found)])
        if any(row and row.floor for row in found):
            rows.append([f"{name} floor", *(floor_of(row.floor if row else None) for row in found)])
            rows.append(
                [f"{name} one for all", *(number_to_hundredths(row.constant if row else None) for row in found)]
            )
    return rows


def metric_names(summaries: Sequence[Summary]) -> list[str]:
    """The metrics of all summaries, in their order."""
    return list(dict.fromkeys(row.name for one in summaries for row in one.rows))
