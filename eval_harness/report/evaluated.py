"""Record sets with their scores, and which of them may stand side by side."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval_harness.metrics import metrics_for
from eval_harness.metrics.metric import Metric
from eval_harness.record_sets import RecordSet, load_record_sets, unique_names
from eval_harness.records import Record
from eval_harness.subword_tokenizer import SubwordTokenizer
from eval_harness.summary import Summary, summarise
from sahayok.files import sha256_of


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A record set, its scores and the metrics that made them. `file` and `sha256` are of the file that held it."""

    records: RecordSet
    summary: Summary
    metrics: list[Metric]
    file: str
    sha256: str

    @property
    def name(self) -> str:
        return self.records.name


def evaluate(paths: Sequence[Path], subword: SubwordTokenizer | None = None) -> list[Evaluated]:
    """Load and score all record sets of the files, under names that tell them apart. Raises EvalError."""
    found = [(path, one) for path in paths for one in load_record_sets(path)]
    names = unique_names([one for _, one in found], [path for path, _ in found])
    hashes = {path: sha256_of(path) for path in paths}
    evaluated = []
    for (path, one), name in zip(found, names, strict=True):
        records = replace(one, name=name)
        metrics = metrics_for(records.header, subword)
        evaluated.append(Evaluated(records, summarise(records, subword), metrics, path.name, hashes[path]))
    return evaluated


def by_items(sets: Sequence[Evaluated]) -> list[list[Evaluated]]:
    """The sets in groups that answered the same items, in the order given."""
    groups: dict[Hashable, list[Evaluated]] = {}
    for one in sets:
        groups.setdefault(frozenset(map(item_of, one.records.records)), []).append(one)
    return list(groups.values())


def names_of(group: Sequence[Evaluated]) -> str:
    return " and ".join(one.name for one in group)


def item_of(record: Record) -> Hashable:
    """What was asked: equal for two records that may be compared.

    Mostly the hash of the prompt says it. From the second turn of a scripted conversation the prompt holds the model's
    own replies, and what the person said decides; so it does for other programs' records, which have no hash.
    """
    if record.prompt_sha256 and record.slices.get("turn", "01") == "01":
        asked: Hashable = record.prompt_sha256
    else:
        asked = tuple(message.content for message in record.messages if message.role == "user")
    return record.id, record.repeat, record.reference, asked
