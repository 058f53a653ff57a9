"""Does the reply fit what the person feels? A fluent reply to the wrong feeling is not seen by overlap or form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval_harness.fit.judge import REMEMBERED_MESSAGES, feeling_of_person, lexicon_signature, opposite_to
from eval_harness.intervals import Array
from eval_harness.metrics.proportion import ProportionMetric
from eval_harness.records import Record


class OppositeFeeling(ProportionMetric):
    """Share of the replies that congratulate a loss or mourn a joy, among those to a person whose feeling is clear."""

    name = "opposite_feeling"
    version = 2
    direction = "lower"
    undefined = "no message shows a clear feeling"
    needs = ("question",)

    @property
    def details(self) -> str:
        return f"lexicon:{lexicon_signature()}|feeling:label-or-last-{REMEMBERED_MESSAGES}-messages|of:clear"

    def statistics(self, records: Sequence[Record]) -> Array:
        verdicts = [is_opposite(record) for record in records]
        return np.array([(verdict is True, verdict is not None) for verdict in verdicts], dtype=np.float64)


def is_opposite(record: Record) -> bool | None:
    """Whether the reply answers the person's feeling with the opposite one; None where the item's label or, without
    one, the person's last messages show no clear feeling, or the reply has no words."""
    said = [message.content for message in record.messages if message.role == "user"]
    return opposite_to(feeling_of_person(said, record.slices.get("feeling", "")), record.reply)
