"""True answers to what people ask about Sahayok itself: who it is, whether others can read along, what it remembers.

A small model makes such things up. The answers are data (data/about_sahayok.toml), reviewed like the words of comfort.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random

from sahayok.bengali import nfc, sentences


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` answers a question about Sahayok, `rest` is what the message says besides. Where `aside`, the question was
    small talk, and the rest comes first."""

    text: str
    rest: str
    aside: bool


@dataclass(frozen=True, slots=True)
class _Topic:
    pattern: re.Pattern[str]
    answers: Sequence[str]
    aside: bool


def about_sahayok(message: str, said: Set[str], random: Random) -> Answer | None:
    """The answer to the first question about Sahayok in the message, which is in Bengali script; one that has no
    sentence of those `said` while there is one. None where it asks nothing of the kind."""
    spoken = sentences(nfc(message))
    for place, sentence in enumerate(spoken):
        for topic in _topics():
            if topic.pattern.search(sentence):
                fresh = [answer for answer in topic.answers if said.isdisjoint(sentences(answer))]
                text = random.choice(fresh or list(topic.answers))
                return Answer(text, " ".join([*spoken[:place], *spoken[place + 1 :]]), topic.aside)
    return None


@cache
def _topics() -> Sequence[_Topic]:
    table = tomllib.loads((resources.files("sahayok") / "data" / "about_sahayok.toml").read_text(encoding="utf-8"))
    return [
        _Topic(
            re.compile(nfc(entry["pattern"])), [nfc(answer) for answer in entry["answers"]], entry.get("aside", False)
        )
        for entry in table["topic"]
    ]
