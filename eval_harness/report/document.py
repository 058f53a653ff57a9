"""What a report is made of, whatever it is written as. Texts are plain: what writes them makes them harmless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """`alert` ones are what a reader must see before the figures."""

    items: Sequence[str]
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`words` are the columns of text, to the left; the others hold figures. `muted` rows say little."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: frozenset[int] = frozenset({0})
    muted: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing, and the table that says the same where there are no drawings."""

    caption: str
    svg: str
    table: Table


@dataclass(frozen=True, slots=True)
class Sample:
    """One reply: labelled texts, then its figures."""

    title: str
    texts: Sequence[tuple[str, str]]
    figures: Sequence[tuple[str, str]]


Block = Heading | Paragraph | Bullets | Table | Figure | Sample


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    blocks: Sequence[Block]
