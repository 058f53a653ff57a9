from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from eval_harness.report.document import Bullets, Document, Figure, Heading, Paragraph, Sample, Table
from eval_harness.report.figures import visible
from eval_harness.report.markdown import as_markdown
from tests.eval_harness.report.page import Page

# An independent reader of Markdown with GitHub's tables; "html" stays on, so that markup which slips through shows.
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
hostile = st.one_of(
    st.text(st.characters(codec="utf-8")),
    st.text("|\\`*_[](){}#+-=.!<>&~:\n\t 1ক\u09cd\u200d"),
    st.sampled_from(["<script>alert(1)</script>", "![x](https://evil.example)", "&copy;", "a|b\nc", "```\nx\n```"]),
)


def read(document: Document) -> Page:
    return Page(READER.render(as_markdown(document)))


def same(read: str, written: str) -> bool:
    return read.split() == visible(written).split()


def test_tables_keep_their_cells() -> None:
    table = Table("About", ["what", "n"], [["a|b", "1"], ["<b>\nk", "`2`"], ["C:\\", "x"]])
    text = as_markdown(Document("t", [table]))
    assert text.splitlines()[2:] == [
        "| what | n |",
        "| :--- | ---: |",
        "| a\\|b | 1 |",
        "| &lt;b&gt;<br>k | \\`2\\` |",
        "| C:\\\\ | x |",
    ]
    assert read(Document("t", [table])).rows() == [["what", "n"], ["a|b", "1"], ["<b>\nk", "`2`"], ["C:\\", "x"]]


def test_links_are_text() -> None:
    text = as_markdown(Document("t", [Paragraph("https://evil.example www.evil.example a@b.c [x](y)")]))
    assert text.strip() == "https\\://evil.example www\\.evil.example a\\@b.c \\[x\\](y)"


def test_every_kind_of_block() -> None:
    table = Table("ক", ["what", "n"], [["a", "1"]])
    page = read(
        Document(
            "t",
            [
                Heading("One", 1),
                Bullets(["first", "- second"], alert=True),
                Figure("f", "<svg></svg>", table),
                Sample("x-1#1", [("reply", "হ্যাঁ।")], [("words", "1")]),
            ],
        )
    )
    assert page.texts_of("h1") == ["One"]
    assert page.texts_of("li") == ["! first", "! - second"]
    assert page.texts_of("svg") == []
    assert page.rows() == [["what", "n"], ["a", "1"], ["", ""], ["reply", "হ্যাঁ।"]]


@given(hostile.filter(str.strip))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    table = Table(text, ["what", text], [[text, text]])
    page = read(Document("t", [Heading(text), Paragraph(text), Bullets([text]), table]))
    assert {tag for tag, _ in page.elements} <= {"h2", "p", "ul", "li", "strong", "br"} | {
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert same(page.texts_of("h2")[0], text)
    assert same(page.texts_of("p")[0], text)
    assert same(page.texts_of("li")[0], text)
    for row in page.rows():
        assert same(row[1], text)
