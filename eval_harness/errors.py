"""What goes wrong in an evaluation, said to the person."""

from __future__ import annotations


class EvalError(Exception):
    """An input that cannot be evaluated. Its text is one clear line that says what to do."""


class MetricError(EvalError):
    """A metric that has no value for these records. Its text says why; it is reported in the value's place."""
