"""What a model was trained on, where that is known: the other side of a leak."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eval_harness.lint.rule import NotChecked
from eval_harness.records import Header
from eval_harness.suites.suite import OWN_DIALOGUES, SPLITS, divided, load_corpus
from training.dialogues import Dialogue


@dataclass(frozen=True, slots=True)
class TrainingData:
    """`name` says what it is."""

    name: str
    dialogues: list[Dialogue]


def whole_file(path: Path) -> TrainingData:
    """All dialogues of a file or folder. Raises EvalError."""
    return TrainingData(path.name, load_corpus(path).dialogues)


def train_part(header: Header | None, corpus: Path | None) -> TrainingData:
    """The train part of the corpus that a run's items are from, split as that run's were: of `corpus`, or of the
    project's own. Raises NotChecked where the items are no part of it that was held out, EvalError where it cannot be
    read."""
    if header is None:
        raise NotChecked("nothing says what the model was trained on: give it as --training")
    path = corpus or OWN_DIALOGUES
    read = load_corpus(path)
    if read.sha256 != header.corpus_sha256 or header.split not in SPLITS:
        raise NotChecked(
            f"the items are not a held-out part of {path.name}: give --training with what the model was trained on"
        )
    return TrainingData(f"the train part of {path.name}", divided(read, header.split)["train"])
