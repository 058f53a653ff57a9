"""The plots of a report, each with the table that says the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from eval_harness.metrics.metric import Score
from eval_harness.report.columns import title_of
from eval_harness.report.document import Block, Figure, Heading, Table
from eval_harness.report.evaluated import Evaluated, names_of
from eval_harness.report.figures import NOTHING, floor_of, number, number_to_hundredths, value_with_interval
from eval_harness.report.plots import Estimate, FloorRow, Series, floor_plot, length_plot, turn_plot
from eval_harness.report.slices import Part
from eval_harness.summary import Row
from sahayok.bengali import words

BY_TURN = ("bengali_share", "own_question_first")
NORMAL_95 = 1.96
"""The band of mean ± 1.96 sd holds 95 % of the shuffled scores, which are near normal."""

Parts = Mapping[str, list[Part]]
"""For each slice, the parts of one record set."""


def plots(groups: Sequence[Sequence[Evaluated]], parts: Mapping[str, Parts]) -> Iterator[Block]:
    yield Heading("Plots")
    numbers = itertools.count(1)
    for group in groups:
        for one in group:
            yield from _floor_figure(one, f"plot-{next(numbers)}")
            yield from _length_figure(one, f"plot-{next(numbers)}")
        for metric in BY_TURN:
            yield from _turn_figure(group, parts, metric, f"plot-{next(numbers)}")


def _floor_figure(one: Evaluated, id: str) -> Iterator[Block]:
    rows = [row for row in one.summary.rows if row.floor is not None and row.score is not None]
    if not rows:
        return
    drawn = []
    for row in rows:
        assert row.floor is not None and row.score is not None
        half = NORMAL_95 * row.floor.sd
        floor = Estimate(row.floor.mean, max(0.0, row.floor.mean - half), min(100.0, row.floor.mean + half))
        drawn.append(FloorRow(row.name, _estimate(row.score), floor, row.constant))
    caption = f"Overlap against chance: {one.name}"
    yield Figure(caption, floor_plot(id, caption, drawn), overlap_table(caption, rows))


def _length_figure(one: Evaluated, id: str) -> Iterator[Block]:
    records = one.records.records
    replies = [len(words(record.reply)) for record in records]
    references = [len(words(record.reference)) for record in records if record.reference.strip()]
    rows = [
        [name, str(len(lengths)), *(number(_quantile(lengths, share)) for share in (0.05, 0.25, 0.5, 0.75, 0.95, 1))]
        for name, lengths in (("replies", replies), ("references", references))
        if lengths
    ]
    head = ["words", "texts", "5 %", "25 %", "median", "75 %", "95 %", "longest"]
    caption = f"Length in words: {one.name}"
    yield Figure(caption, length_plot(id, caption, replies, references), Table(caption, head, rows))


def _quantile(lengths: Sequence[int], share: float) -> float:
    ordered = sorted(lengths)
    return ordered[round(share * (len(ordered) - 1))]


def _turn_figure(group: Sequence[Evaluated], parts: Mapping[str, Parts], metric: str, id: str) -> Iterator[Block]:
    series, rows = [], []
    for one in group:
        points = []
        for part in parts[one.name].get("turn", []):
            score = part.cells[metric].score if metric in part.cells else None
            if part.value.isdecimal() and score is not None:
                points.append((int(part.value), _estimate(score)))
                rows.append([one.name, str(int(part.value)), str(score.n), value_with_interval(score)])
        if len(points) > 1:
            series.append(Series(one.name, points))
    if series:
        caption = f"{metric} by turn: {names_of(group)}"
        table = Table(caption, ["model", "turn", "replies", metric], rows)
        yield Figure(caption, turn_plot(id, caption, series), table)


def _estimate(score: Score) -> Estimate:
    return Estimate(score.value, score.low, score.high)


def overlap_table(caption: str, rows: Sequence[Row]) -> Table:
    """Scores beside what chance and one fixed reply would give."""
    cells = []
    for row in rows:
        floor = row.floor
        assert floor is not None
        cells.append(
            [
                title_of(row),
                value_with_interval(row.score),
                floor_of(floor),
                NOTHING if floor.z is None else f"{floor.z:.1f}",
                f"{floor.p:.3f}",
                NOTHING if floor.lift is None else f"{floor.lift:.3f}",
                number_to_hundredths(row.constant),
            ]
        )
    return Table(caption, ["metric", "value", "floor (shuffled)", "z", "p", "lift", "one for all"], cells)
