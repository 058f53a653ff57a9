"""What the report says: what to know first, the headline, all metrics, parts, plots, samples and provenance."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from eval_harness.metrics.metric import Metric, Score, SumMetric
from eval_harness.records import Record
from eval_harness.report.columns import columns_of, metric_names, title_of
from eval_harness.report.document import Block, Bullets, Document, Heading, Paragraph, Sample, Table
from eval_harness.report.drawings import Parts, overlap_table, plots
from eval_harness.report.evaluated import Evaluated, by_items, item_of, names_of
from eval_harness.report.figures import (
    NOTHING,
    floor_of,
    interval_of,
    number,
    value_of,
    value_with_interval,
)
from eval_harness.report.measured import Measured
from eval_harness.report.samples import CHOOSING, FIGURES, Replies
from eval_harness.report.slices import POOLED_BELOW, SMALL, Part, parts_of, slice_keys
from eval_harness.summary import Row
from sahayok.bengali import clusters, words
from sahayok.versions import versions_of

TITLE = "Evaluation of Bengali replies"
HEADLINE = (
    "bits_per_byte",
    "chrF++",
    "opposite_feeling",
    "own_question_first",
    "recalled",
    "complete_rate",
    "bengali_share",
)
LONGEST_TEXT = 3000
"""Letters of a text that are shown in a sample."""
PACKAGES = ("sahayok", "sacrebleu", "numpy", "regex")
"""What decides the scores of this report, beside Python."""


def document(sets: Sequence[Evaluated], command: str, made: datetime) -> Document:
    """The whole report. `command` is the line that makes it again; `made` is the only thing that differs then."""
    groups = by_items(sets)
    measured = {one.name: _measured(one) for one in sets}
    parts = {one.name: _parts(one, measured[one.name]) for one in sets}
    return Document(
        TITLE,
        [
            Heading(TITLE, 1),
            Paragraph(_sets_in_words(sets)),
            *_first(sets, groups),
            *_headline(groups),
            *_full(sets),
            *_slices(groups, parts),
            *plots(groups, parts),
            *_samples(sets, measured),
            *_provenance(sets, command, made),
        ],
    )


def _first(sets: Sequence[Evaluated], groups: Sequence[Sequence[Evaluated]]) -> list[Block]:
    """All that has to be said about the figures, first what is about several sets."""
    found = [*_about_items(groups), *_about_speed(groups), *_own_warnings(sets)]
    return [Heading("Know this first"), Bullets(found, alert=True)] if found else []


def _about_items(groups: Sequence[Sequence[Evaluated]]) -> list[str]:
    if len(groups) < 2:
        return []
    first = groups[0][0]
    asked = {item_of(record) for record in first.records.records}
    sentences = []
    for group in groups[1:]:
        shared = sum(item_of(record) in asked for record in group[0].records.records)
        sentences.append(
            f"{names_of(group)} answered other items than {names_of(groups[0])}: {shared} of "
            f"{group[0].summary.replies} are the same. Their figures stand in tables of their own and must not "
            "be compared."
        )
    return sentences


def _about_speed(groups: Sequence[Sequence[Evaluated]]) -> list[str]:
    return [
        f"{names_of(group)} ran on different machines, threads or widths: their times say nothing about the models."
        for group in groups
        if len({(h.device, h.threads, h.parallel) for one in group if (h := one.records.header)}) > 1
    ]


def _own_warnings(sets: Sequence[Evaluated]) -> list[str]:
    several = len(sets) > 1
    return [f"{one.name}: {text}" if several else text for one in sets for text in one.summary.warnings]


def _sets_in_words(sets: Sequence[Evaluated]) -> str:
    told = []
    for one in sets:
        counts = f"{one.summary.replies} of {one.summary.expected} replies in {one.summary.conversations} conversations"
        header = one.records.header
        suite = f"suite {header.suite}, {header.split} of {header.corpus}: " if header else ""
        told.append(f"{one.name} ({suite}{counts})")
    return "; ".join(told) + "."


def _headline(groups: Sequence[Sequence[Evaluated]]) -> Iterator[Block]:
    yield Heading("Headline")
    yield Paragraph(
        "Values with 95 % intervals from whole conversations. ↑ higher is better, ↓ lower is better. The floor is the "
        "score of the same replies shuffled among the questions, mean ± standard deviation; one for all is the score "
        "of one fixed reply given to everyone. An overlap score says something only above both."
    )
    for group in groups:
        summaries = [one.summary for one in group]
        yield Table(
            f"Headline: {names_of(group)}",
            ["metric", *(one.name for one in group)],
            columns_of(summaries, [name for name in HEADLINE if name in metric_names(summaries)]),
        )
        for reply in dict.fromkeys(summary.constant_reply for summary in summaries):
            if reply is not None:
                yield Paragraph(f"One reply for all: {_shortened(reply)}")
    yield from _model_files(groups)


def _model_files(groups: Sequence[Sequence[Evaluated]]) -> Iterator[Block]:
    """Sets of one suite that differ in the model file or its quantisation: what a smaller file costs."""
    for group in groups:
        made = [(one, one.records.header) for one in group if one.records.header is not None]
        for suite in dict.fromkeys(header.suite for _, header in made):
            of_suite = [(one, header) for one, header in made if header.suite == suite]
            if len({(header.model_sha256, header.quantization) for _, header in of_suite}) < 2:
                continue
            rows = [
                [
                    one.name,
                    header.model_sha256[:12],
                    f"{header.engine}, {header.quantization}",
                    *(value_with_interval(_score(one, name)) for name in ("bits_per_byte", "chrF++")),
                    floor_of(_row(one, "chrF++").floor),
                    value_with_interval(_score(one, "tokens_per_second")),
                    header.device,
                ]
                for one, header in of_suite
            ]
            head = ["model file", "SHA-256", "engine, quantisation", "bits_per_byte ↓", "chrF++ ↑", "chrF++ floor"]
            head += ["tokens_per_second ↑", "machine"]
            yield Table(f"Model files and quantisations, suite {suite}", head, rows, frozenset({0, 1, 2, 7}))


def _row(one: Evaluated, name: str) -> Row:
    return one.summary.row(name)


def _score(one: Evaluated, name: str) -> Score | None:
    return one.summary.row(name).score


def _full(sets: Sequence[Evaluated]) -> Iterator[Block]:
    yield Heading("All metrics")
    for one in sets:
        meanings = {metric.name: _meaning(metric) for metric in one.metrics}
        yield Table(
            f"All metrics: {one.name}",
            ["metric", "value", "95 % interval", "replies", "left out", "unit", "what it is"],
            [
                [
                    title_of(row),
                    value_of(row.score),
                    interval_of(row.score),
                    str(row.score.n) if row.score else NOTHING,
                    str(row.left_out),
                    row.unit if row.score else f"no value: {row.reason}",
                    meanings[row.name],
                ]
                for row in one.summary.rows
            ],
            frozenset({0, 5, 6}),
        )
        overlap = [row for row in one.summary.rows if row.floor is not None]
        if overlap:
            yield overlap_table(f"Overlap and chance: {one.name}", overlap)


def _meaning(metric: Metric) -> str:
    """The first paragraph of what the metric's class says of itself."""
    return " ".join((inspect.getdoc(type(metric)) or "").split("\n\n")[0].split())


