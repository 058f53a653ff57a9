"""Whole numbers on the command line."""

from __future__ import annotations

import argparse


def natural(text: str) -> int:
    """A whole number from 0. Raises ArgumentTypeError."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def positive(text: str) -> int:
    """A whole number from 1. Raises ArgumentTypeError."""
    if (number := natural(text)) < 1:
        raise argparse.ArgumentTypeError("it must be at least 1")
    return number
