"""Which replies a reader should see: some drawn ones, and the worst of each kind."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eval_harness.records import Record
from eval_harness.report.measured import Measured

SEED = 1
DRAWN = 6
WORST = 5
LOOPING = 0.2
"""A reply with a larger share of repeated word 4-grams is shown as one that goes in circles."""
FIGURES = ("chrF++", "bits_per_byte", "bengali_share", "repeated_4grams")
"""The metrics that are given with every sample."""
CHOOSING = ("opposite_feeling", "empty_rate", "drift_rate")
"""Those that only choose samples."""


@dataclass(frozen=True, slots=True)
class Group:
    """Replies shown for one reason, `of` all replies for which it holds."""

    title: str
    why: str
    records: list[Record]
    of: int


class Replies:
    """The records of a set with the value of each metric on each reply alone."""

    def __init__(self, records: Sequence[Record], metrics: Mapping[str, Measured]) -> None:
        self.records = sorted(records, key=lambda record: (record.id, record.repeat))
        self._metrics = metrics

    def value(self, metric: str, record: Record) -> float | None:
        """None where the metric has no value for this reply."""
        return self._metrics[metric].alone(record) if metric in self._metrics else None

    def groups(self) -> list[Group]:
        """Drawn replies, then the worst of each kind; kinds that no reply is of are left out."""
        drawn = random.Random(SEED).sample(self.records, min(DRAWN, len(self.records)))
        groups = [
            Group("Drawn by chance", f"seed {SEED}", drawn, len(self.records)),
            self._worst("Opposite feeling", "gladness in answer to a loss, or grief to joy", "opposite_feeling", 0.5),
            self._worst("Empty", "no word: nothing, white space, marks", "empty_rate", 0.5),
            self._cut(),
            self._drifted(),
            self._worst("In circles", f"more than {LOOPING:.0%} repeated word 4-grams", "repeated_4grams", LOOPING),
            self._farthest(),
        ]
        return [group for group in groups if group.records]

    def _worst(self, title: str, why: str, metric: str, above: float) -> Group:
        return self._chosen(title, why, lambda record: self.value(metric, record), lambda value: value > above, -1)

    def _cut(self) -> Group:
        cut = [record for record in self.records if record.finish == "length"]
        return Group("Cut off", "the reply reached the greatest length allowed", cut[:WORST], len(cut))

    def _drifted(self) -> Group:
        def share(record: Record) -> float | None:
            return self.value("bengali_share", record) if self.value("drift_rate", record) else None

        return self._chosen("Not in Bengali", "less than 95 % Bengali letters", share, lambda value: True, 1)

    def _farthest(self) -> Group:
        def overlap(record: Record) -> float | None:
            return self.value("chrF++", record) if record.reply.strip() else None

        why = "lowest chrF++; another good answer may be as far"
        return self._chosen("Farthest from the reference", why, overlap, lambda value: True, 1)

    def _chosen(
        self,
        title: str,
        why: str,
        value: Callable[[Record], float | None],
        holds: Callable[[float], bool],
        sign: int,
    ) -> Group:
        """The records for which the value `holds`, those with the lowest `sign` * value first."""
        found = [(each, record) for record in self.records if (each := value(record)) is not None and holds(each)]
        found.sort(key=lambda pair: sign * pair[0])
        return Group(title, why, [record for _, record in found[:WORST]], len(found))