def _measured(one: Evaluated) -> dict[str, Measured]:
    wanted = {*HEADLINE, *FIGURES, *CHOOSING}
    metrics = [metric for metric in one.metrics if isinstance(metric, SumMetric) and metric.name in wanted]
    return {metric.name: Measured(metric, one.records.records) for metric in metrics}


def _parts(one: Evaluated, measured: Mapping[str, Measured]) -> dict[str, list[Part]]:
    metrics = [measured[name] for name in HEADLINE if name in measured]
    return {key: parts_of(one.records.records, key, metrics) for key in slice_keys(one.records.records)}


def _slices(groups: Sequence[Sequence[Evaluated]], parts: Mapping[str, Parts]) -> Iterator[Block]:
    if not any(parts.values()):
        return
    yield Heading("Parts")
    yield Paragraph(
        f"The headline metrics on each part of the items. Rows with * (grey) have fewer than {SMALL} replies: do not "
        f"read differences into them. Parts with fewer than {POOLED_BELOW} replies are taken together."
    )
    for group in groups:
        for key in dict.fromkeys(key for one in group for key in parts[one.name]):
            yield _slice_table(key, [(one.name, parts[one.name].get(key, [])) for one in group])


def _slice_table(key: str, sets: Sequence[tuple[str, list[Part]]]) -> Table:
    several = len(sets) > 1
    every = [(name, part) for name, found in sets for part in found]
    if several:
        # Stable: the parts stay in the order in which they first come, and the models under each in theirs.
        order = list(dict.fromkeys((part.value, part.pooled > 0) for _, part in every))
        every.sort(key=lambda pair: order.index((pair[1].value, pair[1].pooled > 0)))
    metrics = [name for name in HEADLINE if any(name in part.cells and part.cells[name].score for _, part in every)]
    floors = {name for name in metrics if any(part.cells[name].floor for _, part in every)}
    head = [key, *(["model"] if several else []), "replies"]
    for metric in metrics:
        head += [metric, f"{metric} floor"] if metric in floors else [metric]
    rows = []
    for name, part in every:
        label = part.value if not part.pooled else f"{part.pooled} smaller parts together"
        row = [f"{label} *" if part.small else label, *([name] if several else []), str(part.replies)]
        for metric in metrics:
            cell = part.cells[metric]
            row += [value_with_interval(cell.score), *([floor_of(cell.floor)] if metric in floors else [])]
        rows.append(row)
    muted = frozenset(index for index, (_, part) in enumerate(every) if part.small)
    caption = f"By {key}: {' and '.join(name for name, _ in sets)}"
    return Table(caption, head, rows, frozenset({0, 1} if several else {0}), muted)


