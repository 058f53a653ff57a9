"""Two record sets side by side: what differs, by how much, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from eval_harness.comparison import significance
from eval_harness.comparison.comparability import about_runs, why_not
from eval_harness.comparison.examples import Example, examples, metric_to_show
from eval_harness.comparison.gate import Condition, Verdict, judge
from eval_harness.comparison.measures import Change, Measured, Sums, measure
from eval_harness.comparison.pairing import Pairs, pair
from eval_harness.comparison.slices import slices_of
from eval_harness.errors import MetricError
from eval_harness.intervals import Clusters
from eval_harness.metrics.metric import Direction, Metric
from eval_harness.record_sets import RecordSet
from eval_harness.records import Header
from eval_harness.summary import FEW_CONVERSATIONS, SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric. `change` is None where the two cannot be compared, and `reason` says why; `reason` also says why
    there is no test. `left_out` counts the pairs that lack what the metric needs.

    `p` is two-sided, `p_holm` the same corrected for the number of metrics tested; `exact` where p is from all swaps.
    `d_z` is the mean difference of the conversations over its standard deviation. `superiority` is the share of the
    pairs in which the other's reply is better, ties counting half; None where neither way is better.
    """

    name: str
    unit: str
    direction: Direction
    signature: str
    change: Change | None
    left_out: int = 0
    reason: str | None = None
    p: float | None = None
    p_holm: float | None = None
    exact: bool | None = None
    d_z: float | None = None
    superiority: float | None = None

    @property
    def significant(self) -> bool:
        return self.p_holm is not None and self.p_holm < SIGNIFICANT


@dataclass(frozen=True, slots=True)
class SliceDifferences:
    """The changes in the pairs of one slice by metric; None where the metric has no value there."""

    value: str
    pairs: int
    conversations: int
    pooled: tuple[str, ...]
    changes: dict[str, Change | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`other` against `base`: every difference is other - base. `warnings` are sentences for the reader, `signature`
    says how the tests were made, `verdicts` what became of the gate's conditions."""

    base: str
    other: str
    base_header: Header | None
    other_header: Header | None
    pairs: int
    conversations: int
    only_base: int
    only_other: int
    differences: list[Difference]
    slice_by: str | None
    slices: list[SliceDifferences]
    examples_by: str | None
    gains: list[Example]
    losses: list[Example]
    verdicts: list[Verdict]
    warnings: list[str]
    signature: str = significance.SIGNATURE

    @property
    def failed(self) -> bool:
        return any(verdict.failed for verdict in self.verdicts)

    @property
    def tested(self) -> int:
        """How many metrics p was corrected for."""
        return sum(1 for difference in self.differences if difference.p is not None)

    def difference(self, name: str) -> Difference:
        """The difference of a metric. Raises KeyError."""
        for difference in self.differences:
            if difference.name == name:
                return difference
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    base: RecordSet,
    other: RecordSet,
    metrics: Sequence[Metric],
    *,
    named: bool = False,
    conditions: Sequence[Condition] = (),
    slice_by: str | None = None,
    shown: int = 5,
) -> Comparison:
    """Compare `other` with `base` by `metrics`, which must hold those of the `conditions`; `named` where a person chose
    them. `shown` is how many of the largest gains, and of the losses, are taken as examples.

    Raises EvalError where the sets are not of the same items or have no slices of that name.
    """
    pairs = pair(base, other)
    measured: list[Measured] = []
    differences: list[Difference] = []
    for metric in metrics:
        try:
            if reason := why_not(metric, base.header, other.header):
                raise MetricError(reason)
            found = measure(metric, pairs)
        except MetricError as error:
            differences.append(
                Difference(metric.name, metric.unit, metric.direction, metric.signature, None, reason=str(error))
            )
            continue
        measured.append(found)
        differences.append(_difference(found, len(pairs.base)))
    differences = _corrected(differences)
    by_name = {difference.name: difference for difference in differences}
    slices, about_slices = _slices(pairs, measured, slice_by) if slice_by else ([], [])
    show = metric_to_show(measured, named=named) if shown else None
    gains, losses = examples(show, pairs, shown) if show else ([], [])
    return Comparison(
        base=base.name,
        other=other.name,
        base_header=base.header,
        other_header=other.header,
        pairs=len(pairs.base),
        conversations=len(set(pairs.conversations)),
        only_base=pairs.only_base,
        only_other=pairs.only_other,
        differences=differences,
        slice_by=slice_by,
        slices=slices,
        examples_by=show.metric.name if show else None,
        gains=gains,
        losses=losses,
        verdicts=[judge(one, by_name[one.metric].change, by_name[one.metric].reason) for one in conditions],
        warnings=[
            *about_runs(base, other),
            *pairs.notes,
            *_about_skipped(base, other),
            *_about_sets(base, other),
            *_about_pairs(pairs),
            *_about_left_out(differences, len(pairs.base)),
            *about_slices,
        ],
    )


