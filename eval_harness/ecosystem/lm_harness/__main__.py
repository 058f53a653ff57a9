"""`python -m eval_harness.ecosystem.lm_harness`: the command lm_eval, which then knows this project's model and tasks.

lm_eval has no way to find models in other packages, so one has to be registered before its own command begins.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Run lm_eval on this process's arguments; the tasks' folder is added to them unless --include_path names one."""
    from lm_eval.__main__ import cli_evaluate

    import eval_harness.ecosystem.lm_harness.model  # noqa: F401 - registers the model
    from eval_harness.errors import EvalError
    from sahayok.engines.engine import EngineError

    if not any(argument.startswith("--include_path") for argument in sys.argv):
        sys.argv += ["--include_path", str(Path(__file__).parent)]
    try:
        cli_evaluate()
    except (EvalError, EngineError) as error:
        print(f"lm_eval: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
