from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from eval_harness.report.document import Bullets, Document, Figure, Heading, Paragraph, Sample, Table
from eval_harness.report.figures import visible
from eval_harness.report.html import as_html
from eval_harness.report.plots import length_plot
from tests.eval_harness.report.page import Page

HOSTILE = "</dd><script>alert('১')</script><img src=\"https://evil.example/x\" onerror=x> \u202egnp & ক"
hostile = st.one_of(
    st.text(st.characters(codec="utf-8")),
    st.text("<>&'\"/!-=\\\n\t;#x0 ক\u09cd\u200d\u202e\x00"),
    st.sampled_from([HOSTILE, "<!--", "]]>", "<![CDATA[", "&lt;script&gt;", "</style><style>*{}", "</svg>"]),
)


def everywhere(text: str) -> Document:
    """The text in every place that a page has."""
    table = Table(text, ["what", text], [[text, text], ["x", "1"]], muted=frozenset({1}))
    return Document(
        text,
        [
            Heading(text, 1),
            Heading(text),
            Paragraph(text),
            Bullets([text], alert=True),
            table,
            Figure(text, length_plot("p-1", text, [1], []), table),
            Sample(text, [("reply", text)], [("finish", text)]),
        ],
    )


def test_a_hostile_reply_is_only_text() -> None:
    text = as_html(everywhere(HOSTILE))
    page = Page(text)
    assert "script" not in {tag for tag, _ in page.elements}
    assert "img" not in {tag for tag, _ in page.elements}
    assert page.texts_of("dd") == [visible(HOSTILE)]
    assert "⟨U+202E⟩gnp" in text
    assert "\u202e" not in text


def test_the_file_needs_nothing_else() -> None:
    text = as_html(everywhere("ভালো আছি"))
    page = Page(text)
    assert not {"script", "link", "iframe", "object", "embed", "img"} & {tag for tag, _ in page.elements}
    assert not page.attributes("src")
    assert page.attributes("href") == ["#part-1"]
    assert re.search(r"https?://|url\(|@import|@font-face", text) is None
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.attributes("content")
    style = page.texts_of("style")[0]
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style
    for font in ("Noto Sans Bengali", "Kohinoor Bangla", "Nirmala UI", "Vrinda", "SolaimanLipi"):
        assert font in style


def test_every_reference_within_the_page_has_its_target() -> None:
    page = Page(as_html(everywhere("x")))
    ids = page.attributes("id")
    assert len(set(ids)) == len(ids)
    named = [name for names in page.attributes("aria-labelledby") for name in names.split()]
    assert named
    assert {*named, *(target.removeprefix("#") for target in page.attributes("href"))} <= set(ids)


def test_bengali_is_marked_as_such() -> None:
    page = Page(as_html(Document("t", [Paragraph("ভালো আছি"), Paragraph("fine")])))
    assert [attributes.get("lang") for tag, attributes in page.elements if tag == "p"] == ["bn", None]
    assert page.elements[0] == ("html", {"lang": "en"})


def test_cells_rows_and_what_is_empty() -> None:
    table = Table("c", ["what", "n"], [["a", "1"], ["b *", "2"]], muted=frozenset({1}))
    page = Page(as_html(Document("t", [table, Sample("s", [("reply", " \n")], [])])))
    assert page.rows() == [["what", "n"], ["a", "1"], ["b *", "2"]]
    assert [attributes.get("class") for tag, attributes in page.elements if tag == "tr"] == [None, None, "muted"]
    assert page.texts_of("dd") == ["(empty)"]
    assert page.texts_of("caption") == ["c"]


@given(hostile)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    page = Page(as_html(everywhere(text)))
    assert page.texts_of("p")[0] == visible(text)
    assert page.texts_of("dd") == [visible(text) if text.strip() else "(empty)"]
    assert page.rows()[1] == [visible(text)] * 2
    assert not {"script", "img"} & {tag for tag, _ in page.elements}
