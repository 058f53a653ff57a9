from __future__ import annotations

import pytest

from eval_harness.comparison.gate import Condition, find_metric, judge, parse_condition
from eval_harness.comparison.measures import Change
from eval_harness.errors import EvalError
from eval_harness.metrics import metrics_for

METRICS = metrics_for(None)


def change(base: float, other: float, low: float | None = None, high: float | None = None) -> Change:
    return Change(base, other, other - base, low, high, 40)


def fails(text: str, found: Change | None) -> bool:
    return judge(parse_condition(text, METRICS), found, "there is no reply").failed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chrF++ drops 0.5", ("chrF++", "down", False, 0.5)),
        ("  chrF2++  surely drops 2 ", ("chrF++", "down", True, 2)),
        ("bits_per_byte rises 0", ("bits_per_byte", "up", False, 0)),
        ("BLEU worsens 1", ("BLEU", "down", False, 1)),
        ("bits_per_byte surely worsens 0.01", ("bits_per_byte", "up", True, 0.01)),
        ("length_ratio rises 0.2", ("length_ratio", "up", False, 0.2)),
        ("chrF++ drops ১.৫", ("chrF++", "down", False, 1.5)),
        ("ROUGE-l worsens 1", ("ROUGE-L", "down", False, 1)),
    ],
)
def test_conditions(text: str, expected: tuple[object, ...]) -> None:
    assert parse_condition(text, METRICS) == Condition(text.strip(), *expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "chrF++",
        "chrF++ drops",
        "chrF++ drops -1",
        "chrF++ falls 1",
        "chrF++ drops surely 1",
        "chrF++ drops 1 %",
        "drops 1",
        "chrF++ drops 1 BLEU drops 1",
        "chrF++ drops nan",
    ],
)
def test_what_is_no_condition_is_told_the_grammar(text: str) -> None:
    with pytest.raises(EvalError, match=r"METRIC \[surely\] drops\|rises\|worsens X|there is no metric"):
        parse_condition(text, METRICS)


def test_an_unknown_metric_is_told_the_names() -> None:
    with pytest.raises(EvalError, match=r"no metric 'chrF3'; there are: bits_per_byte, .*chrF\+\+, BLEU"):
        parse_condition("chrF3 drops 1", METRICS)


def test_what_has_no_better_direction_cannot_worsen() -> None:
    with pytest.raises(EvalError, match="length_ratio: write drops or rises"):
        parse_condition("length_ratio worsens 0.1", METRICS)


def test_the_measured_difference_decides() -> None:
    assert fails("chrF++ drops 0.5", change(20, 19))
    assert fails("chrF++ drops 0.5", change(20, 19.5))
    assert not fails("chrF++ drops 0.5", change(20, 19.6))
    assert not fails("chrF++ drops 0.5", change(20, 30))
    assert fails("bits_per_byte worsens 0.1", change(1, 1.2))
    assert not fails("bits_per_byte worsens 0.1", change(1, 0.5))
    assert fails("bits_per_byte drops 0.1", change(1, 0.5))


def test_a_limit_that_is_met_but_for_rounding_is_met() -> None:
    assert 0.95 - 0.9 < 0.05
    assert fails("complete_rate drops 0.05", change(0.95, 0.9))


def test_0_is_any_change_and_no_change_is_none() -> None:
    assert fails("chrF++ drops 0", change(20, 19.999))
    assert not fails("chrF++ drops 0", change(20, 20))
    assert not fails("chrF++ rises 0", change(20, 20))
    assert not fails("chrF++ surely drops 0", change(20, 20, 0, 0))


def test_surely_asks_the_whole_interval() -> None:
    assert fails("chrF++ drops 0.5", change(20, 18, -4, 0.1))
    assert not fails("chrF++ surely drops 0.5", change(20, 18, -4, 0.1))
    assert not fails("chrF++ surely drops 0.5", change(20, 18, -4, -0.4))
    assert fails("chrF++ surely drops 0.5", change(20, 18, -4, -0.6))
    assert fails("chrF++ surely rises 0.5", change(20, 22, 0.6, 4))
    assert not fails("chrF++ surely rises 0.5", change(20, 22, 0.4, 4))


def test_what_cannot_be_shown_fails_and_is_said() -> None:
    nothing = judge(parse_condition("BLEU drops 1", METRICS), None, "no reply is four tokens long")
    assert nothing.failed
    assert nothing.reason == "BLEU cannot be compared, so nothing is shown: no reply is four tokens long"
    unsure = judge(parse_condition("distinct_2_ratio surely drops 1", METRICS), change(1, 1))
    assert unsure.failed
    assert unsure.reason.endswith("without an interval, so nothing is sure: leave out 'surely'")


def test_the_reason_gives_the_figures() -> None:
    verdict = judge(parse_condition("chrF++ drops 0.5", METRICS), change(20, 18, -4, 0.1))
    assert verdict.reason == "chrF++ went from 20 to 18 (-2), 95% interval -4 to +0.1"


def test_names_in_either_case() -> None:
    assert find_metric("bleu", METRICS).name == "BLEU"