def _difference(measured: Measured, pairs: int) -> Difference:
    metric = measured.metric
    result = Difference(
        name=metric.name,
        unit=metric.unit,
        direction=metric.direction,
        signature=metric.signature,
        change=measured.change(),
        left_out=pairs - len(measured.kept),
    )
    if measured.sides is None:
        return replace(result, reason="its value is not a sum over the replies")
    if metric.direction != "none":
        base, other = measured.sides.items()
        ordered = (other, base) if metric.direction == "lower" else (base, other)
        result = replace(result, superiority=significance.superiority(*ordered))
    if not isinstance(measured.sides, Sums):
        return replace(result, reason="it is a median")
    sides = measured.sides
    sums = sides.by_conversation(Clusters(measured.conversations))
    test = significance.randomise(sides.metric.value, *sums)
    d_z = significance.standardised(*map(sides.metric.value, sums))
    return replace(result, p=test.p, exact=test.exact, d_z=d_z)


def _corrected(differences: Sequence[Difference]) -> list[Difference]:
    ps = [difference.p for difference in differences if difference.p is not None]
    corrected = iter(significance.holm(ps))
    return [one if one.p is None else replace(one, p_holm=next(corrected)) for one in differences]


def _slices(pairs: Pairs, measured: Sequence[Measured], key: str) -> tuple[list[SliceDifferences], list[str]]:
    slices, without = slices_of(pairs, key)
    found = []
    for one in slices:
        picked = {of.metric.name: of.picked(one.pairs) for of in measured if of.sides is not None}
        changes = {name: part.change() if part else None for name, part in picked.items()}
        found.append(SliceDifferences(one.value, len(one.pairs), one.conversations, one.pooled, changes))
    return found, [f"{without} of {len(pairs.base)} pairs have no {key}: they are in no slice."] if without else []


def _about_skipped(base: RecordSet, other: RecordSet) -> list[str]:
    """What neither has a reply to, and so is in no count of the pairs."""
    both = {(one.id, one.repeat) for one in base.skipped} & {(one.id, one.repeat) for one in other.skipped}
    return [f"Skipped in both, and so in no pair: {len(both)}."] if both else []


def _about_sets(base: RecordSet, other: RecordSet) -> list[str]:
    warnings = []
    for one in (base, other):
        warnings += one.notes
        if missing := one.expected - len(one.records) - len(one.skipped):
            warnings.append(f"{missing} of {one.expected} replies of {one.name} are not there yet.")
    return warnings


def _about_pairs(pairs: Pairs) -> list[str]:
    warnings = []
    for name, records in (("the base", pairs.base), ("the other", pairs.other)):
        if cached := sum(1 for record in records if record.cached):
            warnings.append(
                f"{cached} of {len(records)} replies of {name} were taken over from an earlier run: their times are "
                "left out."
            )
    conversations = len(set(pairs.conversations))
    if conversations < FEW_CONVERSATIONS:
        warnings.append(
            f"{conversations} conversations are few: the intervals are rough and probably too narrow below "
            f"{FEW_CONVERSATIONS}."
        )
    return warnings


def _about_left_out(differences: Sequence[Difference], pairs: int) -> list[str]:
    """What part of the pairs a metric says nothing about, a sentence for each such part."""
    metrics: dict[int, list[str]] = {}
    for one in differences:
        if one.change is not None and one.left_out:
            metrics.setdefault(one.left_out, []).append(one.name)
    return [f"{count} of {pairs} pairs are not in {', '.join(names)}." for count, names in metrics.items()]
