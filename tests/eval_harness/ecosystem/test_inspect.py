from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval_harness.ecosystem.scores import numbers
from eval_harness.records import Record
from eval_harness.summary import Summary
from tests.eval_harness.ecosystem.conftest import TIMED, Offline

pytest.importorskip("inspect_ai", reason="inspect_ai is not installed (the extra inspect)")


def test_the_numbers_are_those_of_our_own_run(
    run_offline: Offline, items: Path, own: Callable[[int], Summary], tmp_path: Path
) -> None:
    done = run_offline(
        *("inspect_ai", "eval", "eval_harness/ecosystem/inspect_tasks.py", "--model", "sahayok/sahayok-nano"),
        *("-T", f"suite={items}", "--epochs", "2"),
        *("--log-dir", str(tmp_path / "logs"), "--log-format", "json", "--display", "plain", "--no-score-display"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = (tmp_path / "logs").iterdir()
    log = json.loads(file.read_text())
    assert log["status"] == "success", log.get("error")
    (scores,) = log["results"]["scores"]
    found = {name: metric["value"] for name, metric in scores["metrics"].items()}
    expected = own(2)
    assert (scores["scored_samples"], scores["unscored_samples"]) == (10, 2) == (expected.replies, expected.skipped)
    for row in expected.rows:
        if row.name in TIMED:
            assert found[row.name] > 0
        elif row.score is None:
            assert row.name not in found
        else:
            assert {name: found[name] for name in numbers(row)} == pytest.approx(numbers(row), abs=1e-9)
    assert {"chrF++_floor", "chrF++_p", "chrF++_constant", "complete_rate_low", "bits_per_byte_high"} <= found.keys()
    kept = [
        Record.from_json(sample["scores"]["reply_scorer"]["metadata"]["record"])
        for sample in log["samples"]
        if sample["id"] != "long"
    ]
    assert {(record.id, record.repeat) for record in kept} == {
        (name, repeat) for name in ("একা", "two#1", "two#2", "recall", "none") for repeat in (0, 1)
    }
