"""The report as Markdown with tables (GitHub's): the same content, a table in the place of each plot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from eval_harness.report.document import Block, Bullets, Document, Figure, Heading, Paragraph, Sample, Table
from eval_harness.report.figures import visible

_SPECIAL = re.compile(
    r"""
    [\\`*_\[\]|~$@<>&]           # marks of Markdown, of tables, of formulas; HTML
    | :(?=//|[\w+-]+:)            # https://, :smile:
    | (?<=www)\.                  # links without ://
    | (?<!\S)\#                   # headings, from both ends
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LIST = re.compile(r"^([-+=])|^(\d+)([.)])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def as_markdown(document: Document) -> str:
    """The whole text, of one set of records always the same bytes."""
    return "\n".join(line for block in document.blocks for line in (*_block(block), ""))


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {_text(block.text)}"
        case Paragraph():
            yield _begun(block.text)
        case Bullets():
            yield from (f"- {'**!** ' if block.alert else ''}{_begun(item)}" for item in block.items)
        case Table():
            yield from _table(block)
        case Figure():
            yield from _table(block.table)
        case Sample():
            yield f"**{_text(block.title)}**"
            yield ""
            yield from _rows(["", ""], block.texts, {0, 1})
            yield ""
            yield " · ".join(f"{_text(name)} {_text(value)}" for name, value in block.figures)


def _table(table: Table) -> Iterator[str]:
    yield f"**{_text(table.caption)}**"
    yield ""
    yield from _rows(table.head, table.rows, table.words)


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]], words: frozenset[int] | set[int]) -> Iterator[str]:
    yield f"| {' | '.join(map(_text, head))} |"
    yield "|" + "|".join(" :--- " if column in words else " ---: " for column in range(len(head))) + "|"
    for row in rows:
        yield f"| {' | '.join(map(_text, row))} |"


def _text(text: str) -> str:
    """Foreign text in one line that reads as itself: nothing in it is markup, a link or the end of a cell."""
    escaped = _SPECIAL.sub(_harmless, visible(text).strip())
    return escaped.replace("\t", " ").replace("\n", "<br>")


def _harmless(match: re.Match[str]) -> str:
    return _ENTITIES.get(match.group(), "\\" + match.group())


def _begun(text: str) -> str:
    """`_text` where a line begins, which might begin a list."""
    return _LIST.sub(lambda match: f"{match[2] or ''}\\{match[1] or match[3]}", _text(text))
