"""Finding a suite's items: a corpus's held-out part, the harness's own conversations, or any JSONL file."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from eval_harness import json_lines
from eval_harness.errors import EvalError
from eval_harness.items import Item, Turn, items_of
from sahayok.bengali import nfc
from sahayok.conversation import Conversation
from training.dialogues import Corpus, Dialogue, DialogueError, load_dialogues
from training.splits import Part, split, split_by_row

OWN_DIALOGUES = Path(str(resources.files("training"))) / "corpus" / "dialogues"
SPLITS = ("test", "validation", "test-by-row")
"""Parts of a corpus: two of the grouped split, and one of a split that puts rows where chance will."""
PARALLEL = 16
"""bench/batch_speed.py measures what it gains."""
_WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Suite:
    """What is asked, and how. `source` names the corpus or file, `sha256` covers its content; `sampling` replaces
    settings of the persona; `fresh` replies are never an earlier run's; `parallel` are generated at once, unless
    asked otherwise. `notes` say what was left out."""

    name: str
    source: str
    sha256: str
    split: str
    items: list[Item]
    sampling: Mapping[str, Any] = field(default_factory=dict)
    fresh: bool = False
    parallel: int = PARALLEL
    notes: tuple[str, ...] = ()


@cache
def suite_table() -> dict[str, dict[str, Any]]:
    """The named suites, as suites.toml has them."""
    return tomllib.loads(_data("suites.toml").decode())


def load_suite(name: str, *, corpus: Path | None = None, part: str | None = None) -> Suite:
    """The suite of a name, or of a .jsonl or .csv file, whose rows are all asked.

    `corpus` replaces the project's own dialogues for "dialogue", and must be given for "corpus"; `part` is one of
    SPLITS. Raises EvalError, in one line, for what does not exist, cannot be read or holds no item.
    """
    described = suite_table().get(name)
    if described is None:
        if corpus is not None or part is not None:
            raise EvalError(f"--corpus and --split go with the suites dialogue and corpus, not with {name}")
        return _from_file(Path(name))
    settings = {key: described[key] for key in ("sampling", "fresh", "parallel") if key in described}
    if "file" not in described:
        if name == "corpus" and corpus is None:
            raise EvalError("the suite corpus needs --corpus with the CSV file of the Kaggle corpus")
        return _from_corpus(name, corpus or OWN_DIALOGUES, part or described["split"])
    if corpus is not None or part is not None:
        raise EvalError(f"the suite {name} brings its own items: leave --corpus and --split away")
    content = _data(described["file"])
    items = _items(content.decode(), described["file"])
    return Suite(name, described["file"], hashlib.sha256(content).hexdigest(), _WHOLE, items, **settings)


def _from_corpus(name: str, path: Path, part: str) -> Suite:
    corpus = load_corpus(path)
    dialogues = divided(corpus, part)["validation" if part == "validation" else "test"]
    if not dialogues:
        raise EvalError(f"the part {part} of {path} is empty: {len(corpus.dialogues)} dialogues are too few")
    return Suite(name, path.name, corpus.sha256, part, items_of(dialogues), notes=_left_out(corpus, path))


def _from_file(path: Path) -> Suite:
    if path.suffix.lower() not in (".jsonl", ".csv"):
        names = ", ".join(suite_table())
        raise EvalError(f"no suite '{path}': give {names}, or a .jsonl or .csv file")
    if path.suffix.lower() == ".csv":
        corpus = load_corpus(path)
        items = items_of(corpus.dialogues)
        return Suite(path.stem, path.name, corpus.sha256, _WHOLE, items, notes=_left_out(corpus, path))
    try:
        content = path.read_bytes()
        items = _items(content.decode("utf-8-sig"), path)
    except FileNotFoundError:
        raise EvalError(f"no such file: {path}") from None
    except OSError as error:
        raise EvalError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise EvalError(f"{path}: it is not UTF-8 text") from None
    return Suite(path.stem, path.name, hashlib.sha256(content).hexdigest(), _WHOLE, items)


def load_corpus(path: Path) -> Corpus:
    """The dialogues of a file or folder. Raises EvalError."""
    try:
        return load_dialogues(path)
    except DialogueError as error:
        raise EvalError(str(error)) from None


def divided(corpus: Corpus, part: str) -> dict[Part, list[Dialogue]]:
    """A corpus as it is divided where `part` of SPLITS is asked."""
    return split_by_row(corpus.dialogues) if part == "test-by-row" else split(corpus.dialogues)


def _left_out(corpus: Corpus, path: Path) -> tuple[str, ...]:
    return (f"{corpus.incomplete} incomplete rows of {path.name} are left out.",) if corpus.incomplete else ()


def _items(text: str, where: str | Path) -> list[Item]:
    """The items of JSON lines: dialogues ("messages", each reply asked for after the words before it), conversations
    ("turns", the model's own replies between) or single questions ("question", perhaps with a "reference")."""
    items: list[Item] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            items += _items_of_row(json_lines.parse(line), f"line-{number}")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            reason = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
            raise EvalError(f"{where}, line {number}: {reason}") from None
    if not items:
        raise EvalError(f"{where} holds no item")
    seen: set[str] = set()
    for id_ in (item.turn_id(turn) for item in items for turn in range(len(item.turns))):
        if id_ in seen:
            raise EvalError(f"{where}: the id '{id_}' is there twice")
        seen.add(id_)
    return items


def _items_of_row(row: Any, default_id: str) -> list[Item]:
    row = _object(row, "it is not a JSON object")
    id_ = str(row.get("id", default_id))
    named = _object(row.get("slices", {}), "'slices' must be a JSON object")
    slices = {key: str(value) for key, value in named.items()}
    if "messages" in row:
        conversation = Conversation.from_json(
            [{**message, "content": _text(message["content"])} for message in row["messages"]]
        )
        if not conversation.messages or len(conversation) % 2:
            raise ValueError("a dialogue must end with a reply of the counsellor")
        situation, region, register, feeling = (
            str(row.get(key, "")) for key in ("situation", "region", "register", "feeling")
        )
        return items_of([Dialogue(id_, situation, region, register, conversation, feeling)])
    if "turns" in row:
        turns = tuple(_turn(_object(turn, "a turn must be a JSON object")) for turn in row["turns"])
        if not turns:
            raise ValueError("'turns' is empty")
        return [Item(id_, id_, (), turns, slices)]
    return [Item(id_, id_, (), (Turn(_text(row["question"]), nfc(row.get("reference") or "").strip()),), slices)]


def _turn(turn: Mapping[str, Any]) -> Turn:
    expected = turn.get("expected", [])
    # A text by itself would be taken apart into letters, of which every reply has one.
    if not isinstance(expected, list) or not all(isinstance(word, str) for word in expected):
        raise ValueError("'expected' must be a list of words")
    return Turn(_text(turn["user"]), nfc(turn.get("reference", "")).strip(), tuple(map(nfc, expected)))


def _object(value: Any, otherwise: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(otherwise)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a message must be text")
    text = nfc(value).strip()
    if not text:
        raise ValueError("a message is empty")
    return text


def _data(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
