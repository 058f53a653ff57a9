"""The report as one HTML file that needs nothing else: no network, no script, no font of its own."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib import resources

from eval_harness.report.document import Block, Bullets, Document, Figure, Heading, Paragraph, Sample, Table
from eval_harness.report.figures import visible
from sahayok.bengali import is_bengali_letter_or_mark

NO_NETWORK = "default-src 'none'; style-src 'unsafe-inline'"


def as_html(document: Document) -> str:
    """The whole page, of one set of records always the same bytes."""
    style = resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{NO_NETWORK}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{_text(document.title)}</title>",
        f"<style>\n{style}</style>",
        "</head>",
        "<body>",
        "<main>",
    ]
    sections = [block for block in document.blocks if isinstance(block, Heading) and block.level == 2]
    numbers = {id(heading): f"part-{number}" for number, heading in enumerate(sections, start=1)}
    contents = "".join(f'<li><a href="#{numbers[id(one)]}">{_text(one.text)}</a></li>' for one in sections)
    for block in document.blocks:
        if isinstance(block, Heading):
            anchor = f' id="{numbers[id(block)]}"' if id(block) in numbers else ""
            lines.append(f"<h{block.level}{anchor}{_lang(block.text)}>{_text(block.text)}</h{block.level}>")
            if block.level == 1:
                lines.append(f'<nav aria-label="Contents"><ul>{contents}</ul></nav>')
        else:
            lines += _block(block)
    return "\n".join([*lines, "</main>", "</body>", "</html>", ""])


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield f"<p{_lang(block.text)}>{_text(block.text)}</p>"
        case Bullets():
            yield '<ul class="alert">' if block.alert else "<ul>"
            yield from (f"<li{_lang(item)}>{_text(item)}</li>" for item in block.items)
            yield "</ul>"
        case Table():
            yield from _table(block)
        case Figure():
            yield "<figure>"
            yield f"<figcaption{_lang(block.caption)}>{_text(block.caption)}</figcaption>"
            yield f'<div class="wide" role="region" tabindex="0" aria-label="{_text(block.caption)}">{block.svg}</div>'
            yield "<details><summary>The same as a table</summary>"
            yield from _table(block.table)
            yield "</details>"
            yield "</figure>"
        case Sample():
            yield "<article>"
            yield f"<h4{_lang(block.title)}>{_text(block.title)}</h4>"
            yield "<dl>"
            for label, text in block.texts:
                shown = _text(text) if text.strip() else '<span class="muted">(empty)</span>'
                yield f"<dt>{_text(label)}</dt><dd{_lang(text)}>{shown}</dd>"
            yield "</dl>"
            figures = (
                f"<span{_lang(value)}>{_text(name)} <b>{_text(value)}</b></span>" for name, value in block.figures
            )
            yield f'<p class="figures">{" ".join(figures)}</p>'
            yield "</article>"


def _table(table: Table) -> Iterator[str]:
    yield f'<div class="wide" role="region" tabindex="0" aria-label="{_text(table.caption)}">'
    yield f"<table><caption{_lang(table.caption)}>{_text(table.caption)}</caption>"
    heads = (
        f'<th scope="col"{_column(table, index, name)}>{_text(name)}</th>' for index, name in enumerate(table.head)
    )
    yield f"<thead><tr>{''.join(heads)}</tr></thead>"
    yield "<tbody>"
    for index, row in enumerate(table.rows):
        first = f'<th scope="row"{_lang(row[0])}>{_text(row[0])}</th>'
        rest = (f"<td{_column(table, column, cell)}>{_text(cell)}</td>" for column, cell in enumerate(row[1:], start=1))
        muted = ' class="muted"' if index in table.muted else ""
        yield f"<tr{muted}>{first}{''.join(rest)}</tr>"
    yield "</tbody></table></div>"


def _column(table: Table, column: int, text: str) -> str:
    return _lang(text) + ("" if column in table.words else ' class="figure"')


def _text(text: str) -> str:
    return escape(visible(text))


def _lang(text: str) -> str:
    return ' lang="bn"' if any(map(is_bengali_letter_or_mark, text)) else ""
