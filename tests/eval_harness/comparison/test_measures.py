from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eval_harness.comparison.measures import Sums, measure
from eval_harness.comparison.pairing import Pairs, pair
from eval_harness.errors import MetricError
from eval_harness.intervals import Clusters
from eval_harness.metrics import metrics_for
from eval_harness.metrics.form import CompleteRate, EmptyRate
from eval_harness.metrics.likelihood import BitsPerByte
from eval_harness.metrics.overlap import Bleu, ChrF
from eval_harness.metrics.rouge import Rouge1
from eval_harness.metrics.speed import TimeToFirstToken, TokensPerSecond
from eval_harness.records import Record
from sahayok.engines.engine import Counts
from tests.eval_harness.made import a_record, a_set, pairs_of_lines, records_of


def pairs_of(base: list[Record], other: list[Record]) -> Pairs:
    return pair(a_set(base), a_set(other))


def replying(records: list[Record], replies: list[str]) -> list[Record]:
    return [replace(record, reply=reply) for record, reply in zip(records, replies, strict=True)]


def taking(seconds: list[float]) -> list[Record]:
    return [a_record(id=f"x-{i}", counts=Counts(9, 9, 3, 9.0, first)) for i, first in enumerate(seconds)]


def test_the_values_are_those_of_the_metric_alone() -> None:
    base = records_of(pairs_of_lines(20))
    other = replying(base, [f"{record.reply} {record.reference[:9]}" for record in base])
    for metric in metrics_for(None):
        try:
            change = measure(metric, pairs_of(base, other)).change()
        except MetricError:
            with pytest.raises(MetricError):
                metric.compute(base)
            continue
        assert change.base == pytest.approx(metric.compute(base).value)
        assert change.other == pytest.approx(metric.compute(other).value)
        assert change.difference == pytest.approx(change.other - change.base)


def test_both_sides_have_the_same_resamples() -> None:
    # Each reply of the other has 1 more complete sentence end in 2: the shares differ by 1/2 in any resample of talks
    # that each hold one reply that differs and one that does not.
    base = replying(records_of([("", "ক")] * 20, turns=2), ["শেষ", "শেষ।"] * 10)
    other = replying(base, ["শেষ।", "শেষ।"] * 10)
    change = measure(CompleteRate(), pairs_of(base, other)).change()
    assert (change.difference, change.low, change.high) == (0.5, 0.5, 0.5)


def test_medians_have_an_interval_of_their_difference() -> None:
    # The other takes exactly half a second longer, whichever replies are drawn.
    seconds = [0.1, 0.9, 0.4, 0.5, 0.3]
    found = measure(TimeToFirstToken(), pairs_of(taking(seconds), taking([one + 0.5 for one in seconds])))
    change = found.change()
    assert (change.base, change.other) == pytest.approx((0.4, 0.9))
    assert (change.low, change.high) == pytest.approx((0.5, 0.5))
    assert found.sides is not None
    assert found.sides.items()[1].tolist() == pytest.approx([0.6, 1.4, 0.9, 1.0, 0.8])


def test_a_pair_needs_what_is_measured_on_both_sides() -> None:
    base = records_of(pairs_of_lines(5))
    other = [base[0], replace(base[1], likelihood=None), *base[2:]]
    base[2] = replace(base[2], likelihood=None)
    found = measure(BitsPerByte(), pairs_of(base, other))
    assert found.kept.tolist() == [0, 3, 4]
    assert found.change().pairs == 3


def test_a_reply_without_a_figure_takes_its_pair_out() -> None:
    base, other = taking([1, 2, 3]), taking([1, 2, 3])
    other[1] = replace(other[1], counts=Counts(9, 9, 1, 9.0, 2.0))  # no second token
    assert measure(TokensPerSecond(), pairs_of(base, other)).kept.tolist() == [0, 2]


def test_the_side_without_a_value_is_named() -> None:
    base = records_of(pairs_of_lines(3))
    without = [replace(record, likelihood=None) for record in base]
    with pytest.raises(MetricError, match="the other has no reply with likelihood"):
        measure(BitsPerByte(), pairs_of(base, without))
    with pytest.raises(MetricError, match="the base: no reply is four tokens long"):
        measure(Bleu(), pairs_of(replying(base, ["ক"] * 3), base))


def test_cached_times_are_not_measured() -> None:
    base = taking([1, 2])
    with pytest.raises(MetricError, match="the other has no reply with fresh counts"):
        measure(TimeToFirstToken(), pairs_of(base, [replace(record, cached=True) for record in base]))


def test_one_conversation_has_no_interval() -> None:
    records = records_of(pairs_of_lines(3), turns=3)
    change = measure(ChrF(), pairs_of(records, records)).change()
    assert (change.low, change.high) == (None, None)


def test_some_of_the_pairs() -> None:
    base = records_of(pairs_of_lines(6))
    other = replying(base, [record.reference for record in base])
    picked = measure(ChrF(), pairs_of(base, other)).picked(np.array([1, 4]))
    assert picked is not None
    change = picked.change()
    assert change.base == pytest.approx(ChrF().compute([base[1], base[4]]).value)
    assert change.other == pytest.approx(100)
    assert change.pairs == 2


def test_pairs_in_which_a_metric_has_no_value_cannot_be_picked() -> None:
    base = records_of(pairs_of_lines(4))
    short = replying(base, ["ক", base[1].reply, base[2].reply, base[3].reply])
    assert measure(Bleu(), pairs_of(base, short)).picked(np.array([0])) is None
    unscored = [replace(base[0], likelihood=None), *base[1:]]
    assert measure(BitsPerByte(), pairs_of(base, unscored)).picked(np.array([0])) is None


def test_a_conversation_is_summed_in_its_own_place() -> None:
    base = records_of(pairs_of_lines(6), turns=2)
    found = measure(EmptyRate(), pairs_of(base, replying(base, ["", "ক", "", "", "ক", "ক"])))
    assert isinstance(found.sides, Sums)
    ours, theirs = found.sides.by_conversation(Clusters(found.conversations))
    assert ours.tolist() == [[0, 2]] * 3
    assert theirs.tolist() == [[1, 2], [2, 2], [0, 2]]


def test_rouge_is_a_mean_of_items() -> None:
    base = records_of([("ক খ", "ক খ"), ("গ", "ঘ")])
    found = measure(Rouge1(), pairs_of(base, base))
    assert found.sides is not None
    assert found.sides.items()[0].tolist() == [100, 0]
