"""Is a message sad or glad, and does a sentence of a reply answer it with the opposite feeling?

A fluent reply to the wrong feeling ("congratulations" to someone who failed an exam) is the worst thing a small model
says, and it does say it. This is a coarse check by word lists: what it does not recognise it lets pass.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Literal

from sahayok.bengali import ZWJ, ZWNJ, nfc

Feeling = Literal["sad", "glad"]
_Table = Literal["sad", "glad", "glad_reply", "sad_reply", "hurtful"]

REMEMBERED_MESSAGES = 3
"""How many of the person's last messages may say how they feel, when the newest does not."""


def feeling_of(messages: Sequence[str]) -> Feeling | None:
    """The feeling of the newest of a person's messages that shows one, oldest message first; None where none does, or
    where it is mixed."""
    for message in reversed(messages[-REMEMBERED_MESSAGES:]):
        sad, glad = finds("sad", message), finds("glad", message)
        if sad or glad:
            return None if sad and glad else "sad" if sad else "glad"
    return None


def is_opposite(sentence: str, feeling: Feeling | None) -> bool:
    """Whether a sentence of a reply is glad where the person is sad, or mourns where the person is glad."""
    if feeling is None:
        return False
    return finds("glad_reply" if feeling == "sad" else "sad_reply", sentence)


def is_hurtful(sentence: str) -> bool:
    """Whether a sentence of a reply rejects, blames or shames, promises what nobody can, or claims to be human."""
    return finds("hurtful", sentence)


def finds(table: _Table, text: str) -> bool:
    """Whether any pattern of the table is in `text`."""
    plain = nfc(text).replace(ZWJ, "").replace(ZWNJ, "").lower()
    return any(pattern.search(plain) for pattern in _patterns()[table])


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    return {name: [re.compile(nfc(entry["pattern"])) for entry in entries] for name, entries in load_table().items()}


def load_table() -> dict[str, list[dict[str, str]]]:
    """feelings.toml as it stands: for each table its entries of pattern, example and perhaps counter."""
    return tomllib.loads((resources.files("sahayok.safety") / "feelings.toml").read_text(encoding="utf-8"))
