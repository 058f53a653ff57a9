"""Items, what this project's own run says of them, and a process without a network for the programs of others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eval_harness.cli import main
from eval_harness.record_sets import load_record_set
from eval_harness.summary import Summary, summarise
from tests.bengali_text import LINES
from tests.eval_harness.ecosystem import offline

ROOT = Path(offline.__file__).parents[3]
TIMED = {"time_to_first_token", "tokens_per_second", "bytes_per_second"}
"""The metrics that another run of the same replies gives other values."""

Offline = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def items(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A question, a dialogue of two replies, one with words to be said, one without a reference, one too long."""
    lines = [line for line in LINES if "।" in line]
    turns = [{"role": role, "content": lines[n]} for n, role in enumerate(["user", "assistant"] * 2)]
    rows = [
        {"id": "একা", "question": lines[4], "reference": lines[5], "slices": {"situation": "alone"}},
        {"id": "two", "situation": "family", "region": "dhaka", "register": "apni", "messages": turns},
        {"id": "recall", "turns": [{"user": lines[6], "reference": lines[7], "expected": ["আপনি", "কথা"]}]},
        {"id": "none", "question": lines[8]},
        {"id": "long", "question": "দীর্ঘ কথা বলি। " * 5000, "reference": lines[9]},
    ]
    file = tmp_path_factory.mktemp("items") / "mine.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def own(items: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Summary]:
    """The summary of `sahayok-eval run` on the items, each asked so often."""
    folder = tmp_path_factory.mktemp("own")

    def summary(repeats: int) -> Summary:
        out = folder / f"{repeats}.jsonl"
        if not out.exists():
            named = ["--model", "sahayok-nano", "--suite", str(items), "--repeats", str(repeats), "--out", str(out)]
            assert main(["run", *named, "--parallel", "1", "--no-cache"]) == 0
        return summarise(load_record_set(out))

    return summary


@pytest.fixture
def run_offline(tmp_path: Path) -> Offline:
    """Runs a module without a network, in the checkout and with an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    plugins = tmp_path / "plugins"  # what an installed sahayok says of itself
    described = plugins / "sahayok_plugins-1.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: sahayok-plugins\nVersion: 1\n")
    (described / "entry_points.txt").write_text("[inspect_ai]\neval_harness = eval_harness.ecosystem.inspect_tasks\n")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "HF_", "INSPECT_"))}
        environment = {
            **kept,
            "HOME": str(home),
            "HF_HUB_OFFLINE": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(plugins)]),
        }
        done = subprocess.run(
            [sys.executable, offline.__file__, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert offline.REFUSED not in done.stderr
        return done

    return run
