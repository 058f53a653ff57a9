"""A table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns of even width; the first and one of words ("unit") to the left, figures to the right."""
    widths = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 or name == "unit" else cell.rjust(width)
            for column, (name, cell, width) in enumerate(zip(head, line, widths, strict=True))
        ).rstrip()
        for line in (head, *rows)
    ]
