"""Conditions under which a comparison fails: METRIC [surely] drops|rises|worsens X.

X is in the metric's unit. The condition holds from a change of X on; X = 0 means any change in that direction at all.
`worsens` is `drops` where higher is better and `rises` where lower is. Without `surely` the measured difference
decides, with it the whole 95 % interval must lie there. A metric without a value cannot be shown not to have changed,
and fails.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval_harness.comparison.measures import Change
from eval_harness.errors import EvalError
from eval_harness.metrics.metric import Metric

GRAMMAR = "METRIC [surely] drops|rises|worsens X, for example 'chrF++ drops 0.5'"
_ALIASES = {"chrf2++": "chrF++"}
"""sacrebleu's signature calls the metric by its beta as well."""
_CONDITION = re.compile(
    r"(?P<metric>\S.*?)\s+(?P<surely>surely\s+)?(?P<verb>drops|rises|worsens)\s+(?P<by>\d+(\.\d+)?)"
)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Condition:
    """`text` as the person gave it; fails when the metric goes `way` by `by` or more, `surely` or as measured."""

    text: str
    metric: str
    way: Literal["down", "up"]
    surely: bool
    by: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a condition, and why in words."""

    condition: str
    failed: bool
    reason: str


def find_metric(name: str, metrics: Sequence[Metric]) -> Metric:
    """The metric of a name, in letters of either case. Raises EvalError listing all names."""
    wanted = _ALIASES.get(name.casefold(), name).casefold()
    for metric in metrics:
        if metric.name.casefold() == wanted:
            return metric
    raise EvalError(f"there is no metric '{name}'; there are: {', '.join(metric.name for metric in metrics)}")


def parse_condition(text: str, metrics: Sequence[Metric]) -> Condition:
    """Raises EvalError for what is no condition, an unknown metric, and one that cannot worsen."""
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        raise EvalError(f"'{text}' is no condition: write {GRAMMAR}")
    metric = find_metric(found["metric"], metrics)
    if found["verb"] == "worsens" and metric.direction == "none":
        raise EvalError(f"'{text}': neither way is better for {metric.name}: write drops or rises")
    down = found["verb"] == "drops" or (found["verb"] == "worsens" and metric.direction == "higher")
    return Condition(text.strip(), metric.name, "down" if down else "up", bool(found["surely"]), float(found["by"]))


def judge(condition: Condition, change: Change | None, why_none: str | None = None) -> Verdict:
    """Whether the condition holds for what was measured; `why_none` says why there is no change."""
    if change is None:
        return Verdict(condition.text, True, f"{condition.metric} cannot be compared, so nothing is shown: {why_none}")
    told = f"{condition.metric} went from {change.base:.6g} to {change.other:.6g} ({change.difference:+.6g})"
    if change.low is None or change.high is None:
        if condition.surely:
            return Verdict(condition.text, True, f"{told}, without an interval, so nothing is sure: leave out 'surely'")
        least = most = change.difference
    else:
        told += f", 95% interval {change.low:+.6g} to {change.high:+.6g}"
        least, most = (change.low, change.high) if condition.surely else (change.difference, change.difference)
    moved = -most if condition.way == "down" else least
    return Verdict(condition.text, moved >= max(condition.by, 2 * _ROUNDING) - _ROUNDING, told)
