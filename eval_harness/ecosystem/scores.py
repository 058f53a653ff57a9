"""The summary of a record set as one flat table of numbers, which is what the harnesses of others can show."""

from __future__ import annotations

from collections.abc import Sequence

from eval_harness.errors import MetricError
from eval_harness.metrics import metrics_for
from eval_harness.metrics.metric import Metric, OverlapMetric, SumMetric
from eval_harness.record_sets import RecordSet
from eval_harness.records import Record, Skipped
from eval_harness.summary import Row, Summary, summarise


def summary_of(name: str, records: Sequence[Record], skipped: Sequence[Skipped] = ()) -> Summary:
    """The summary that `sahayok-eval score` makes of these records. Raises EvalError where there is none."""
    ordered = sorted(records, key=lambda record: (record.repeat, record.id))  # as a record file is read
    return summarise(RecordSet(name, None, ordered, list(skipped), len(records) + len(skipped)))


def columns(metric: Metric) -> list[str]:
    """The names of a metric's numbers: its own for the value, then those of the interval and of chance."""
    chance = ["floor", "p", "constant"] if isinstance(metric, OverlapMetric) else []
    return [metric.name, *(f"{metric.name}_{column}" for column in ("low", "high", *chance))]


def numbers(row: Row) -> dict[str, float]:
    """The numbers of a row by their `columns`; those that it has not are left out."""
    found: dict[str, float | None] = {f"{row.name}_constant": row.constant}
    if row.score is not None:
        found |= {row.name: row.score.value, f"{row.name}_low": row.score.low, f"{row.name}_high": row.score.high}
    if row.floor is not None:
        found |= {f"{row.name}_floor": row.floor.mean, f"{row.name}_p": row.floor.p}
    return {name: value for name, value in found.items() if value is not None}


def of_one(record: Record) -> dict[str, float | None]:
    """The metrics that are sums over the records, on this one alone; None where it gives no value."""
    return {metric.name: _value(metric, record) for metric in metrics_for(None) if isinstance(metric, SumMetric)}


def _value(metric: Metric, record: Record) -> float | None:
    try:
        return metric.compute([record]).value
    except MetricError:
        return None
