"""What commands take: whole numbers, settings of the sampling, a tokenizer for scores on sub-word pieces."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
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


_SETTINGS: dict[str, Callable[[str], float]] = {
    "temperature": float,
    "top_p": float,
    "top_k": int,
    "repeat_penalty": float,
    "max_tokens": int,
}
_LEAST = {"repeat_penalty": 0.1, "max_tokens": 1}


def setting(text: str) -> tuple[str, float]:
    """A setting of the sampling, as in temperature=0.5. Raises ArgumentTypeError."""
    name, _, value = text.partition("=")
    if name not in _SETTINGS:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(_SETTINGS)} with =VALUE")
    try:
        number = _SETTINGS[name](value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is no value for {name}") from None
    if not _LEAST.get(name, 0) <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{name} must be at least {_LEAST.get(name, 0)}")
    return name, number


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
