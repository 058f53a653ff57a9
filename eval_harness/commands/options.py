"""What several commands take: whole numbers, and a tokenizer for scores on sub-word pieces."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eval_harness.subword_tokenizer import SubwordTokenizer


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


def add_subword_tokenizer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--subword-tokenizer",
        type=Path,
        metavar="PATH",
        help="also BLEU and ROUGE-L on the pieces of this .gguf file or tokenizer folder, as published scores are",
    )


def subword_tokenizer(arguments: Any) -> SubwordTokenizer | None:
    """What --subword-tokenizer names. Raises EvalError and EngineError."""
    if arguments.subword_tokenizer is None:
        return None
    from eval_harness.subword_tokenizer import load_tokenizer

    return load_tokenizer(arguments.subword_tokenizer)
