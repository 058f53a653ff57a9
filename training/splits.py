"""A grouped split into training, validation and test.

Rows of such corpora are turns of one conversation, many answers share a question, and a row-wise random split puts
the same words on both sides (estimated at 47-71 % of the test rows of the published run). Here dialogues that share a
message, after lenient normalisation, are one group, and a group is never divided. In the project's own corpus so are
those that share a situation or have nearly the same message.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from sahayok.bengali import nfc, words
from training.dialogues import Dialogue
from training.near import all_near

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = get_args(Part)

SHARES: dict[Part, float] = {"train": 0.90, "validation": 0.09, "test": 0.01}
"""The published run's shares."""
OWN_SHARES: dict[Part, float] = {"train": 0.87, "validation": 0.08, "test": 0.05}
"""Of the project's own corpus, whose test part would else be a few dozen dialogues."""

ROW_SEED = 42
SHORTEST_KEY_WORDS = 4
"""A message of fewer words ("ধন্যবাদ", "জানি না") is common property and ties nothing together."""


def split(dialogues: Sequence[Dialogue], shares: dict[Part, float] | None = None) -> dict[Part, list[Dialogue]]:
    """Divide by group; the same corpus always gives the same split, and a dialogue added later moves few others.

    Groups are taken in the order of their hash, and each goes to the part that is furthest below its share. `shares`
    None are OWN_SHARES for the project's own dialogues, which say their region, and else SHARES.
    """
    shares = shares or (OWN_SHARES if all(dialogue.region for dialogue in dialogues) else SHARES)
    parts: dict[Part, list[Dialogue]] = {part: [] for part in PARTS}
    placed = 0
    for group in sorted(groups(dialogues), key=_hash):
        placed += len(group)
        wanting: Part = max(PARTS, key=lambda part: shares[part] * placed - len(parts[part]))
        parts[wanting] += group
    return parts


def split_by_row(dialogues: Sequence[Dialogue], shares: dict[Part, float] | None = None) -> dict[Part, list[Dialogue]]:
    """Divide row by row at random, as the published run did: only for standing beside its numbers.

    The same words come to stand on both sides. Its seed is not known; this one is ROW_SEED.
    """
    shares = shares or SHARES
    rows = list(dialogues)
    random.Random(ROW_SEED).shuffle(rows)
    test, validation = round(shares["test"] * len(rows)), round(shares["validation"] * len(rows))
    return {"test": rows[:test], "validation": rows[test : test + validation], "train": rows[test + validation :]}


def groups(dialogues: Sequence[Dialogue]) -> list[list[Dialogue]]:
    """Connected components: two dialogues are tied when they share a key, directly or through others."""
    parent = list(range(len(dialogues)))
    first_with: dict[str, int] = {}

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for index, dialogue in enumerate(dialogues):
        for key in _keys(dialogue):
            parent[root(index)] = root(first_with.setdefault(key, index))
    # Only of the project's own corpus: in a translated one of tens of thousands of rows, chains of stock phrases tie
    # half of all together.
    own = list(dict.fromkeys(text for dialogue in dialogues if dialogue.region for text in _texts(dialogue)))
    for text, match in all_near(own, own):
        parent[root(first_with[text])] = root(first_with[own[match.other]])
    found: dict[int, list[Dialogue]] = defaultdict(list)
    for index, dialogue in enumerate(dialogues):
        found[root(index)].append(dialogue)
    return list(found.values())


def _keys(dialogue: Dialogue) -> Iterator[str]:
    if dialogue.region:  # our own corpus: its situations are fine-grained; the Kaggle topics are 30 broad emotions
        yield f"situation {dialogue.situation}"
    yield from _texts(dialogue)


def _texts(dialogue: Dialogue) -> Iterator[str]:
    """The words of each message that is long enough to tell."""
    for message in dialogue.conversation:
        normal = words(nfc(message.content).lower())
        if len(normal) >= SHORTEST_KEY_WORDS:
            yield " ".join(normal)


def _hash(group: Sequence[Dialogue]) -> str:
    return min(hashlib.sha256(dialogue.id.encode()).hexdigest() for dialogue in group)
