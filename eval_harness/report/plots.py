"""Plots as SVG: text stays text, shapes tell apart what colours do, and the page's style may recolour them.

Every drawing has a title and a description for those who cannot see it. The classes (dot, band, mark, bar, outline) are
those of report.css; the attributes beside them hold where there is no style sheet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from statistics import median

from eval_harness.report.figures import number, one_line
from sahayok.bengali import clusters

WIDTH = 720
LETTER = 8.5
"""Mean width of a letter at FONT_SIZE; only decides where long labels are cut."""
FONT_SIZE = 13
FONTS = "system-ui, 'Noto Sans Bengali', 'Kohinoor Bangla', 'Nirmala UI', Vrinda, SolaimanLipi, sans-serif"
LABEL_LETTERS = 30
ROW = 30
_ROUND = [factor * 10**power for power in range(9) for factor in (1, 2, 5)]
SHAPES = ("circle", "square", "triangle", "diamond", "ring", "cross")
COLOURS = ("#0b62a4", "#b5490f", "#2f7d32", "#7b3fa0", "#8a6d00", "#444444")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval, where it has one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class FloorRow:
    """One overlap score: the replies' own, the mean of the shuffled ones with the band that holds 95 % of them, and
    that of one reply given to everyone."""

    label: str
    score: Estimate
    floor: Estimate
    constant: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """Values along the turns of conversations: (turn, value)."""

    label: str
    points: Sequence[tuple[int, Estimate]]


def floor_plot(id: str, title: str, rows: Sequence[FloorRow]) -> str:
    """Each score beside what chance and one fixed reply would give."""
    labels = [_short(row.label) for row in rows]
    left = 28 + LETTER * max(map(len, labels))
    top, right = 40, WIDTH - 20
    bottom = top + ROW * len(rows)
    greatest = max(
        value
        for row in rows
        for value in (row.score.high or row.score.value, row.floor.high or row.floor.value, row.constant or 0, 1)
    )
    axis = _Axis(0, greatest, left, right)
    parts = [_legend(16), *_grid(axis, top, bottom)]
    for index, (row, label) in enumerate(zip(rows, labels, strict=True)):
        y = top + ROW * (index + 0.5)
        parts.append(_text(left - 10, y + 4, label, "end", full=row.label))
        parts.append(_floor_band(axis, y, row.floor))
        if row.constant is not None:
            parts.append(_mark("cross", axis.at(row.constant), y, "mark", COLOURS[1]))
        parts.append(_whisker(axis.at, y, row.score, across=True, kind="dot", colour=COLOURS[0]))
        parts.append(_mark("circle", axis.at(row.score.value), y, "dot", COLOURS[0]))
    parts.append(_text((left + right) / 2, bottom + 38, "score, 0 to 100", "middle"))
    described = "; ".join(
        f"{row.label}: {number(row.score.value)}, floor {number(row.floor.value)}"
        + (f", one reply for all {number(row.constant)}" if row.constant is not None else "")
        for row in rows
    )
    return _svg(id, title, described, bottom + 48, parts)


def length_plot(id: str, title: str, replies: Sequence[int], references: Sequence[int]) -> str:
    """How many replies, and references where there are any, have how many words; shares, so that both can be read."""
    width, bins = _bins([*replies, *references])
    shares = [_histogram(replies, width, bins), _histogram(references, width, bins)]
    left, right, top, bottom = 60.0, WIDTH - 20.0, 40.0, 240.0
    across = _Axis(0, bins, left, right, exact=True)
    up = _Axis(0, max(max(each) for each in shares), bottom, top)
    parts = [
        *_levels(up, left, right),
        f'<rect class="bar" fill="{COLOURS[0]}" fill-opacity="0.55" x="{_n(left)}" y="14" width="16" height="12"/>',
        _text(left + 22, 25, "replies", "start"),
    ]
    for index, share in enumerate(shares[0]):
        if share:
            x, y = across.at(index) + 1, up.at(share)
            parts.append(
                f'<rect class="bar" fill="{COLOURS[0]}" fill-opacity="0.55" x="{_n(x)}" y="{_n(y)}" '
                f'width="{_n(across.at(index + 1) - x - 1)}" height="{_n(bottom - y)}"/>'
            )
    if references:
        outline = " ".join(
            f"{_n(across.at(index))},{_n(up.at(share))} {_n(across.at(index + 1))},{_n(up.at(share))}"
            for index, share in enumerate(shares[1])
        )
        style = f'class="outline" fill="none" stroke="{COLOURS[1]}" stroke-width="2.5" stroke-dasharray="6 3"'
        parts.append(f'<polyline {style} points="{outline}"/>')
        parts.append(f'<polyline {style} points="{_n(left + 100)},20 {_n(left + 130)},20"/>')
        parts.append(_text(left + 136, 25, "references", "start"))
    every = max(1, math.ceil(bins / 12))
    for index in range(0, bins, every):
        last = index == bins - 1
        label = f"{index * width}+" if last else str(index * width)
        parts.append(_text(across.at(index), bottom + 18, label, "middle"))
    parts.append(_text((left + right) / 2, bottom + 38, f"words (steps of {width}, the last open)", "middle"))
    described = f"{len(replies)} replies, median {median(replies)} words"
    if references:
        described += f"; {len(references)} references, median {median(references)} words"
    return _svg(id, title, described, bottom + 48, parts)


def turn_plot(id: str, title: str, series: Sequence[Series], greatest: float = 1.0) -> str:
    """Values by turn, a shape for each series; those of one turn stand beside each other."""
    turns = sorted({turn for one in series for turn, _ in one.points})
    left, right = 60.0, WIDTH - 20.0
    top = 20.0 + 20 * len(series)
    bottom = top + 180
    across = _Axis(turns[0] - 0.6, turns[-1] + 0.6, left, right, exact=True)
    up = _Axis(0, greatest, bottom, top, exact=True)
    parts = _levels(up, left, right)
    step = min(14.0, (across.at(turns[0] + 1) - across.at(turns[0])) * 0.7 / len(series))
    for index, one in enumerate(series):
        shape, colour = SHAPES[index % len(SHAPES)], COLOURS[index % len(COLOURS)]
        kind = f"series{index % len(COLOURS)}"
        parts.append(_mark(shape, left + 8, 16 + 20 * index, kind, colour))
        parts.append(_text(left + 20, 20 + 20 * index, _short(one.label, 80), "start", full=one.label))
        for turn, estimate in one.points:
            x = across.at(turn) + step * (index - (len(series) - 1) / 2)
            parts.append(_whisker(up.at, x, estimate, across=False, kind=kind, colour=colour))
            parts.append(_mark(shape, x, up.at(estimate.value), kind, colour))
    parts += [_text(across.at(turn), bottom + 18, str(turn), "middle") for turn in turns]
    parts.append(_text((left + right) / 2, bottom + 38, "turn", "middle"))
    described = "; ".join(
        f"{one.label}: " + ", ".join(f"turn {turn} {number(estimate.value)}" for turn, estimate in one.points)
        for one in series
    )
    return _svg(id, title, described, bottom + 48, parts)


class _Axis:
    """Where a value lies between two edges of the drawing. Unless `exact`, it ends at a round value."""

    def __init__(self, low: float, high: float, start: float, end: float, *, exact: bool = False) -> None:
        self.step = _round_step(high - low)
        self.low, self.high = low, high if exact else math.ceil(high / self.step - 1e-9) * self.step
        self._start, self._scale = start, (end - start) / (self.high - self.low)

    def at(self, value: float) -> float:
        return self._start + (min(max(value, self.low), self.high) - self.low) * self._scale

    def ticks(self) -> list[float]:
        return [self.low + self.step * k for k in range(int((self.high - self.low) / self.step + 1e-9) + 1)]


def _round_step(span: float) -> float:
    """1, 2 or 5 times a power of ten, four to ten of which make the span."""
    power = 10.0 ** math.floor(math.log10(span / 4))
    return max(factor * power for factor in (1, 2, 5) if factor * power <= span / 4 * (1 + 1e-9))


def _grid(axis: _Axis, top: float, bottom: float) -> list[str]:
    lines = []
    for tick in axis.ticks():
        x = _n(axis.at(tick))
        lines.append(
            f'<line stroke="currentColor" stroke-opacity="0.2" x1="{x}" y1="{_n(top)}" x2="{x}" y2="{_n(bottom)}"/>'
        )
        lines.append(_text(axis.at(tick), bottom + 18, f"{tick:g}", "middle"))
    return lines


def _levels(axis: _Axis, left: float, right: float) -> list[str]:
    lines = []
    for tick in axis.ticks():
        y = _n(axis.at(tick))
        lines.append(
            f'<line stroke="currentColor" stroke-opacity="0.2" x1="{_n(left)}" y1="{y}" x2="{_n(right)}" y2="{y}"/>'
        )
        lines.append(_text(left - 8, axis.at(tick) + 4, f"{tick:.3g}", "end"))
    return lines


def _legend(left: float) -> str:
    y = 18.0
    return "".join(
        [
            _mark("circle", left + 6, y, "dot", COLOURS[0]),
            _text(left + 16, y + 4, "score and 95 % interval", "start"),
            f'<rect class="band" fill="currentColor" fill-opacity="0.25" x="{_n(left + 190)}" y="{_n(y - 7)}" '
            'width="16" height="14"/>',
            _text(left + 212, y + 4, "floor (shuffled), 95 % of it", "start"),
            _mark("cross", left + 402, y, "mark", COLOURS[1]),
            _text(left + 414, y + 4, "one reply for all", "start"),
        ]
    )


def _floor_band(axis: _Axis, y: float, floor: Estimate) -> str:
    low, high = axis.at(floor.low or 0), axis.at(floor.high or floor.value)
    middle = _n(axis.at(floor.value))
    return (
        f'<rect class="band" fill="currentColor" fill-opacity="0.25" x="{_n(low)}" y="{_n(y - 10)}" '
        f'width="{_n(max(high - low, 1))}" height="20"/>'
        f'<line stroke="currentColor" stroke-width="1.5" x1="{middle}" y1="{_n(y - 10)}" x2="{middle}" '
        f'y2="{_n(y + 10)}"/>'
    )


def _whisker(
    at: Callable[[float], float], place: float, estimate: Estimate, *, across: bool, kind: str, colour: str
) -> str:
    """The interval as a line along the axis of `at`."""
    if estimate.low is None or estimate.high is None:
        return ""
    low, high, here = _n(at(estimate.low)), _n(at(estimate.high)), _n(place)
    ends = (low, here, high, here) if across else (here, low, here, high)
    x1, y1, x2, y2 = ends
    return f'<line class="{kind}" stroke="{colour}" stroke-width="2.5" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _mark(shape: str, x: float, y: float, kind: str, colour: str) -> str:
    """A mark of one of SHAPES about 10 units wide."""
    if shape == "cross":
        path = f"M{_n(x - 5)},{_n(y - 5)} L{_n(x + 5)},{_n(y + 5)} M{_n(x - 5)},{_n(y + 5)} L{_n(x + 5)},{_n(y - 5)}"
        return f'<path class="{kind}" stroke="{colour}" stroke-width="2.5" d="{path}"/>'
    style = f'class="{kind}" fill="{colour}" stroke="{colour}"'
    if shape == "circle":
        return f'<circle {style} cx="{_n(x)}" cy="{_n(y)}" r="5"/>'
    if shape == "ring":
        return f'<circle class="{kind} hollow" stroke="{colour}" fill="none" stroke-width="2" {_at(x, y)} r="4.5"/>'
    if shape == "square":
        return f'<rect {style} x="{_n(x - 4.5)}" y="{_n(y - 4.5)}" width="9" height="9"/>'
    corners = {
        "triangle": ((0, -6), (5.5, 4.5), (-5.5, 4.5)),
        "diamond": ((0, -6.5), (6, 0), (0, 6.5), (-6, 0)),
    }[shape]
    points = " ".join(f"{_n(x + right)},{_n(y + down)}" for right, down in corners)
    return f'<polygon {style} points="{points}"/>'


def _at(x: float, y: float) -> str:
    return f'cx="{_n(x)}" cy="{_n(y)}"'


def _text(x: float, y: float, text: str, anchor: str, full: str | None = None) -> str:
    """`full` is shown on pointing where `text` is a shortened form of it."""
    title = f"<title>{escape(one_line(full))}</title>" if full is not None and one_line(full) != text else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{escape(text)}{title}</text>'


def _svg(id: str, title: str, description: str, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" aria-labelledby="{id}-title {id}-description" viewBox="0 0 {WIDTH} {_n(height)}" '
        f'font-family="{FONTS}" font-size="{FONT_SIZE}" fill="currentColor">'
        f'<title id="{id}-title">{escape(one_line(title))}</title>'
        f'<desc id="{id}-description">{escape(one_line(description))}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _short(label: str, letters: int = LABEL_LETTERS) -> str:
    """The label, its middle left out where it has too many letters: names often differ at both ends."""
    pieces = clusters(one_line(label))
    if len(pieces) <= letters:
        return "".join(pieces)
    half = (letters - 1) // 2
    return "".join(pieces[:half]) + "…" + "".join(pieces[-half:])


def _bins(lengths: Sequence[int]) -> tuple[int, int]:
    """The words in a step and the number of steps: at most 25, the last holding the longest hundredth."""
    long = sorted(lengths)[int(0.99 * (len(lengths) - 1))]
    width = next(width for width in _ROUND if long < 25 * width)
    return width, long // width + 1


def _histogram(lengths: Sequence[int], width: int, bins: int) -> list[float]:
    """The share of the lengths in each step."""
    counts = [0] * bins
    for length in lengths:
        counts[min(length // width, bins - 1)] += 1
    return [count / len(lengths) if lengths else 0.0 for count in counts]


def _n(value: float) -> str:
    """A coordinate, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
