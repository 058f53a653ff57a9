from __future__ import annotations

from dataclasses import replace

import pytest

from eval_harness.metrics.likelihood import BitsPerByte
from eval_harness.metrics.overlap import ChrF
from eval_harness.metrics.script import BengaliShare
from eval_harness.records import Record
from eval_harness.report.measured import Measured
from eval_harness.report.slices import NOT_SAID, parts_of, slice_keys
from tests.eval_harness.made import a_record, pairs_of_lines, records_of


def sliced(*slices: dict[str, str]) -> list[Record]:
    records = records_of(pairs_of_lines(len(slices)))
    return [replace(record, slices=its) for record, its in zip(records, slices, strict=True)]


def test_only_slices_that_part_the_records_and_the_known_ones_first() -> None:
    records = sliced(
        {"turn": "01", "age": "x", "situation": "a", "suite": "same"},
        {"turn": "02", "age": "y", "situation": "b", "suite": "same"},
    )
    assert slice_keys(records) == ["situation", "turn", "age"]


def test_a_slice_that_some_records_lack_parts_them() -> None:
    records = sliced(*[{"region": "kolkata"}] * 3, *[{}] * 4)
    assert slice_keys(records) == ["region"]
    assert [(part.value, part.replies) for part in parts_of(records, "region", [])] == [(NOT_SAID, 4), ("kolkata", 3)]


def test_large_parts_come_first_and_tiny_ones_together() -> None:
    records = sliced(*({"situation": value} for value in "bbbaaaccccccccccdee"))
    parts = parts_of(records, "situation", [Measured(BengaliShare(), records)])
    assert [(part.value, part.replies, part.pooled, part.small) for part in parts] == [
        ("c", 10, 0, False),
        ("a", 3, 0, True),
        ("b", 3, 0, True),
        ("", 3, 2, True),
    ]
    assert sum(part.replies for part in parts) == len(records)


def test_turns_keep_their_order() -> None:
    records = sliced(*({"turn": f"{turn:02}"} for turn in [2] * 3 + [10] * 5 + [1] * 4))
    assert [part.value for part in parts_of(records, "turn", [])] == ["01", "02", "10"]


def test_a_part_has_the_value_of_its_records_alone() -> None:
    said = [a_record("হ্যাঁ।", id=f"a-{index}") for index in range(3)]
    other = [a_record("yes", id=f"b-{index}") for index in range(3)]
    records = [replace(record, slices={"situation": record.id[0]}) for record in said + other]
    first, second = parts_of(records, "situation", [Measured(metric, records) for metric in (BengaliShare(), ChrF())])
    assert first.cells["bengali_share"].score == BengaliShare().compute([records[0], records[1], records[2]])
    score = second.cells["bengali_share"].score
    assert score is not None
    assert (score.value, score.n) == (0, 3)
    assert first.cells["bengali_share"].floor is None
    floor = first.cells["chrF++"].floor
    assert floor is not None
    overlap = first.cells["chrF++"].score
    assert overlap is not None
    # All replies and all references of the part are alike: shuffling changes nothing.
    assert floor.mean == pytest.approx(overlap.value)


def test_a_metric_without_a_value_is_none() -> None:
    records = [replace(a_record(id=f"a-{index}"), likelihood=None) for index in range(3)]
    (part,) = parts_of(records, "situation", [Measured(BitsPerByte(), records)])
    assert part.cells["bits_per_byte"].score is None
