"""Near-duplicates: which of many texts share most of their character 5-grams with one of a few.

Exact and without chance: no hashing is needed when one side is small. A text that holds a share t of the n grams of
another holds at least k of any (1 - t) n + k of them (prefix filtering: Chaudhuri, Ganti and Kaushik 2006), so that
each of the many texts is compared only where it holds some of the few's rarest.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

GRAM = 5
SHARE = 0.8
RARE = 4
"""How many of the rarest grams another text must hold to be compared: more are fewer comparisons and longer lists."""


@dataclass(frozen=True, slots=True)
class Match:
    """`containment` is |A ∩ B| / |A|, the share of the text's grams that the other has, and `jaccard` is
    |A ∩ B| / |A ∪ B| (Broder 1997); `other` is the index of the other text."""

    jaccard: float
    containment: float
    other: int


def grams(text: str) -> frozenset[str]:
    """The character 5-grams of a text; a shorter one is its own."""
    return frozenset(text[start : start + GRAM] for start in range(max(1, len(text) - GRAM + 1)))


def near_duplicates(texts: Iterable[str], others: Iterable[str]) -> dict[str, Match]:
    """For each of `texts` that has one, its nearest among `others`: by Jaccard, then by containment, then the first.

    Near is a containment of at least SHARE; a Jaccard similarity of SHARE is never without it.
    """
    nearest: dict[str, Match] = {}
    for text, match in all_near(texts, others):
        known = nearest.get(text)
        if known is None or (match.jaccard, match.containment) > (known.jaccard, known.containment):
            nearest[text] = match
    return nearest


def all_near(texts: Iterable[str], others: Iterable[str]) -> Iterator[tuple[str, Match]]:
    """Every one of `others` that is near one of `texts`, in the order of the others. A text that stands on both sides
    is near itself."""
    of_text = {text: grams(text) for text in texts}
    rarity = Counter(gram for found in of_text.values() for gram in found)
    needed = {text: math.ceil(SHARE * len(found)) for text, found in of_text.items()}
    telling = {text: min(RARE, number) for text, number in needed.items()}
    holders: dict[str, list[str]] = defaultdict(list)
    for text, found in of_text.items():
        prefix = len(found) - needed[text] + telling[text]
        for gram in sorted(found, key=lambda gram: (rarity[gram], gram))[:prefix]:
            holders[gram].append(text)
    rare = frozenset(holders)
    for index, other in enumerate(others):
        others_grams = grams(other)
        hits = Counter(chain.from_iterable(map(holders.__getitem__, others_grams & rare)))
        for text, count in hits.items():
            if count < telling[text]:
                continue
            common = len(of_text[text] & others_grams)
            if common >= needed[text]:
                union = len(of_text[text]) + len(others_grams) - common
                yield text, Match(common / union, common / len(of_text[text]), index)
