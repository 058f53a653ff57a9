"""`sahayok-eval`: ask a model, score what it said, compare, check, rate and report.

Exit codes: 0 done, 1 a check that failed, 2 an input that cannot be used, 130 stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn, cast

from eval_harness.commands import compare, lint, rate, report, run, score
from eval_harness.errors import EvalError
from sahayok.engines.engine import EngineError

COMMANDS = (run, score, compare, report, lint, rate)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help explains)\n")


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        return cast(int, arguments.run(arguments))
    except (EvalError, EngineError) as error:
        return _fail(error, 2)
    except ModuleNotFoundError as error:
        return _fail(f"the package {error.name} is not installed: install sahayok with the extra 'eval' (or 'hf')", 2)
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error), 2)
    except KeyboardInterrupt:
        return _fail("stopped; the same command goes on from here", 130)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="sahayok-eval", description="Evaluate a model on dialogues it was not trained on.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


def _fail(reason: object, code: int) -> int:
    print(f"sahayok-eval: {' '.join(str(reason).split())}", file=sys.stderr)
    return code
