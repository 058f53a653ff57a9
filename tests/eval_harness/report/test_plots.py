from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_harness.report.plots import (
    SHAPES,
    Estimate,
    FloorRow,
    Series,
    floor_plot,
    length_plot,
    turn_plot,
)

Element = ElementTree.Element
ROW = FloorRow("chrF++", Estimate(20, 18, 22), Estimate(10, 9, 11), 12.0)


def parsed(svg: str) -> Element:
    return ElementTree.fromstring(svg)  # noqa: S314  the drawing is our own


def by_class(svg: str, name: str) -> list[Element]:
    return [one for one in parsed(svg).iter() if name in one.get("class", "").split()]


def inside(svg: str) -> None:
    """Nothing is drawn beyond the edges."""
    root = parsed(svg)
    _, _, width, height = map(float, root.get("viewBox", "").split())
    for one in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert 0 <= float(one.get(name, "0")) <= width
        for name in ("y", "y1", "y2", "cy"):
            assert 0 <= float(one.get(name, "0")) <= height


def test_a_drawing_says_what_it_is() -> None:
    root = parsed(floor_plot("p1", "Overlap & chance", [ROW]))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "p1-title p1-description"
    title, description = root[0], root[1]
    assert (title.tag, title.get("id"), title.text) == ("title", "p1-title", "Overlap & chance")
    assert (description.tag, description.get("id")) == ("desc", "p1-description")
    assert description.text == "chrF++: 20, floor 10, one reply for all 12"


def test_scores_lie_on_one_scale() -> None:
    svg = floor_plot("p", "t", [ROW, FloorRow("BLEU", Estimate(10), Estimate(12, 11, 13), None)])
    dots = [float(dot.get("cx", "")) for dot in by_class(svg, "dot") if dot.tag == "circle"][1:]  # one in the legend
    bands = by_class(svg, "band")[1:]
    first = float(bands[0].get("x", "")) + float(bands[0].get("width", "")) / 2
    # The score 10 of BLEU lies where the floor 10 of chrF++ does, and 20 as far from it as 10 from 0.
    assert dots[1] == pytest.approx(first, abs=0.2)
    whiskers = [line for line in by_class(svg, "dot") if line.tag == "line"]
    assert len(whiskers) == 1
    per_point = (dots[0] - dots[1]) / 10
    assert float(whiskers[0].get("x2", "")) - float(whiskers[0].get("x1", "")) == pytest.approx(4 * per_point, abs=0.2)
    assert len(by_class(svg, "mark")) == 2  # the legend's and chrF++'s
    inside(svg)


def test_lengths_are_shares_and_the_last_step_is_open() -> None:
    svg = length_plot("p", "t", [1, 1, 3, 400], [2] * 8)
    root = parsed(svg)
    assert root[1].text == "4 replies, median 2.0 words; 8 references, median 2.0 words"
    bars = by_class(svg, "bar")[1:]
    assert sum(float(bar.get("height", "")) for bar in bars) == pytest.approx(200, abs=0.5)  # 1.0 is the axis's end
    assert len(by_class(svg, "outline")) == 2
    inside(svg)


def test_without_references_there_is_no_outline() -> None:
    assert by_class(length_plot("p", "t", [0, 0], []), "outline") == []


def test_series_differ_in_shape() -> None:
    series = [Series(f"m{index}", [(1, Estimate(0.5, 0.4, 0.6)), (2, Estimate(1.0))]) for index in range(len(SHAPES))]
    svg = turn_plot("p", "t", series)
    drawn = []
    for index in range(len(SHAPES)):
        marks = [one for one in by_class(svg, f"series{index}") if one.tag != "line"]
        assert len(marks) == 3
        drawn.append((marks[0].tag, marks[0].get("class"), len(marks[0].get("points", "").split())))
    assert len({(tag, "hollow" in str(kind), corners) for tag, kind, corners in drawn}) == len(SHAPES)
    inside(svg)


def test_long_names_are_cut_in_the_middle_and_given_whole() -> None:
    name = "sahayok-nano-with-a-very-long-name-of-a-file.q8_0.gguf"
    root = parsed(floor_plot("p", "t", [FloorRow(name, Estimate(1), Estimate(1, 0, 2), None)]))
    label = next(one for one in root.iter("text") if (one.text or "").startswith("sahayok"))
    assert (label.text or "").endswith("q8_0.gguf")
    assert len(label.text or "") < len(name)
    assert label[0].text == name


shares = st.floats(0, 1)


@given(st.text(st.characters(codec="utf-8")), st.lists(st.tuples(st.integers(1, 99), shares), min_size=1, max_size=30))
def test_any_name_and_value_gives_xml(name: str, points: list[tuple[int, float]]) -> None:
    svg = turn_plot("p", name, [Series(name, [(turn, Estimate(value, 0, 1)) for turn, value in points])])
    inside(svg)


@given(st.lists(st.integers(0, 100_000), min_size=1), st.lists(st.integers(1, 500)))
def test_any_lengths_give_xml(replies: list[int], references: list[int]) -> None:
    inside(length_plot("p", "t", replies, references))


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=8))
def test_any_scores_give_xml(pairs: list[tuple[float, float]]) -> None:
    inside(floor_plot("p", "t", [FloorRow("x", Estimate(a), Estimate(b, b, b), a) for a, b in pairs]))
