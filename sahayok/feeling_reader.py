"""Which feeling a person's message shows, and which feeling a reply answers.

Two classifiers read them, trained by `training.feelings` on dialogues with a known feeling. Both want Bengali script:
a romanised message goes through `sahayok.romanised.to_bengali` first. `python -m training.feelings` prints how often
they are right.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final, Literal, get_args

from sahayok.ngrams import LinearClassifier, load

Shade = Literal["sad", "afraid", "angry", "ashamed", "lonely", "guilty", "neutral", "glad", "mixed"]
Role = Literal["message", "reply"]

SHADES: Final[tuple[Shade, ...]] = get_args(Shade)
PAINFUL: Final[frozenset[Shade]] = frozenset({"sad", "afraid", "angry", "ashamed", "lonely", "guilty"})
FILES: Final[dict[Role, str]] = {"message": "message_feelings.weights", "reply": "reply_feelings.weights"}


def message_feelings(text: str) -> dict[str, float]:
    """How probable it is that a person who writes this feels each of SHADES; together 1."""
    return reader("message").probabilities(text)


def reply_feelings(text: str) -> dict[str, float]:
    """How probable it is that a counsellor who says this answers each of SHADES; together 1."""
    return reader("reply").probabilities(text)


@cache
def reader(role: Role) -> LinearClassifier:
    """The classifier that comes with the package, read at the first call. Raises sahayok.ngrams.WeightsError."""
    return load(resources.files("sahayok") / "data" / FILES[role])
