"""The window stands before any model runtime is read from the disk."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ["torch", "transformers", "llama_cpp"]


def _loaded(code: str, modules: list[str]) -> list[str]:
    script = f"{code}\nimport sys, json\nprint(json.dumps([m for m in {modules!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    return loaded


@pytest.mark.parametrize("module", ["sahayok_tui", "sahayok_tui.app", "sahayok_tui.cli", "sahayok_tui.say"])
def test_importing_loads_no_model_runtime(module: str) -> None:
    assert _loaded(f"import {module}", HEAVY) == []


def test_help_loads_no_model_runtime_and_no_window() -> None:
    code = "import contextlib, sahayok_tui.cli as cli\nwith contextlib.suppress(SystemExit):\n    cli.main(['--help'])"
    assert _loaded(code, [*HEAVY, "textual"]) == []
