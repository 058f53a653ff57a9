"""Which questions and references of a test are in the training data, and how exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from eval_harness.lint.training_data import TrainingData
from eval_harness.normalise import lenient, normalise
from eval_harness.records import Record
from sahayok.bengali import nfc, words
from training.near import near_duplicates
from training.splits import SHORTEST_KEY_WORDS

Kind = Literal["exact", "normalised", "near"]
LeakSide = Literal["question", "reference"]
LEAK_SIDES: tuple[LeakSide, ...] = get_args(LeakSide)


@dataclass(frozen=True, slots=True)
class Leak:
    """An item's text and the training text that it is found in. `likeness` is the Jaccard similarity of their character
    5-grams, 1 where they are the same; `containment` the share of the item's 5-grams that the other has."""

    item: str
    text: str
    dialogue: str
    training_text: str
    likeness: float = 1.0
    containment: float = 1.0


@dataclass(slots=True)
class Leaks:
    """What was found: for each kind and side the leaks, an item under the strictest kind only. `compared` is how many
    texts of a side were compared, `too_short` how many were not: of fewer than four words, common property."""

    found: dict[tuple[Kind, LeakSide], list[Leak]] = field(default_factory=dict)
    compared: dict[LeakSide, int] = field(default_factory=dict)
    too_short: dict[LeakSide, int] = field(default_factory=dict)
    conversations: list[Leak] = field(default_factory=list)
    training: str = ""


class _Messages:
    """Every message of the training data, as it is and by its words, each with the dialogue that it is first in."""

    def __init__(self, training: TrainingData) -> None:
        self.exact: dict[str, str] = {}
        self.by_words: dict[str, tuple[str, str]] = {}
        for dialogue in training.dialogues:
            for message in dialogue.conversation:
                self.exact.setdefault(message.content, dialogue.id)
                self.by_words.setdefault(words_only(message.content), (dialogue.id, message.content))

    def find(self, item: str, text: str, key: str) -> tuple[Kind, Leak] | None:
        """Where a text, or its words, stand word for word."""
        if dialogue := self.exact.get(nfc(text).strip()):
            return "exact", Leak(item, text, dialogue, text)
        if key in self.by_words:
            return "normalised", Leak(item, text, *self.by_words[key])
        return None


def find_leaks(items: Sequence[Record], training: TrainingData, *, own_ids: bool) -> Leaks:
    """Compare each item's question and reference with every message of the training data.

    "exact" is the same text in NFC; "normalised" the same words, whatever the joiners, digits, case and punctuation;
    "near" most of its character 5-grams. `own_ids`: the ids of conversations mean the same on both sides.
    """
    messages = _Messages(training)
    leaks = Leaks(training=training.name)
    others: list[tuple[LeakSide, str, str, str]] = []
    for side in LEAK_SIDES:
        texts = [(record.id, str(getattr(record, side))) for record in items]
        keyed = [(item, text, words_only(text)) for item, text in texts if text.strip()]
        long = [row for row in keyed if is_long(row[2])]
        leaks.compared[side], leaks.too_short[side] = len(long), len(keyed) - len(long)
        for item, text, key in long:
            if (found := messages.find(item, text, key)) is None:
                others.append((side, item, text, key))
            else:
                leaks.found.setdefault((found[0], side), []).append(found[1])
    training_keys = list(messages.by_words)
    nearest = near_duplicates(dict.fromkeys(key for *_, key in others), training_keys)
    for side, item, text, key in others:
        if match := nearest.get(key):
            place = messages.by_words[training_keys[match.other]]
            leaks.found.setdefault(("near", side), []).append(
                Leak(item, text, *place, match.jaccard, match.containment)
            )
    ids = {dialogue.id for dialogue in training.dialogues} if own_ids else set()
    leaks.conversations = list(_same_conversations(items, ids, messages))
    return leaks


def words_only(text: str) -> str:
    """The words of a text in lower case with single spaces: what is left when spelling variants are made alike."""
    return " ".join(words(lenient(normalise(text)).lower()))


def is_long(key: str) -> bool:
    """Whether words_only gave enough of them to say anything by being equal."""
    return key.count(" ") + 1 >= SHORTEST_KEY_WORDS


def _same_conversations(items: Sequence[Record], ids: set[str], messages: _Messages) -> Iterator[Leak]:
    """Items whose conversation is in the training data: by its id, or by a message before the question. What the model
    itself said before does not count: it may well have learnt to say that."""
    own_replies = {record.reply for record in items}
    for record in items:
        if record.conversation_id in ids:
            yield Leak(record.id, record.question, record.conversation_id, "")
            continue
        for message in record.messages[:-1]:
            key = words_only(message.content)
            if message.content not in own_replies and is_long(key) and key in messages.by_words:
                yield Leak(record.id, message.content, *messages.by_words[key])
                break
