"""Does the reply speak of what the person said? Measured without a reference, by telling questions apart."""

from __future__ import annotations

import math
import random
from abc import abstractmethod
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from eval_harness import normalise
from eval_harness.errors import MetricError
from eval_harness.intervals import Array, Indices
from eval_harness.metrics.metric import RatioMetric
from eval_harness.metrics.proportion import ProportionMetric
from eval_harness.records import Record
from sahayok.bengali import bengali_share, words

QUESTIONS = 20
"""Questions among which the reply has to find its own."""
SHORTEST, LONGEST = 3, 4
"""Characters of the n-grams: about a syllable or two, so that an ending changes only a part of a word."""
BENGALI = 0.5
SEED = 1
_ROUNDING = 1e-12


class _AmongQuestions(RatioMetric):
    """The mean of a figure of where a reply's own question stands among 19 drawn from other conversations, ordered by
    how alike they are to the reply.

    How alike two texts are is the cosine of their tf-idf weights on character 3- and 4-grams within words, idf over the
    questions (Salton and Buckley 1988). It sees shared words only: an echo ranks first, and a good reply in other words
    may not. A question in Latin letters shares nothing with a Bengali reply, so only those with at least half of their
    letters in Bengali are asked.
    """

    version = 1
    direction = "higher"
    undefined = f"no reply has {QUESTIONS - 1} questions of other conversations to be compared with"
    needs = ("question",)
    chance: ClassVar[str]

    @property
    def details(self) -> str:
        return (
            f"{normalise.SIGNATURE}|grams:char-{SHORTEST}-{LONGEST}-in-words|weights:tf-idf|of:{QUESTIONS}|rs:{SEED}|"
            f"ties:shared|chance:{self.chance}|questions:bengali>={BENGALI}"
        )

    @abstractmethod
    def of_standing(self, better: int, equal: int) -> float:
        """The figure where `better` others are more like the reply and `equal`, the own one among them, are as like."""

    def usable(self, records: Sequence[Record]) -> list[Record]:
        return [record for record in super().usable(records) if bengali_share(record.question) >= BENGALI]

    def statistics(self, records: Sequence[Record]) -> Array:
        rows = [(self.of_standing(*standing), 1.0) if standing[1] else (0.0, 0.0) for standing in standings(records)]
        return np.array(rows, dtype=np.float64)


class OwnQuestionFirst(_AmongQuestions, ProportionMetric):
    """Share of the replies that are more like their own question than like any other of 20.

    Chance is 0.05, and a reply that is as much like several questions counts its part (an empty one 1/20). The replies
    of the project's own dialogues reach 0.89.
    """

    name = "own_question_first"
    chance = f"{1 / QUESTIONS:.2f}"

    def of_standing(self, better: int, equal: int) -> float:
        return 1 / equal if better == 0 else 0.0


class OwnQuestionRank(_AmongQuestions):
    """Mean reciprocal rank of a reply's own question among 20. Chance is 0.18, the mean of 1/1 to 1/20; questions that
    are equally alike share the mean of their reciprocal ranks."""

    name = "own_question_mrr"
    unit = "reciprocal rank"
    chance = "0.18"

    def of_standing(self, better: int, equal: int) -> float:
        return sum(1 / rank for rank in range(better + 1, better + equal + 1)) / equal


def standings(records: Sequence[Record]) -> list[tuple[int, int]]:
    """For each record how many of the other questions are more like its reply than its own is, and how many are as
    like, its own among them; (0, 0) where there are too few others. Raises MetricError for fewer than QUESTIONS."""
    questions = _Questions(records)
    likeness = Likeness(questions.texts)
    found = []
    for record in records:
        others = questions.others(record)
        if len(others) < QUESTIONS - 1:
            found.append((0, 0))
            continue
        alike = likeness.to(record.reply, [normalise.normalise(record.question), *others])
        own = alike[0]
        found.append((int((alike > own + _ROUNDING).sum()), int((abs(alike - own) <= _ROUNDING).sum())))
    return found


class _Questions:
    """The different questions of some records, normalised."""

    def __init__(self, records: Sequence[Record]) -> None:
        """Raises MetricError for fewer than QUESTIONS."""
        self._of_conversation: defaultdict[str, set[str]] = defaultdict(set)
        for record in records:
            self._of_conversation[record.conversation_id].add(normalise.normalise(record.question))
        self.texts = sorted(set().union(*self._of_conversation.values()))
        if len(self.texts) < QUESTIONS:
            raise MetricError(f"there are {len(self.texts)} different questions, fewer than {QUESTIONS}")

    def others(self, record: Record) -> list[str]:
        """QUESTIONS - 1 drawn ones that nobody asks in the record's conversation, or all where there are fewer. The
        draw depends on the record's id and the set of questions, not on their order."""
        own = self._of_conversation[record.conversation_id]
        enough = min(len(self.texts), QUESTIONS - 1 + len(own))
        drawn = random.Random(f"{SEED} {record.id}").sample(self.texts, enough)
        return [text for text in drawn if text not in own][: QUESTIONS - 1]


class Likeness:
    """How alike a text is to some known ones: the cosine of tf-idf weights on character n-grams."""

    def __init__(self, texts: Sequence[str]) -> None:
        """`texts` are the known ones, normalised; an n-gram that stands in few of them weighs more."""
        counts = {text: Counter(char_ngrams(text)) for text in texts}
        holding = Counter(ngram for found in counts.values() for ngram in found)
        self._columns = {ngram: column for column, ngram in enumerate(holding)}
        self._idf = np.log((1 + len(counts)) / (1 + np.array(list(holding.values()), dtype=np.float64))) + 1
        self._known = {text: self._weighed(found) for text, found in counts.items()}

    def to(self, text: str, known: Sequence[str]) -> Array:
        """The cosine of `text` with each of the known texts; n-grams that none of these has do not count."""
        weights = np.zeros(len(self._columns))
        columns, weights_of_text = self._weighed(Counter(char_ngrams(normalise.normalise(text))))
        weights[columns] = weights_of_text
        return np.array([weights[columns] @ weighed for columns, weighed in (self._known[other] for other in known)])

    def _weighed(self, counts: Counter[str]) -> tuple[Indices, Array]:
        """The columns of the n-grams that a known text has, and their weights, of length 1 together."""
        known = {self._columns[ngram]: times for ngram, times in counts.items() if ngram in self._columns}
        columns = np.array(list(known), dtype=np.int64)
        weights = np.array(list(known.values()), dtype=np.float64) * self._idf[columns]
        return columns, weights / (math.sqrt(float(weights @ weights)) or 1.0)


def char_ngrams(text: str) -> list[str]:
    """The character n-grams of each word of a normalised text, with a space before and behind the word."""
    padded = [f" {word.casefold()} " for word in words(text)]
    return [
        word[start : start + n]
        for word in padded
        for n in range(SHORTEST, LONGEST + 1)
        for start in range(len(word) - n + 1)
    ]
