"""A summary, or several side by side, as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from eval_harness.report.columns import columns_of, metric_names, title_of
from eval_harness.report.figures import NOTHING, floor_of, interval_of, number_to_hundredths, one_line, value_of
from eval_harness.summary import Row, Summary
from eval_harness.text_table import table

LEGEND = "floor: the replies shuffled among the questions; one for all: one fixed reply given to everyone"


def as_text(summary: Summary) -> str:
    """A table, one more for overlap with its floors, then the warnings and the signatures of the overlap scores."""
    overlap = [row for row in summary.rows if row.floor is not None]
    others = [row for row in summary.rows if row.floor is None and row.score is not None]
    lines = [*_about(summary), ""]
    lines += _without_empty_columns(
        ["metric", "value", "95% interval", "n", "left out", "unit"], [_plain_cells(row) for row in others]
    )
    if overlap:
        head = ["overlap", "value", "95% interval", "floor", "z", "p", "lift", "one for all", "left out"]
        lines += ["", *_without_empty_columns(head, [_overlap_cells(row) for row in overlap]), LEGEND]
    lines += _without_value(summary.rows)
    if summary.warnings:
        lines += ["", *(f"! {one_line(warning)}" for warning in summary.warnings)]
    lines += [""] + [row.score.signature for row in overlap if row.score is not None]
    lines += sorted({row.floor.signature for row in overlap if row.floor is not None})
    return "\n".join(lines).rstrip() + "\n"


def side_by_side(summaries: Sequence[Summary]) -> str:
    """A column for each summary, floor and constant reply under each overlap score, then the warnings. Only summaries
    of the same items may stand side by side."""
    lines = [f"[{place}] {_about(one)[0]}" for place, one in enumerate(summaries, start=1)]
    rows = columns_of(summaries, metric_names(summaries))
    lines += ["", *_without_empty_columns(["metric", *(f"[{place}]" for place in range(1, len(summaries) + 1))], rows)]
    warnings = [
        f"! [{place}] {one_line(warning)}" for place, one in enumerate(summaries, start=1) for warning in one.warnings
    ]
    return "\n".join([*lines, "", *warnings]).rstrip() + "\n"


def _without_value(rows: Sequence[Row]) -> list[str]:
    """A line for each reason why metrics have no value."""
    names: dict[str, list[str]] = {}
    for row in rows:
        if row.score is None:
            names.setdefault(row.reason or "", []).append(row.name)
    return [f"no value ({reason}): {', '.join(of_reason)}" for reason, of_reason in names.items()]


def _about(summary: Summary) -> list[str]:
    """Who was evaluated, on what."""
    counts = f"{summary.replies} of {summary.expected} replies in {summary.conversations} conversations"
    if summary.skipped:
        counts += f", {summary.skipped} skipped"
    header = summary.header
    if header is None:
        return [f"{one_line(summary.name)} (another program's): {counts}"]
    made = [header.engine, header.model_sha256[:12]]
    if header.quantization != "none":
        made.append(header.quantization)
    return [
        f"{one_line(summary.name)} ({', '.join(made)}): {counts}",
        f"suite {one_line(header.suite)}, {one_line(header.split)} split of {one_line(header.corpus)} "
        f"({header.corpus_sha256[:12]}), persona {header.persona_version}, seed {header.sampling.seed}, "
        f"{one_line(header.device)}",
    ]


def _plain_cells(row: Row) -> list[str]:
    assert row.score is not None
    return [
        title_of(row),
        value_of(row.score),
        interval_of(row.score),
        str(row.score.n),
        str(row.left_out or ""),
        row.unit,
    ]


def _overlap_cells(row: Row) -> list[str]:
    assert row.floor is not None
    return [
        title_of(row),
        value_of(row.score),
        interval_of(row.score),
        floor_of(row.floor),
        NOTHING if row.floor.z is None else f"{row.floor.z:.1f}",
        f"{row.floor.p:.3f}",
        NOTHING if row.floor.lift is None else f"{row.floor.lift:.3f}",
        number_to_hundredths(row.constant),
        str(row.left_out or ""),
    ]


def _without_empty_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    kept = [column for column in range(len(head)) if any(row[column] for row in rows)]
    return table([head[column] for column in kept], [[row[column] for column in kept] for row in rows])