def _samples(sets: Sequence[Evaluated], measured: Mapping[str, Mapping[str, Measured]]) -> Iterator[Block]:
    yield Heading("Samples")
    yield Paragraph(
        "Some replies drawn by chance, and the worst of each kind. Texts are shown as they are; a character that shows "
        "nothing, or turns the order of others, is given by its code."
    )
    for one in sets:
        replies = Replies(one.records.records, measured[one.name])
        for group in replies.groups():
            yield Heading(f"{one.name}: {group.title}", 3)
            shown = len(group.records)
            count = f"{shown} of {group.of} are shown" if shown < group.of else f"{group.of} of {len(replies.records)}"
            yield Paragraph(f"{group.why}; {count}.")
            for record in group.records:
                yield _sample(record, replies)


def _sample(record: Record, replies: Replies) -> Sample:
    title = record.id if record.repeat == 0 else f"{record.id}, repeat {record.repeat + 1}"
    earlier = max(0, len(record.messages) - 1)
    texts = [
        (f"question (after {earlier} messages)" if earlier else "question", record.question),
        ("reply", record.reply),
        ("reference", record.reference),
    ]
    figures = [("ended by", record.finish or "unknown"), ("words", str(len(words(record.reply))))]
    for name in FIGURES:
        value = replies.value(name, record)
        figures.append((name, NOTHING if value is None else number(value)))
    figures += sorted(record.slices.items())
    return Sample(title, [(label, _shortened(text)) for label, text in texts if text or label == "reply"], figures)


def _shortened(text: str) -> str:
    kept = "".join(clusters(text[: 8 * LONGEST_TEXT])[:LONGEST_TEXT])  # a letter may carry any number of marks
    if len(kept) == len(text):
        return text
    return f"{kept}… [{len(text) - len(kept)} more characters are not shown]"


def _provenance(sets: Sequence[Evaluated], command: str, made: datetime) -> Iterator[Block]:
    yield Heading("Provenance")
    for one in sets:
        fields = [["records", one.file], ["SHA-256 of the records", one.sha256]]
        if one.records.header is None:
            fields.append(["header", "none: another program wrote these replies"])
        else:
            fields += [[name, value] for name, value in _flat(asdict(one.records.header))]
        yield Table(f"Run: {one.name}", ["what", "value"], fields, frozenset({0, 1}))
    signatures = {row.score.signature: None for one in sets for row in one.summary.rows if row.score}
    signatures |= {row.floor.signature: None for one in sets for row in one.summary.rows if row.floor}
    yield Heading("Signatures", 3)
    yield Paragraph("How exactly each score was computed. Scores with different signatures must not be compared.")
    yield Bullets(list(signatures))
    yield Table(
        "This report",
        ["what", "value"],
        [
            ["made", made.isoformat(timespec="minutes")],
            ["command", command],
            *([name, version] for name, version in versions_of(PACKAGES).items()),
        ],
        frozenset({0, 1}),
    )


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, NOTHING if value is None else str(value)
