"""A reply put together of what is sure: what the person told, told back by rule, and reviewed sentences.

A model of some fifty million parameters says fluent sentences about things that nobody told it. Here it has no say in
what happened to whom: it is only asked which feeling it reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from sahayok.about_sahayok import about_sahayok
from sahayok.bengali import sentences
from sahayok.reviewed import ANY, group_for, sentence_for
from sahayok.telling_back import is_bare, must_not_be_repeated, tells_something, told_back

ASKED = 2 / 3
"""The share of the replies that end with a question; more would be an interrogation."""


def composed(said: Sequence[str], felt: Mapping[str, float], before: Sequence[str], random: Random) -> str | None:
    """The reply to the last of the person's messages `said`, which are in Bengali script; None where it tells nothing
    (a greeting, a request).

    `felt` is how probable each feeling is, `before` are the replies so far, whose sentences are not said again.
    """
    spoken = {sentence for reply in before for sentence in sentences(reply)}
    if must_not_be_repeated(said[-1]):
        return sentence_for("listening", {"sad": 1.0}, spoken, random)
    answer = about_sahayok(said[-1], spoken, random)
    told = told_back(answer.rest if answer else said[-1])
    if answer and not (told and answer.aside):
        return f"{told} {answer.text}" if told else answer.text
    if told is None and not (is_bare(said[-1]) or tells_something(said[-1])):
        return None
    if told is None and not before:
        return sentence_for("listening", felt, spoken, random)
    parts = [told] if told else []
    asks = told is None or random.random() < ASKED
    # Where the feeling is not clear a word for everything says little; a question says more.
    if not (asks and group_for("comfort", felt) == ANY):
        parts.append(sentence_for("comfort", felt, spoken, random))
    if asks:
        parts.append(sentence_for("question", felt, spoken, random))
    return " ".join(parts)
