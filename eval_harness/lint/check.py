"""Finding out what a target is, and asking every rule about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from eval_harness.errors import EvalError
from eval_harness.lint.adapter import read_adapter_folder
from eval_harness.lint.leak import LEAK_SIDES
from eval_harness.lint.model import has_tokenizer, read_model
from eval_harness.lint.replies import Replies
from eval_harness.lint.rule import Finding, Level, NotChecked, Rule
from eval_harness.lint.rules import ADAPTER_RULES, MODEL_RULES, RECORD_RULES
from eval_harness.lint.training_data import TrainingData, train_part, whole_file
from eval_harness.record_sets import RecordSet, load_record_sets
from export.adapter import CONFIG as ADAPTER_CONFIG
from sahayok.models import find_model, is_gguf, known_models
from training.splits import SHORTEST_KEY_WORDS

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule found; never empty. `explanation` says what the rule wants."""

    rule: str
    level: Level
    explanation: str
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Checked:
    """A target and what came of it. `unchecked` gives the reason by rule; `notes` say what was left out."""

    target: str
    rules: int = 0
    found: list[Found] = field(default_factory=list)
    unchecked: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def count(self, level: Level) -> int:
        return sum(len(found.findings) for found in self.found if found.level == level)

    def ask(self, rules: Sequence[Rule[Subject]], subject: Subject) -> None:
        for rule in rules:
            try:
                findings = tuple(rule.check(subject))
            except NotChecked as reason:
                self.unchecked[rule.id] = str(reason)
                continue
            self.rules += 1
            if findings:
                self.found.append(Found(rule.id, rule.level, rule.explanation, findings))


def check(target: str, *, corpus: Path | None = None, training: Path | None = None) -> Iterator[Checked]:
    """Check a model (a known name, a .gguf file, a Hugging Face folder, an adapter's folder) or each record set of a
    file. `training` is what a model was trained on; without it that is looked for in `corpus`, or in the project's own.

    Raises EvalError or EngineError for a target that cannot be read.
    """
    path = Path(target).expanduser()
    if target in known_models() or target.startswith("hub:") or path.is_dir() or (path.is_file() and is_gguf(path)):
        yield _check_model(target, find_model(target))
    elif path.is_file():
        given = None if training is None else whole_file(training)
        for records in load_record_sets(path):
            yield _check_records(records, given or _training(records, corpus))
    else:
        raise EvalError(
            f"nothing at {target}: give a record file, a .gguf file, a folder of a model or an adapter, or "
            f"{', '.join(known_models())}"
        )


def _check_model(target: str, path: Path) -> Checked:
    checked = Checked(target)
    is_adapter = (path / ADAPTER_CONFIG).is_file()
    if is_adapter:
        checked.ask(ADAPTER_RULES, read_adapter_folder(path))
    if is_adapter and not has_tokenizer(path):
        checked.unchecked |= {rule.id: "the adapter came without a tokenizer" for rule in MODEL_RULES}
    else:
        checked.ask(MODEL_RULES, read_model(path))
    return checked


def _training(records: RecordSet, corpus: Path | None) -> TrainingData | str:
    try:
        return train_part(records.header, corpus)
    except NotChecked as reason:
        return str(reason)


def _check_records(records: RecordSet, training: TrainingData | str) -> Checked:
    checked = Checked(records.name, notes=list(records.notes))
    replies = Replies(records, training)
    checked.ask(RECORD_RULES, replies)
    if not isinstance(training, str):
        for side in LEAK_SIDES:
            if short := replies.leaks.too_short[side]:
                checked.notes.append(
                    f"{side}s of fewer than {SHORTEST_KEY_WORDS} words, not looked for in {training.name}: {short}"
                )
    return checked
