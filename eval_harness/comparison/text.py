"""A comparison as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval_harness.compare import Comparison, Difference
from eval_harness.comparison.examples import Example
from eval_harness.comparison.measures import Change
from eval_harness.records import Header
from eval_harness.report.figures import ARROWS, NOTHING, number, one_line
from eval_harness.summary import SIGNIFICANT
from eval_harness.text_table import table

SLICED = ("bits_per_byte", "chrF++")
"""The metrics whose slices are shown unless others are named; --json has all."""


def as_text(comparison: Comparison, named: Sequence[str] = ()) -> str:
    """The table of metrics, what is significant in words, the gate, slices, examples and warnings. `named` are the
    metrics that the person chose."""
    return "\n".join(_lines(comparison, named)).rstrip() + "\n"


def failures(comparison: Comparison) -> list[str]:
    """A line for each condition of the gate that failed."""
    return [
        f"failed, {one_line(comparison.other)}: {verdict.condition}: {verdict.reason}"
        for verdict in comparison.verdicts
        if verdict.failed
    ]


def _lines(comparison: Comparison, named: Sequence[str]) -> Iterator[str]:
    yield f"base   {_who(comparison.base, comparison.base_header)}"
    yield f"other  {_who(comparison.other, comparison.other_header)}"
    yield f"{comparison.pairs} pairs of replies in {comparison.conversations} conversations; difference = other - base"
    yield ""
    compared = [one for one in comparison.differences if one.change is not None]
    head = ["metric", "base", "other", "difference", "95% interval", "p", "p Holm", "d_z", "better", "pairs", "unit"]
    yield from table(head, [_cells(one) for one in compared])
    yield ""
    yield from _reasons("not compared", [one for one in comparison.differences if one.change is None])
    yield from _reasons("not tested", compared)
    yield from _in_words(comparison)
    if comparison.verdicts:
        yield ""
        yield from (
            f"{'FAILED' if verdict.failed else 'passed'}  {verdict.condition}: {one_line(verdict.reason)}"
            for verdict in comparison.verdicts
        )
    if comparison.slices:
        yield from _slices(comparison, named)
    for title, found in (("gains", comparison.gains), ("losses", comparison.losses)):
        if found:
            yield from ("", f"largest {title} of the other in {comparison.examples_by}")
            for example in found:
                yield from _example(example)
    if comparison.warnings:
        yield from ("", *(f"! {one_line(warning)}" for warning in comparison.warnings))
    yield from ("", comparison.signature)


def _who(name: str, header: Header | None) -> str:
    if header is None:
        return f"{one_line(name)} (another program's)"
    return f"{one_line(name)} ({header.engine}, {header.model_sha256[:12]}), seed {header.sampling.seed}"


def _cells(one: Difference) -> list[str]:
    assert one.change is not None
    return [
        f"{one.name} {ARROWS[one.direction]}".rstrip(),
        *_change_cells(one.change),
        _p(one.p),
        _p(one.p_holm),
        NOTHING if one.d_z is None else f"{one.d_z:+.2f}",
        NOTHING if one.superiority is None else f"{100 * one.superiority:.0f} %",
        str(one.change.pairs),
        one.unit,
    ]


def _change_cells(change: Change | None) -> list[str]:
    if change is None:
        return [NOTHING] * 4
    interval = NOTHING
    if change.low is not None and change.high is not None:
        interval = f"{_signed(change.low)} to {_signed(change.high)}"
    return [number(change.base), number(change.other), _signed(change.difference), interval]


def _p(p: float | None) -> str:
    return NOTHING if p is None else f"{p:.4f}"


def _signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)


def _reasons(what: str, differences: Sequence[Difference]) -> Iterator[str]:
    """A line for each reason, with the metrics that it holds for."""
    for reason in dict.fromkeys(one.reason for one in differences if one.reason):
        names = ", ".join(one.name for one in differences if one.reason == reason)
        yield f"{what}: {names} ({one_line(reason)})"


def _in_words(comparison: Comparison) -> Iterator[str]:
    found = [one for one in comparison.differences if one.significant]
    if not comparison.tested:
        yield "No metric was tested."
        return
    after = f"significant at {SIGNIFICANT:.0%} after Holm's correction for {comparison.tested} metrics"
    if found:
        yield f"{after[0].upper()}{after[1:]}:"
    for one in found:
        assert one.change is not None
        yield f"  {one.name}: the other is {_judged(one)} by {number(abs(one.change.difference))}, p = {_p(one.p_holm)}"
    if len(found) < comparison.tested:
        yield "The other differences could be chance." if found else f"No difference is {after}."
        yield "That does not show that the two are equal: the intervals say how large a difference is left open."
    if still := [one.name for one in comparison.differences if _without_width(one.change)]:
        yield f"An interval without width only says that all resamples of these replies agree: {', '.join(still)}."
    if exact := [one.name for one in comparison.differences if one.exact]:
        yield f"p is exact, from all swaps of conversations, for {', '.join(exact)}."
    yield "better: share of the pairs in which the other's reply is better, ties counting half; 50 % is no difference"


def _without_width(change: Change | None) -> bool:
    return change is not None and change.low is not None and change.low == change.high


def _judged(one: Difference) -> str:
    assert one.change is not None
    if one.direction == "none":
        return "higher" if one.change.difference > 0 else "lower"
    return "better" if (one.change.difference > 0) == (one.direction == "higher") else "worse"


def _slices(comparison: Comparison, named: Sequence[str]) -> Iterator[str]:
    shown = [name for name in named or SLICED if any(name in one.changes for one in comparison.slices)]
    for name in shown:
        title = f"{name} by {comparison.slice_by}"
        head = [title, "base", "other", "difference", "95% interval", "pairs", "conversations"]
        rows = [
            [one_line(one.value), *_change_cells(change), str(change.pairs if change else 0), str(one.conversations)]
            for one in comparison.slices
            for change in [one.changes[name]]
        ]
        yield from ("", *table(head, rows))
    for one in comparison.slices:
        if one.pooled:
            yield f"others, each with too few conversations: {', '.join(map(one_line, one.pooled))}"
    yield "Slices are not tested: of many, some differ by chance."


def _example(example: Example) -> Iterator[str]:
    repeat = f", repeat {example.repeat}" if example.repeat else ""
    values = f"{number(example.base)} and {number(example.other)}"
    yield f"  {one_line(example.id)}{repeat}: {values} ({_signed(example.gain)})"
    yield f"    question   {one_line(example.question) or NOTHING}"
    yield f"    base       {one_line(example.base_reply) or NOTHING}"
    yield f"    other      {one_line(example.other_reply) or NOTHING}"
    yield f"    reference  {one_line(example.reference) or NOTHING}"
