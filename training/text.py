"""Text for pretraining: reading JSONL shards ({"source", "text"}, plain or .xz) and cleaning what they hold."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import regex

from sahayok.bengali import ZWJ, ZWNJ, bengali_share, nfc

_SPACES = regex.compile(r"[^\S\n]+")
_BLANK_LINES = regex.compile(r"\n{3,}")
_REPEATED_MARK = regex.compile(r"([।,!?.\-_=*~#])\1{3,}")
_LINK = regex.compile(r"https?://\S+|www\.\S+")
_STRAY_JOINER = regex.compile(f"(?<![\\p{{L}}\\p{{M}}])[{ZWJ}{ZWNJ}]+|[{ZWJ}{ZWNJ}]+(?![\\p{{L}}\\p{{M}}])")

MINIMUM_CHARACTERS = 40
MINIMUM_BENGALI_SHARE = 0.6


class CorpusError(Exception):
    """A corpus that cannot be used. Its text is one line saying what to do."""


def read_shard(path: Path) -> Iterator[str]:
    """The texts of one shard, cleaned, near-empty and mostly foreign ones left out.

    Raises CorpusError naming the file and line where it is not JSONL of {"text": ...}.
    """
    opener = lzma.open if path.suffix == ".xz" else open
    number = 0
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                number += 1
                text = clean(json.loads(line)["text"])
                if len(text) >= MINIMUM_CHARACTERS and bengali_share(text) >= MINIMUM_BENGALI_SHARE:
                    yield text
    except FileNotFoundError:
        raise CorpusError(f"no such text file: {path}") from None
    except (
        json.JSONDecodeError,
        KeyError,
        TypeError,
        AttributeError,
        UnicodeDecodeError,
        lzma.LZMAError,
        EOFError,
    ) as error:
        raise CorpusError(f'{path}, line {max(number, 1)}: not a JSON object with a "text" ({error})') from error


def clean(text: str) -> str:
    """NFC; links, stray joiners and runs of decoration removed; one space, at most one blank line."""
    text = _LINK.sub("", nfc(text).replace("\ufeff", "").replace("\r", ""))
    text = _STRAY_JOINER.sub("", text)
    text = _REPEATED_MARK.sub(r"\1\1\1", text)
    text = "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return str(_BLANK_LINES.sub("\n\n", text)).strip()


def without_repeated_paragraphs(texts: Iterator[str]) -> Iterator[str]:
    """Drop every paragraph of at least 60 characters that an earlier text had already (blogs quote and repost)."""
    seen: set[bytes] = set()
    for text in texts:
        kept = []
        for paragraph in text.split("\n"):
            if len(paragraph) >= 60:
                key = blake2b(paragraph.encode(), digest_size=8).digest()
                if key in seen:
                    continue
                seen.add(key)
            kept.append(paragraph)
        remaining = "\n".join(kept).strip()
        if len(remaining) >= MINIMUM_CHARACTERS:
            yield remaining


def dialogue_turns(text: str) -> list[str] | None:
    """The turns of a text that is wholly a dialogue (every line begins with "- "), else None."""
    lines = [line for line in text.split("\n") if line]
    if len(lines) < 2 or not all(line.startswith("- ") for line in lines):
        return None
    return [line[2:].strip() for line in lines]


def expand(paths: Sequence[Path]) -> list[Path]:
    """Files as given, and for each folder its *.jsonl and *.jsonl.xz in order of name.

    Raises CorpusError where nothing is found.
    """
    files: list[Path] = []
    for path in paths:
        files += sorted([*path.glob("*.jsonl"), *path.glob("*.jsonl.xz")]) if path.is_dir() else [path]
    missing = [str(path) for path in files if not path.is_file()]
    if missing or not files:
        raise CorpusError(f"no such text file: {', '.join(missing or map(str, paths))}")
    return files
