"""The labelled pairs by which the judgement is measured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Literal


@dataclass(frozen=True, slots=True)
class Pair:
    """A message, a reply to it, and what a reader says of both. `feeling` is the message's; the lexicon was written
    with the development half in view and measured on the other."""

    id: str
    source: Literal["written", "real"]
    half: Literal["development", "test"]
    message: str
    feeling: Literal["sad", "glad", "none"]
    reply: str
    label: Literal["opposite", "fits"]


def load_sample() -> list[Pair]:
    """sample.jsonl, in its order."""
    text = (resources.files("eval_harness.fit") / "sample.jsonl").read_text(encoding="utf-8")
    return [Pair(**json.loads(line)) for line in text.splitlines()]
