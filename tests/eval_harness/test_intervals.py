from __future__ import annotations

import numpy as np
import pytest

from eval_harness.intervals import RESAMPLES, Clusters


def test_turns_of_a_conversation_are_drawn_together() -> None:
    clusters = Clusters(["a", "b", "a", "c", "b"])
    weights = clusters.resampled_weights()
    assert clusters.count == 3
    assert weights.shape == (RESAMPLES, 5)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, 1] == weights[:, 4]).all()
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()


def test_sums_agree_with_weights() -> None:
    clusters = Clusters(["a", "b", "a", "c"])
    statistics = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
    assert np.allclose(clusters.resampled_sums(statistics), clusters.resampled_weights() @ statistics)


def test_the_order_of_records_does_not_matter() -> None:
    names = ["b", "a", "c", "a"]
    one, other = Clusters(names), Clusters(names[::-1])
    assert (one.resampled_weights() == other.resampled_weights()[:, ::-1]).all()


def test_bootstrap_of_a_mean_is_near_theory() -> None:
    values = np.random.default_rng(3).normal(10, 2, size=400)
    clusters = Clusters([f"c{index}" for index in range(400)])
    interval = clusters.bootstrap(clusters.resampled_sums(values[:, None])[:, 0] / 400)
    assert interval is not None
    assert interval[0] == pytest.approx(values.mean() - 1.96 * values.std() / 20, abs=0.05)
    assert interval[1] == pytest.approx(values.mean() + 1.96 * values.std() / 20, abs=0.05)


def test_clustering_widens_the_interval() -> None:
    # Five equal turns a conversation carry no more than one.
    values = np.repeat(np.random.default_rng(4).normal(size=40), 5)
    grouped = Clusters([f"c{index // 5}" for index in range(200)])
    alone = Clusters([f"c{index}" for index in range(200)])

    def width(clusters: Clusters) -> float:
        interval = clusters.bootstrap(clusters.resampled_sums(values[:, None])[:, 0] / 200)
        assert interval is not None
        return interval[1] - interval[0]

    assert width(grouped) > 1.8 * width(alone)


def test_undefined_resamples_are_left_out() -> None:
    values = np.full(RESAMPLES, 5.0)
    values[:10] = np.nan
    assert Clusters(["a", "b"]).bootstrap(values) == (5.0, 5.0)


def test_jackknife_of_a_mean_is_its_standard_error() -> None:
    values = np.array([1.0, 2.0, 4.0, 9.0])
    without = (values.sum() - values) / 3
    interval = Clusters(list("abcd")).jackknife(float(values.mean()), without)
    assert interval is not None
    error = values.std(ddof=1) / 2
    assert interval[1] == pytest.approx(4 + 1.959964 * error)
    assert interval[0] == pytest.approx(max(0.0, 4 - 1.959964 * error))


def test_one_conversation_has_no_interval() -> None:
    clusters = Clusters(["a", "a"])
    assert clusters.bootstrap(np.ones(RESAMPLES)) is None
    assert clusters.jackknife(1.0, np.ones(1)) is None
    assert Clusters(["a", "b"]).jackknife(1.0, np.array([1.0, np.nan])) is None
