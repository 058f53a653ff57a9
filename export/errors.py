"""What goes wrong in an export, said to the person."""

from __future__ import annotations


class ExportError(Exception):
    """An input that cannot be exported. Its text is one clear line that says what to do."""


class VerificationFailed(ExportError):
    """A finished file that does not compute what the model it was made from computes."""
