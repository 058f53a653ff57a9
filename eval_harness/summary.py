"""All metrics over a record file, with their floors, and what has to be said about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval_harness.chance import Floor, central_reference, constant_score, floor
from eval_harness.errors import EvalError, MetricError
from eval_harness.metrics import metrics_for
from eval_harness.metrics.metric import Direction, Metric, OverlapMetric, Score
from eval_harness.records import Header, Record, RecordFile

SIGNIFICANT = 0.05
FEW_CONVERSATIONS = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One metric. `score` is None where it has no value, and `reason` then says why; `floor` and `constant` (the
    score of one reply given to everyone) belong to the overlap metrics."""

    name: str
    unit: str
    direction: Direction
    score: Score | None
    reason: str | None = None
    floor: Floor | None = None
    constant: float | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """`items` are the records that were scored, `constant_reply` is the reference that the constant column gives to
    everyone (None with fewer than two records). `warnings` are sentences for the reader."""

    header: Header
    items: int
    conversations: int
    skipped: int
    rows: list[Row]
    constant_reply: str | None
    warnings: list[str]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def summarise(file: RecordFile) -> Summary:
    """Score the records of a file. Raises EvalError where it holds none."""
    records = file.records
    if file.header is None or not records:
        if file.header is not None and len(file.skipped) == file.header.items:
            raise EvalError(f"none of the {file.header.items} items fits the model's context")
        raise EvalError("the file holds no scored item yet: let the run go on first")
    constant = central_reference(records) if len(records) > 1 else None
    rows = [_row(metric, records, constant) for metric in metrics_for(file.header)]
    conversations = len({record.conversation_id for record in records})
    return Summary(
        header=file.header,
        items=len(records),
        conversations=conversations,
        skipped=len(file.skipped),
        rows=rows,
        constant_reply=constant.reference if constant else None,
        warnings=[*_about_records(file, conversations), *(text for row in rows for text in _about_chance(row))],
    )


def _row(metric: Metric, records: Sequence[Record], constant: Record | None) -> Row:
    try:
        score = metric.compute(records)
    except MetricError as error:
        return Row(metric.name, metric.unit, metric.direction, None, reason=str(error))
    if not isinstance(metric, OverlapMetric) or constant is None:
        return Row(metric.name, metric.unit, metric.direction, score)
    return Row(
        metric.name,
        metric.unit,
        metric.direction,
        score,
        floor=floor(metric, records),
        constant=_constant_score(metric, constant, records),
    )


def _constant_score(metric: OverlapMetric[Any], constant: Record, records: Sequence[Record]) -> float | None:
    try:
        return constant_score(metric, constant, records)
    except MetricError:  # the central reference is too short for BLEU
        return None


def _about_records(file: RecordFile, conversations: int) -> list[str]:
    assert file.header is not None
    warnings = []
    if missing := file.header.items - len(file.entries):
        warnings.append(
            f"{missing} of {file.header.items} items have not been run yet: give the same run command again."
        )
    if file.skipped:
        warnings.append(
            f"{len(file.skipped)} items do not fit the model's context and are left out: "
            "a model that reads them is scored on other items."
        )
    if conversations < FEW_CONVERSATIONS:
        warnings.append(
            f"{conversations} conversations are few: the intervals are rough and probably too narrow below "
            f"{FEW_CONVERSATIONS}."
        )
    return warnings


def _about_chance(row: Row) -> list[str]:
    warnings = []
    if row.score is not None and row.floor is not None and row.floor.p >= SIGNIFICANT:
        warnings.append(
            f"{row.name} does not clear its floor (p = {row.floor.p:.2f}): the replies are no closer to their own "
            "references than to those of other questions."
        )
    if row.score is not None and row.constant is not None and row.score.value <= row.constant:
        warnings.append(f"{row.name} is not above that of one fixed reply given to everyone.")
    return warnings
