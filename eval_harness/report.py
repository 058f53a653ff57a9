"""The summary as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from eval_harness.summary import Row, Summary

ARROWS = {"higher": "↑", "lower": "↓", "none": " "}
NOTHING = "-"


def as_text(summary: Summary) -> str:
    """A table, one more for overlap with its floors, then the warnings and the signatures of the overlap scores."""
    header = summary.header
    model = header.model if header.adapter is None else f"{header.model} + {header.adapter}"
    lines = [
        f"{model} ({header.engine}, {header.model_sha256[:12]}), persona {header.persona_version}, "
        f"seed {header.sampling.seed}, {header.device}",
        f"{header.split} split of {header.corpus} ({header.corpus_sha256[:12]}): "
        f"{summary.items} of {header.items} items in {summary.conversations} conversations",
        "",
    ]
    overlap = [row for row in summary.rows if row.floor is not None]
    others = [row for row in summary.rows if row.floor is None]
    lines += _table(["metric", "value", "95% interval", "unit"], [_plain_cells(row) for row in others])
    if overlap:
        names = ["overlap with the references", "value", "95% interval", "floor", "z", "p", "lift", "one reply for all"]
        lines += ["", *_table(names, [_overlap_cells(row) for row in overlap])]
    if summary.warnings:
        lines += ["", *(f"! {warning}" for warning in summary.warnings)]
    lines += [""] + [row.score.signature for row in overlap if row.score is not None]
    lines += sorted({row.floor.signature for row in overlap if row.floor is not None})
    return "\n".join(lines).rstrip() + "\n"


def _plain_cells(row: Row) -> list[str]:
    return [_name(row), *_value_cells(row), row.unit if row.score is not None else row.reason or ""]


def _overlap_cells(row: Row) -> list[str]:
    assert row.floor is not None
    return [
        _name(row),
        *_value_cells(row),
        f"{row.floor.mean:.2f} ± {row.floor.sd:.2f}",
        NOTHING if row.floor.z is None else f"{row.floor.z:.1f}",
        f"{row.floor.p:.3f}",
        NOTHING if row.floor.lift is None else f"{row.floor.lift:.3f}",
        NOTHING if row.constant is None else f"{row.constant:.2f}",
    ]


def _name(row: Row) -> str:
    return f"{row.name} {ARROWS[row.direction]}"


def _value_cells(row: Row) -> list[str]:
    if row.score is None:
        return [NOTHING, NOTHING]
    value, low, high = row.score.value, row.score.low, row.score.high
    return [_number(value), NOTHING if low is None or high is None else f"{_number(low)} to {_number(high)}"]


def _number(value: float) -> str:
    """Four significant digits, never in the notation with an exponent."""
    if value == 0 or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.4f}" if abs(value) < 1 else f"{value:.4g}"


def _table(head: list[str], rows: Sequence[list[str]]) -> list[str]:
    """Columns of even width; the first and one of words to the left, numbers to the right."""
    widths = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    left = {0, *(column for column, name in enumerate(head) if name == "unit")}
    return [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (head, *rows)
    ]
