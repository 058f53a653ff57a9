"""What may not be loaded, and what may not be asked for."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

HEAVY = {"torch", "transformers", "llama_cpp"}


@pytest.mark.parametrize(
    "code",
    [
        "import sahayok_tui",
        "import sahayok_tui.app",
        *(
            f"from {package}.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
            for package in ("sahayok_tui", "training", "export", "eval_harness")
        ),
    ],
)
def test_no_model_library_is_loaded(code: str) -> None:
    check = f"{code}\nimport sys\nfound = {HEAVY!r} & set(sys.modules)\nassert not found, found"
    subprocess.run([sys.executable, "-c", check], check=True, stdout=subprocess.DEVNULL)


def test_the_chat_needs_no_network() -> None:
    """In a network namespace without any interface the embedded model answers."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system does not let us make a network namespace")
    done = subprocess.run(
        [unshare, "-rn", sys.executable, "-m", "sahayok_tui.cli", "--say", "আমার মন খুব খারাপ"],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
