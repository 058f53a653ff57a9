from __future__ import annotations

import random
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest

from eval_harness.comparison.significance import EXACT_UP_TO, TRIALS, holm, randomise, standardised, superiority
from eval_harness.intervals import RESAMPLES, Array, Clusters
from eval_harness.metrics.metric import OverlapMetric, quotient
from eval_harness.metrics.overlap import Bleu, ChrF
from eval_harness.normalise import normalise
from tests.eval_harness.made import pairs_of_lines, records_of


def means(values: list[float]) -> Array:
    """Sums of which `quotient` is the mean: a conversation for each value."""
    return np.array([(value, 1.0) for value in values])


def test_exact_p_by_hand() -> None:
    # Differences 1, 1, 1. Of the 8 swaps only none and all leave |1+1+1|: p = 2/8.
    found = randomise(quotient, means([0, 0, 0]), means([1, 1, 1]))
    assert (found.p, found.trials, found.exact) == (0.25, 8, True)


def test_exact_p_of_differences_of_several_sizes() -> None:
    # Differences 3, -1, 2: seen 4. As large are +-(3-1+2) = 4 and +-(3+1+2) = 6, not +-(3-1-2) and +-(3+1-2): 4/8.
    assert randomise(quotient, means([0, 1, 0]), means([3, 0, 2])).p == 0.5


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=8))
def test_exact_p_is_the_share_of_all_sign_flips(differences: list[int]) -> None:
    seen = abs(sum(differences))
    flips = list(product((1, -1), repeat=len(differences)))
    sums = [abs(sum(sign * size for sign, size in zip(flip, differences, strict=True))) for flip in flips]
    expected = sum(total >= seen for total in sums) / len(flips)
    assert randomise(quotient, means([0.0] * len(differences)), means([*differences])).p == pytest.approx(expected)


def test_conversations_without_a_difference_do_not_count_for_exactness() -> None:
    alike = [0.5] * 100
    found = randomise(quotient, means([*alike, 0, 0, 0]), means([*alike, 1, 1, 1]))
    assert (found.p, found.exact) == (0.25, True)


def test_sampled_and_exact_p_agree() -> None:
    rng = np.random.default_rng(3)
    base, other = rng.normal(0, 1, EXACT_UP_TO), rng.normal(0.5, 1, EXACT_UP_TO)
    exact = randomise(quotient, means([*base]), means([*other])).p
    # A thirteenth conversation whose difference is too small to matter: the swaps are drawn now.
    sampled = randomise(quotient, means([*base, 0]), means([*other, 1e-12]))
    assert not sampled.exact
    assert sampled.trials == TRIALS
    error = (exact * (1 - exact) / TRIALS) ** 0.5
    assert sampled.p == pytest.approx(exact, abs=5 * error)


def test_the_smallest_sampled_p_counts_the_pairing_that_was_seen() -> None:
    assert randomise(quotient, means([0] * 60), means([1] * 60)).p == pytest.approx(1 / (1 + TRIALS))


def test_equal_systems_have_p_1() -> None:
    assert randomise(quotient, means([1, 2, 3]), means([1, 2, 3])).p == 1


def test_a_swap_without_a_value_is_a_hit() -> None:
    # Column 1 counts. Swapping the first leaves the base without a count: a NaN.
    base, other = np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [1.0, 1.0]])
    found = randomise(quotient, base, other)
    # No swap: 0/1 and 1/1, |1|. Both: 1. First only: the base has 0 of 0. Second only: the other has 0 of 0.
    assert found.p == 1


def test_under_the_null_p_is_uniform() -> None:
    rng = np.random.default_rng(1)
    ps = [randomise(quotient, means([*rng.normal(size=11)]), means([*rng.normal(size=11)])).p for _ in range(200)]
    # Binomial(200, 0.1): mean 20, sd 4.2.
    assert 20 - 4 * 4.3 < sum(p <= 0.1 for p in ps) < 20 + 4 * 4.3


def test_holm_by_hand() -> None:
    # Sorted 0.01, 0.02, 0.03, 0.6, times 4, 3, 2, 1: 0.04, 0.06, 0.06 and 0.6; never falling.
    assert holm([0.6, 0.01, 0.03, 0.02]) == pytest.approx([0.6, 0.04, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1, 1]
    assert holm([]) == []


def test_standardised_difference_by_hand() -> None:
    # Differences 1, 2, 3: mean 2, standard deviation 1.
    assert standardised(np.array([0.0, 0, 0, np.nan]), np.array([1.0, 2, 3, 4])) == pytest.approx(2)
    assert standardised(np.array([0.0, 0]), np.array([1.0, 1])) is None
    assert standardised(np.array([0.0]), np.array([1.0])) is None


def test_superiority_counts_ties_half() -> None:
    assert superiority(np.array([1.0, 1, 1, np.nan]), np.array([2.0, 1, 0, 9])) == 0.5
    assert superiority(np.array([1.0, 1]), np.array([2.0, 1])) == 0.75
    assert superiority(np.array([np.nan]), np.array([1.0])) is None


SACREBLEU = [(ChrF(), CHRF(word_order=2)), (Bleu(), BLEU(tokenize="intl"))]


@pytest.mark.parametrize(("metric", "theirs"), SACREBLEU, ids=["chrF++", "BLEU"])
def test_sacrebleus_paired_test_agrees(
    metric: OverlapMetric[Any], theirs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SACREBLEU_SEED", "1")
    pairs = [(normalise(reply), normalise(reference)) for reply, reference in pairs_of_lines(40)]

    def some_helped(seed: int, share: float) -> list[tuple[str, str]]:
        draw = random.Random(seed)
        chosen = [draw.random() < share for _ in pairs]
        return [
            (f"{said} {meant[:20]}" if helped else said, meant)
            for (said, meant), helped in zip(pairs, chosen, strict=True)
        ]

    base, other = some_helped(1, 0.3), some_helped(2, 0.55)
    mine = metric.statistics(records_of(base)), metric.statistics(records_of(other))
    p = randomise(metric.value, *mine).p
    assert 0.02 < p < 0.98  # an agreement that says something

    def paired(kind: str, samples: int) -> list[Any]:
        systems = [("base", [reply for reply, _ in base]), ("other", [reply for reply, _ in other])]
        references = [[reference for _, reference in base]]
        _, found = PairedTest(systems, {"m": theirs}, references, test_type=kind, n_samples=samples)()
        return next(results for name, results in found.items() if name != "System")

    swapped = paired("ar", TRIALS)
    values = [float(metric.value(part.sum(axis=0, keepdims=True))[0]) for part in mine]
    assert values[1] - values[0] == pytest.approx(swapped[1].score - swapped[0].score, abs=1e-9)
    assert p == pytest.approx(swapped[1].p_value, abs=6 * (p * (1 - p) / TRIALS) ** 0.5)
    clusters = Clusters([str(number) for number in range(len(base))])
    for part, result in zip(mine, paired("bs", RESAMPLES), strict=True):
        resampled = metric.value(clusters.resampled_sums(part))
        assert resampled.mean() == pytest.approx(result.mean, abs=6 * resampled.std() / RESAMPLES**0.5)
