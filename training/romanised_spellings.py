"""How pieces of Bengali words are typed: `python -m training.romanised_spellings --pairs PAIRS --out FILE`.

PAIRS is JSONL of {"banglish", "bn"}, of which half by hash is used (bench/romanised_accuracy.py measures the other). A
word in Latin letters and the Bengali word at its place are laid side by side where their keys agree, piece by piece;
what is written is only how often each piece is typed as which letters.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import regex

from sahayok.bengali import nfc
from sahayok.files import write_whole
from sahayok.romanised.costs import log_probability, named
from sahayok.romanised.spelling import bengali_readings, latin_readings
from training.text import CorpusError

MOST_OF_A_WORD = 5
"""How often one spelling of one word counts at most, so that a few frequent words do not decide how all are typed."""
FEWEST = 2

_EDGES = "".join(map(chr, range(33, 65))) + "।…‘’“”"
_LATIN = regex.compile("[a-z]+")
_BENGALI = regex.compile("[\u0985-\u09df]+")


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """The sentences of the development half: those whose SHA-256 is even. Raises CorpusError."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [
            (row["banglish"], nfc(row["bn"]))
            for row in rows
            if hashlib.sha256(row["banglish"].encode()).digest()[-1] % 2 == 0
        ]
    except FileNotFoundError:
        raise CorpusError(f"no such file of pairs: {path}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(f'{path}: not JSONL of {{"banglish", "bn"}} ({error})') from error


def count_pieces(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """How often each Bengali piece (as costs.named() calls it) is typed as each Latin one."""
    words = Counter[tuple[str, str]]()
    for typed, bengali in pairs:
        ours, theirs = typed.lower().split(), bengali.split()
        if len(ours) == len(theirs):
            words.update((a.strip(_EDGES), b.strip(_EDGES)) for a, b in zip(ours, theirs, strict=True))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for (latin, script), times in words.items():
        if not (_LATIN.fullmatch(latin) and _BENGALI.fullmatch(script)):
            continue
        alike = [
            (latin_pieces, named(pieces))
            for key, latin_pieces in latin_readings(latin)
            for other, pieces in bengali_readings(script)
            if key == other
        ]
        if alike:
            letters, names = max(alike, key=lambda option: log_probability(*option))
            for piece, name in zip(letters, names, strict=True):
                counts[name][piece] += min(times, MOST_OF_A_WORD)
    return {
        name: {piece: times for piece, times in sorted(spelled.items()) if times >= FEWEST}
        for name, spelled in sorted(counts.items())
        if max(spelled.values()) >= FEWEST
    }


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args(argv)
    try:
        text = json.dumps(count_pieces(read_pairs(arguments.pairs)), ensure_ascii=False, indent=0)
    except CorpusError as error:
        print(f"romanised_spellings: {error}", file=sys.stderr)
        return 2
    with write_whole(arguments.out) as file:
        file.write((text + "\n").encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
