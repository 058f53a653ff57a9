from __future__ import annotations

from dataclasses import replace

from eval_harness.comparison.examples import examples, metric_to_show
from eval_harness.comparison.measures import measure
from eval_harness.comparison.pairing import Pairs, pair
from eval_harness.metrics.diversity import SelfBleu
from eval_harness.metrics.form import LengthRatio
from eval_harness.metrics.likelihood import BitsPerByte, TokenPerplexity
from eval_harness.metrics.metric import Metric
from eval_harness.metrics.overlap import Bleu, ChrF
from eval_harness.metrics.rouge import Rouge1
from sahayok.engines.engine import Scored
from tests.eval_harness.made import a_record, a_set, pairs_of_lines, records_of

REFERENCE = "ক খ গ ঘ"


def pairs_of(*replies: tuple[str, str]) -> Pairs:
    base = [a_record(one, REFERENCE, id=f"x-{number}") for number, (one, _) in enumerate(replies)]
    other = [a_record(two, REFERENCE, id=f"x-{number}") for number, (_, two) in enumerate(replies)]
    return pair(a_set(base), a_set(other))


def test_the_largest_gains_and_losses_first() -> None:
    # Words shared of 4, base and other: 2-2 (even), 0-4 (+4), 3-1 (-2), 0-1 (+1), 4-0 (-4).
    pairs = pairs_of(
        ("ক খ চ ছ", "গ ঘ চ ছ"),
        ("চ ছ জ ঝ", "ক খ গ ঘ"),
        ("ক খ গ চ", "ক চ ছ জ"),
        ("চ ছ জ ঝ", "ক ছ জ ঝ"),
        ("ক খ গ ঘ", "চ ছ জ ঝ"),
    )
    gains, losses = examples(measure(Rouge1(), pairs), pairs, 5)
    assert [(one.id, one.base, one.other, one.gain) for one in gains] == [("x-1", 0, 100, 100), ("x-3", 0, 25, 25)]
    assert [(one.id, one.gain) for one in losses] == [("x-4", -100), ("x-2", -50)]
    first = gains[0]
    assert (first.question, first.reference) == ("মন খারাপ।", REFERENCE)
    assert (first.base_reply, first.other_reply) == ("চ ছ জ ঝ", "ক খ গ ঘ")
    gains, losses = examples(measure(Rouge1(), pairs), pairs, 1)
    assert ([one.id for one in gains], [one.id for one in losses]) == (["x-1"], ["x-4"])


def test_where_lower_is_better_a_fall_is_a_gain() -> None:
    base = [a_record(id=f"x-{number}", nats=10.0) for number in range(3)]
    other = [replace(base[0], likelihood=a_record(nats=5.0).likelihood), *base[1:]]
    pairs = pair(a_set(base), a_set(other))
    gains, losses = examples(measure(BitsPerByte(), pairs), pairs, 5)
    assert [one.id for one in gains] == ["x-0"]
    assert gains[0].gain == gains[0].base - gains[0].other > 0
    assert losses == []


def test_an_item_without_a_value_is_no_example() -> None:
    pairs = pairs_of(("ক", "ক খ গ ঘ"), ("চ ছ জ ঝ", "ক খ গ ঘ"))
    gains, losses = examples(measure(Bleu(), pairs), pairs, 5)
    assert [one.id for one in gains] == ["x-1"]
    assert losses == []


def test_chrf_is_shown_unless_others_are_named() -> None:
    records = records_of(pairs_of_lines(5))
    pairs = pair(a_set(records), a_set(records))

    def shown(*metrics: Metric, named: bool) -> str | None:
        found = metric_to_show([measure(metric, pairs) for metric in metrics], named=named)
        return found.metric.name if found else None

    assert shown(BitsPerByte(), ChrF(), named=False) == "chrF++"
    assert shown(BitsPerByte(), ChrF(), named=True) == "bits_per_byte"
    assert shown(SelfBleu(), LengthRatio(), BitsPerByte(), named=False) == "bits_per_byte"
    assert shown(SelfBleu(), LengthRatio(), named=True) is None


def test_an_infinite_value_is_no_example() -> None:
    base = [a_record(id=f"x-{number}", nats=10.0) for number in range(3)]
    other = [
        replace(base[0], likelihood=Scored(9000.0, 5, 9)),
        replace(base[1], likelihood=Scored(20.0, 5, 9)),
        base[2],
    ]
    pairs = pair(a_set(base), a_set(other))
    _, losses = examples(measure(TokenPerplexity("x"), pairs), pairs, 5)
    assert [one.id for one in losses] == ["x-1"]
