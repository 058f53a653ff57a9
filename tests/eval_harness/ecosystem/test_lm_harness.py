from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from eval_harness.ecosystem.scores import numbers
from eval_harness.summary import Summary
from tests.eval_harness.ecosystem.conftest import TIMED, Offline

pytest.importorskip("lm_eval", reason="lm_eval is not installed (the extra lm-eval)")

COMMAND = ("eval_harness.ecosystem.lm_harness", "run", "--apply_chat_template")


def test_the_numbers_are_those_of_our_own_run(
    run_offline: Offline, items: Path, own: Callable[[int], Summary], tmp_path: Path
) -> None:
    done = run_offline(
        *(*COMMAND, "--model", "sahayok", "--tasks", "sahayok_suite,sahayok_suite_likelihood"),
        *("--metadata", f"suite={items}", "--output_path", str(tmp_path / "out"), "--log_samples"),
    )
    assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / "out").rglob("results_*.json")
    results = json.loads(file.read_text())
    found = {name.removesuffix(",none"): value for task in results["results"].values() for name, value in task.items()}
    expected = own(1)
    assert expected.skipped == 1
    for row in expected.rows:
        if row.name in TIMED:
            assert found[row.name] > 0
        elif row.score is None:
            assert math.isnan(found[row.name])
            assert f"no {row.name}: {row.reason}" in done.stderr
        else:
            assert {name: found[name] for name in numbers(row)} == pytest.approx(numbers(row), abs=1e-9)
    assert {"chrF++_floor", "chrF++_p", "chrF++_constant", "complete_rate_low", "bits_per_byte_high"} <= found.keys()
    assert results["n-samples"]["sahayok_suite"] == {"original": 6, "effective": 5}
    assert "1 of 6 are left out: longer than the model's context" in done.stderr
    assert "1 of 6 items without a reference are left out." in done.stderr
    assert results["higher_is_better"]["sahayok_suite_likelihood"]["bits_per_byte"] is False


def test_the_likelihood_of_another_model_is_refused(run_offline: Offline, items: Path, tiny_model: Path) -> None:
    done = run_offline(
        *(*COMMAND, "--model", "hf", "--model_args", f"pretrained={tiny_model}", "--device", "cpu"),
        *("--tasks", "sahayok_suite_likelihood", "--metadata", f"suite={items}", "--limit", "1"),
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "lm_eval: this model's likelihood leaves out the end of the turn, and is no bits_per_byte: take --model sahayok"
    )
