from __future__ import annotations

from dataclasses import replace

import pytest

from eval_harness.comparison.pairing import Pairs, pair
from eval_harness.comparison.slices import slices_of
from eval_harness.errors import EvalError
from tests.eval_harness.made import a_record, a_set


def pairs_of(*situations: tuple[str, int, int]) -> Pairs:
    """For each (situation, conversations, replies a conversation), pairs of it."""
    records = [
        replace(a_record(id=f"{name}-{talk}#{turn}"), slices={"situation": name} if name else {})
        for name, talks, turns in situations
        for talk in range(talks)
        for turn in range(turns)
    ]
    return pair(a_set(records), a_set(records))


def test_the_largest_first_and_the_small_ones_together() -> None:
    pairs = pairs_of(("exam", 5, 1), ("love", 4, 3), ("home", 6, 2), ("money", 1, 1), ("work", 5, 1))
    slices, without = slices_of(pairs, "situation")
    assert [(one.value, len(one.pairs), one.conversations) for one in slices] == [
        ("home", 12, 6),
        ("exam", 5, 5),
        ("work", 5, 5),
        ("others", 13, 5),
    ]
    assert [one.pooled for one in slices] == [(), (), (), ("love", "money")]
    assert sorted(index for one in slices for index in one.pairs) == list(range(35))
    assert without == 0


def test_pairs_without_the_key_are_counted() -> None:
    slices, without = slices_of(pairs_of(("exam", 5, 1), ("", 3, 1)), "situation")
    assert (len(slices), without) == (1, 3)


def test_an_unknown_key_is_told_those_there_are() -> None:
    with pytest.raises(EvalError, match="no item has 'mood' to slice by; there are: situation"):
        slices_of(pairs_of(("exam", 5, 1)), "mood")
    with pytest.raises(EvalError, match="there are: none"):
        slices_of(pairs_of(("", 5, 1)), "mood")
