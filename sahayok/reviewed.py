"""Sentences that people have read and approved: comfort, questions, and replies to what was not understood.

They presuppose nothing but the feeling they stand under (data/reviewed.toml), so that they are true after any message
of that feeling. Which group is chosen is a decision under doubt: the less sure the feeling, the wider the group.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import resources
from random import Random
from typing import Final, Literal

from sahayok.bengali import nfc
from sahayok.choice import cost
from sahayok.feeling_reader import PAINFUL

Kind = Literal["comfort", "question", "listening"]
Group = str
"""A feeling, PAINFUL_GROUP or ANY."""

PAINFUL_GROUP: Final = "painful"
ANY: Final = "any"
WIDER_COST: Final[Mapping[Group, float]] = {PAINFUL_GROUP: 0.12, ANY: 0.3}
"""What it costs to say something true and general where a word for the very feeling would have been right."""


def sentence_for(kind: Kind, felt: Mapping[str, float], said: Collection[str], random: Random) -> str:
    """One of the sentences that least harm is to be expected from, given how probable each feeling is; one that is not
    among those `said` while there is one."""
    sentences = _reviewed()[kind][group_for(kind, felt)]
    fresh = [sentence for sentence in sentences if sentence not in said]
    return random.choice(fresh or sentences)


def group_for(kind: Kind, felt: Mapping[str, float]) -> Group:
    """The group from which the least harm is to be expected."""
    return min(_reviewed()[kind], key=lambda name: expected_cost(name, felt))


def expected_cost(group: Group, felt: Mapping[str, float]) -> float:
    """What a sentence of the group costs on average, where each feeling is as probable as `felt` says."""
    return sum(share * _cost(feeling, group) for feeling, share in felt.items())


def _cost(felt: str, group: Group) -> float:
    if group == ANY:
        return WIDER_COST[ANY]
    if group == PAINFUL_GROUP:
        return WIDER_COST[PAINFUL_GROUP] if felt in PAINFUL else cost(felt, "sad")
    return cost(felt, group)


@cache
def _reviewed() -> Mapping[Kind, Mapping[Group, Sequence[str]]]:
    table = tomllib.loads(nfc((resources.files("sahayok") / "data" / "reviewed.toml").read_text(encoding="utf-8")))
    return {"comfort": table["comfort"], "question": table["question"], "listening": table["listening"]}
