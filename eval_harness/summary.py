"""All metrics over a record set, with their floors, and what has to be said about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval_harness.chance import Floor, central_reference, constant_score, floor
from eval_harness.errors import MetricError
from eval_harness.metrics import metrics_for
from eval_harness.metrics.metric import Direction, Metric, OverlapMetric, Score
from eval_harness.record_sets import RecordSet
from eval_harness.records import Header, Record
from eval_harness.subword_tokenizer import SubwordTokenizer

SIGNIFICANT = 0.05
FEW_CONVERSATIONS = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One metric. `score` is None where it has no value, and `reason` then says why. `left_out` counts the replies
    that lack what the metric needs. `floor` and `constant` (the score of one reply given to everyone) belong to the
    overlap metrics."""

    name: str
    unit: str
    direction: Direction
    score: Score | None
    left_out: int = 0
    reason: str | None = None
    floor: Floor | None = None
    constant: float | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """`replies` are the records that were scored, `expected` how many there should be, those `skipped` among them.
    `constant_reply` is the reference that the constant column gives to everyone (None with fewer than two
    references). `warnings` are sentences for the reader."""

    name: str
    header: Header | None
    replies: int
    conversations: int
    skipped: int
    expected: int
    rows: list[Row]
    constant_reply: str | None
    warnings: list[str]

    def row(self, name: str) -> Row:
        """The row of a metric. Raises KeyError."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def summarise(records: RecordSet, subword: SubwordTokenizer | None = None) -> Summary:
    """Score the records of a set; with a `subword` tokenizer also as published sub-word scores were computed."""
    with_reference = [record for record in records.records if record.reference.strip()]
    constant = central_reference(with_reference) if len({record.id for record in with_reference}) > 1 else None
    rows = [_row(metric, records.records, constant) for metric in metrics_for(records.header, subword)]
    return Summary(
        name=records.name,
        header=records.header,
        replies=len(records.records),
        conversations=records.conversations,
        skipped=len(records.skipped),
        expected=records.expected,
        rows=rows,
        constant_reply=constant.reference if constant else None,
        warnings=[
            *records.notes,
            *_about_records(records),
            *_about_left_out(rows, len(records.records)),
            *(text for row in rows for text in _about_chance(row)),
        ],
    )


def _row(metric: Metric, records: Sequence[Record], constant: Record | None) -> Row:
    usable = metric.usable(records)
    # By the making of a run only some turns are asked what was said before, and a reference is scored once, whatever
    # the number of repeats: what lacks it then is no gap.
    asked = [record for record in records if record.repeat == 0] if "likelihood" in metric.needs else records
    left_out = 0 if "expected words" in metric.needs else len(asked) - len(metric.usable(asked))
    try:
        score = metric.compute(records)
    except MetricError as error:
        return Row(metric.name, metric.unit, metric.direction, None, left_out, reason=str(error))
    if not isinstance(metric, OverlapMetric) or constant is None:
        return Row(metric.name, metric.unit, metric.direction, score, left_out)
    return Row(
        metric.name,
        metric.unit,
        metric.direction,
        score,
        left_out,
        floor=floor(metric, usable),
        constant=_constant_score(metric, constant, usable),
    )


def _constant_score(metric: OverlapMetric[Any], constant: Record, records: Sequence[Record]) -> float | None:
    try:
        return constant_score(metric, constant, records)
    except MetricError:  # the central reference is too short for BLEU
        return None


def _about_records(records: RecordSet) -> list[str]:
    warnings = []
    if missing := records.expected - len(records.records) - len(records.skipped):
        warnings.append(f"{missing} of {records.expected} replies are not there yet: give the same run command again.")
    for reason, count in Counter(entry.skipped for entry in records.skipped).most_common():
        warnings.append(f"{count} of {records.expected} are left out: {reason}. Compare only runs on the same items.")
    if records.conversations < FEW_CONVERSATIONS:
        warnings.append(
            f"{records.conversations} conversations are few: the intervals are rough and probably too narrow below "
            f"{FEW_CONVERSATIONS}."
        )
    return warnings


def _about_left_out(rows: Sequence[Row], replies: int) -> list[str]:
    """What part of the replies a metric says nothing about, a sentence for each such part."""
    metrics: dict[int, list[str]] = {}
    for row in rows:
        if row.score is not None and row.left_out:
            metrics.setdefault(row.left_out, []).append(row.name)
    return [f"{count} of {replies} replies are not in {', '.join(names)}." for count, names in metrics.items()]


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
