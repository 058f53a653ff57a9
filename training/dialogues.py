"""Dialogues for fine-tuning: this project's JSONL, or the Kaggle CSV under its real schema and name."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sahayok.bengali import nfc
from sahayok.conversation import Conversation

KAGGLE_COLUMNS = ("Topics", "Question-Title", "Questions", "Answers")
"""Of "Bengali Empathetic Conversations Corpus"; its file is named `BengaliEmpatheticConversationsCorpus .csv`, with the
space."""


class DialogueError(Exception):
    """A dialogue corpus that cannot be used. Its text is one line that names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation that ends with the counsellor. `region`, `register` and `feeling`, that of the first message, are
    empty where the corpus has none."""

    id: str
    situation: str
    region: str
    register: str
    conversation: Conversation
    feeling: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """`incomplete` counts rows that were left out because a question or an answer is missing."""

    dialogues: list[Dialogue]
    files: list[Path]
    incomplete: int = 0

    @property
    def sha256(self) -> str:
        """Hash of the dialogues' content, whatever the files' order or format."""
        digest = hashlib.sha256()
        for dialogue in sorted(self.dialogues, key=lambda d: d.id):
            content = [dialogue.id, dialogue.situation, *(m.content for m in dialogue.conversation)]
            digest.update(json.dumps(content, ensure_ascii=False).encode() + b"\n")
        return digest.hexdigest()


def load_dialogues(path: Path) -> Corpus:
    """Read a .jsonl file, a .csv of the Kaggle corpus, or a folder of either. Raises DialogueError."""
    files = sorted([*path.glob("*.jsonl"), *path.glob("*.csv")]) if path.is_dir() else [path]
    if not files:
        raise DialogueError(f"{path}: no .jsonl or .csv file in this folder")
    dialogues: list[Dialogue] = []
    incomplete = 0
    for file in files:
        read = list(_read_csv(file) if file.suffix.lower() == ".csv" else _read_jsonl(file))
        incomplete += read.count(None)
        dialogues += [dialogue for dialogue in read if dialogue is not None]
    if not dialogues:
        raise DialogueError(f"{path}: the corpus is empty")
    ids = [dialogue.id for dialogue in dialogues]
    if len(set(ids)) < len(ids):
        repeated = next(name for name in ids if ids.count(name) > 1)
        raise DialogueError(f"{path}: two dialogues have the id '{repeated}'")
    return Corpus(dialogues, files, incomplete)


def _read_jsonl(file: Path) -> Iterator[Dialogue | None]:
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        try:
            yield _dialogue(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DialogueError(f"{file}, line {number}: {_reason(error)}") from None


def _dialogue(row: Mapping[str, Any]) -> Dialogue:
    conversation = Conversation.from_json(
        [{**message, "content": nfc(message["content"]).strip()} for message in row["messages"]]
    )
    if len(conversation) == 0 or len(conversation) % 2:
        raise ValueError("a dialogue must end with a reply of the counsellor")
    if not all(message.content for message in conversation):
        raise ValueError("a message is empty")
    region, register, feeling = (row.get(name, "") for name in ("region", "register", "feeling"))
    return Dialogue(str(row["id"]), row["situation"], region, register, conversation, feeling)


def _read_csv(file: Path) -> Iterator[Dialogue | None]:
    rows = csv.DictReader(_lines(file))
    missing = [column for column in KAGGLE_COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise DialogueError(f"{file}: the column {', '.join(map(repr, missing))} is missing; found {rows.fieldnames}")
    try:
        for number, row in enumerate(rows, start=1):
            question, answer = (nfc(row[name] or "").strip() for name in ("Questions", "Answers"))
            topic = nfc(row["Topics"] or "").strip()
            complete = question and answer
            yield (
                Dialogue(f"kaggle-{number}", topic, "", "", Conversation().said(question).answered(answer))
                if complete
                else None
            )
    except csv.Error as error:
        raise DialogueError(f"{file}, line {rows.line_num}: {error}") from None


def _lines(file: Path) -> Iterator[str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            yield from lines
    except FileNotFoundError:
        raise DialogueError(f"no such dialogue file: {file}") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise DialogueError(f"{file}: {reason}") from None


def _reason(error: Exception) -> str:
    return f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
