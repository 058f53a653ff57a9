"""Scored record sets made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from eval_harness.metrics import metrics_for
from eval_harness.records import Record
from eval_harness.report.evaluated import Evaluated
from eval_harness.summary import summarise
from tests.eval_harness.made import a_set, pairs_of_lines, records_of


def evaluated(records: Sequence[Record], name: str = "tiny.gguf", **header: Any) -> Evaluated:
    one = replace(a_set(records, **header), name=name)
    return Evaluated(one, summarise(one), metrics_for(one.header), f"{name}.jsonl", "12" * 32)


def made_set(count: int = 24, name: str = "tiny.gguf", **header: Any) -> Evaluated:
    """Two turns a conversation, in two situations."""
    records = [
        replace(record, slices={"situation": ("exam", "grief")[index // 2 % 2], "turn": f"{index % 2 + 1:02}"})
        for index, record in enumerate(records_of(pairs_of_lines(count), turns=2))
    ]
    return evaluated(records, name, **header)
