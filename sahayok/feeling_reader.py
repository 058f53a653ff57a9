"""Which feeling a person's message shows, and which feeling a reply answers.

Two classifiers read them, trained by `training.feelings` on dialogues with a known feeling. Both want Bengali script:
a romanised message goes through `sahayok.romanised.to_bengali` first. `python -m training.feelings` prints how often
they are right. A model that was trained to say the feeling of a message gives a second opinion on it.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal, get_args

from sahayok.bengali import nfc
from sahayok.conversation import Message
from sahayok.engines.engine import Engine
from sahayok.ngrams import LinearClassifier, load

Shade = Literal["sad", "afraid", "angry", "ashamed", "lonely", "guilty", "neutral", "glad", "mixed"]
Role = Literal["message", "reply"]

SHADES: Final[tuple[Shade, ...]] = get_args(Shade)
PAINFUL: Final[frozenset[Shade]] = frozenset({"sad", "afraid", "angry", "ashamed", "lonely", "guilty"})
FILES: Final[dict[Role, str]] = {"message": "message_feelings.weights", "reply": "reply_feelings.weights"}

MODEL_WEIGHT, CLASSIFIER_WEIGHT = 0.6, 0.4
"""Exponents of the two opinions in their product; of six pairs tried on the validation part these were the surest."""
LONGEST_READ = 400
"""Characters of a message that a model reads, the last ones of a longer one."""


@dataclass(frozen=True, slots=True)
class FeelingQuestion:
    """How a model is asked for the feeling of a message, and the answer for each feeling."""

    system_prompt: str
    answers: Mapping[str, str]

    def messages(self, text: str) -> tuple[Message, Message]:
        return Message("system", self.system_prompt), Message("user", text[-LONGEST_READ:])


def message_feelings(text: str) -> dict[str, float]:
    """How probable it is that a person who writes this feels each of SHADES; together 1."""
    return reader("message").probabilities(text)


def reply_feelings(text: str) -> dict[str, float]:
    """How probable it is that a counsellor who says this answers each of SHADES; together 1."""
    return reader("reply").probabilities(text)


def feelings_of(text: str, model: Engine | None = None) -> dict[str, float]:
    """The feelings of a message as the classifier reads them, with a model that was taught to also as it does: a
    weighted product of the two opinions (Genest and Zidek 1986, logarithmic pool); together 1."""
    own = message_feelings(text)
    if model is None:
        return own
    second = model_feelings(model, text)
    pooled = {shade: second[shade] ** MODEL_WEIGHT * own[shade] ** CLASSIFIER_WEIGHT for shade in own}
    total = sum(pooled.values())
    return {shade: share / total for shade, share in pooled.items()}


def model_feelings(model: Engine, text: str) -> dict[str, float]:
    """How probable a model finds each answer to the question for the feeling of this message; together 1."""
    question = feeling_question()
    messages = question.messages(text)
    nats = {shade: model.response_logprob(messages, answer).nats for shade, answer in question.answers.items()}
    least = min(nats.values())
    likelihood = {shade: math.exp(least - surprise) for shade, surprise in nats.items()}
    total = sum(likelihood.values())
    return {shade: share / total for shade, share in likelihood.items()}


@cache
def feeling_question() -> FeelingQuestion:
    table = tomllib.loads((resources.files("sahayok") / "data" / "feeling_question.toml").read_text(encoding="utf-8"))
    return FeelingQuestion(
        nfc(table["system_prompt"]), {shade: nfc(answer) for shade, answer in table["answers"].items()}
    )


@cache
def reader(role: Role) -> LinearClassifier:
    """The classifier that comes with the package, read at the first call. Raises sahayok.ngrams.WeightsError."""
    return load(resources.files("sahayok") / "data" / FILES[role])
