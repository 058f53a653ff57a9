"""Which passages of a large text sound like the dialogues: a small model's second phase of pretraining reads those.

A passage's likeness is the mean over its words of log p(word in the dialogues) - log p(word in the text), the unigram
case of the cross-entropy difference (Moore and Lewis 2010), each word's part held within LIMIT so that one rare word
does not decide.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator

LIMIT = 2.0
"""Nats."""
PASSAGE = 1500
"""Characters; a passage is whole paragraphs up to about so many."""


class Likeness:
    """Likeness to `dialogues` as against `text`, both given as texts; words are split at spaces."""

    def __init__(self, dialogues: Iterable[str], text: Iterable[str]) -> None:
        near, far = (Counter(word for part in side for word in part.split()) for side in (dialogues, text))
        near_total, far_total = (max(1, side.total() + len(side)) for side in (near, far))
        self._of_word = {
            word: max(
                -LIMIT, min(LIMIT, math.log((near[word] + 1) / near_total) - math.log((far[word] + 1) / far_total))
            )
            for word in {*near, *far}
        }

    def __call__(self, passage: str) -> float:
        """In nats a word; -LIMIT for a passage without words. A word of neither side counts nothing."""
        words = passage.split()
        return sum(self._of_word.get(word, 0.0) for word in words) / len(words) if words else -LIMIT

    def threshold(self, passages: Iterable[str], share: float) -> float:
        """The likeness that the most similar `share` of the passages reach."""
        likeness = sorted(map(self, passages), reverse=True)
        return likeness[min(len(likeness) - 1, int(share * len(likeness)))]


def passages(text: str) -> Iterator[str]:
    """A text cut between paragraphs into passages of about PASSAGE characters."""
    waiting: list[str] = []
    length = 0
    for paragraph in text.split("\n"):
        waiting.append(paragraph)
        length += len(paragraph)
        if length >= PASSAGE:
            yield "\n".join(waiting)
            waiting, length = [], 0
    if length:
        yield "\n".join(waiting)
