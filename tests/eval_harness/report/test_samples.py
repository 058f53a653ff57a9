from __future__ import annotations

import random
from dataclasses import replace

from eval_harness.metrics import metrics_for
from eval_harness.metrics.metric import SumMetric
from eval_harness.records import Record
from eval_harness.report.measured import Measured
from eval_harness.report.samples import DRAWN, WORST, Group, Replies
from tests.eval_harness.made import a_record, pairs_of_lines, records_of


def replies_of(records: list[Record]) -> Replies:
    metrics = [metric for metric in metrics_for(None) if isinstance(metric, SumMetric)]
    return Replies(records, {metric.name: Measured(metric, records) for metric in metrics})


def groups_of(records: list[Record]) -> dict[str, Group]:
    return {group.title: group for group in replies_of(records).groups()}


def ids(group: Group) -> list[str]:
    return [record.id for record in group.records]


def test_the_draw_does_not_depend_on_the_order() -> None:
    records = records_of(pairs_of_lines(30))
    shuffled = random.Random(4).sample(records, len(records))
    first, second = groups_of(records)["Drawn by chance"], groups_of(shuffled)["Drawn by chance"]
    assert len(set(ids(first))) == DRAWN
    assert ids(first) == ids(second)
    assert first.of == 30


def test_the_worst_of_each_kind() -> None:
    loop = "আমি আপনার কথা শুনছি " * 6
    records = [
        a_record("আপনার কথা শুনছি।", id="good"),
        a_record("আমি আছি।", id="other"),
        a_record(" ", id="empty"),
        a_record("আপনার কথা", id="cut", finish="length"),
        a_record("I hear you.", id="english"),
        a_record("আপনি I hear you, always.", id="mixed"),
        a_record(loop, id="loop"),
    ]
    groups = groups_of(records)
    assert ids(groups["Empty"]) == ["empty"]
    assert ids(groups["Cut off"]) == ["cut"]
    assert ids(groups["Not in Bengali"]) == ["english", "mixed"]
    assert ids(groups["In circles"]) == ["loop"]
    farthest = ids(groups["Farthest from the reference"])
    assert farthest[0] == "english"
    assert "empty" not in farthest
    assert "good" not in farthest[:WORST]


def test_kinds_without_replies_are_left_out() -> None:
    groups = groups_of([replace(a_record(id=f"a-{index}"), reference="") for index in range(3)])
    assert list(groups) == ["Drawn by chance"]


def test_all_are_counted_and_some_shown() -> None:
    group = groups_of([a_record("", id=f"a-{index}") for index in range(9)])["Empty"]
    assert (len(group.records), group.of) == (WORST, 9)


def test_repeats_of_an_item_have_values_of_their_own() -> None:
    records = [a_record("হ্যাঁ।"), replace(a_record("yes"), repeat=1)]
    replies = replies_of(records)
    assert [replies.value("bengali_share", record) for record in records] == [1.0, 0.0]
    assert replies.value("no such metric", records[0]) is None
