"""How well romanised Bengali is read: `python bench/romanised_accuracy.py PAIRS [--half development]`.

PAIRS is JSONL of {"banglish", "bn"}. Half of it by hash is for development, and spellings.json is counted there; the
other is held out. Word accuracy is the share of the reference's words that stand exactly so, in NFC and whatever the
digits and joiners: at the same place where both have as many words, else along the alignment of fewest edits
(Levenshtein 1966). "endings joined" counts again after endings and না written apart (ফোন এ, মন টা) are joined to their
word in both. "spelling lenient" also takes ই for ঈ, a last ো for none, ণ for ন and the like, on which the references do
not agree with themselves. The character error rate is edits over the reference's characters. Intervals are Wilson's,
95 %.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import regex

from eval_harness.metrics.proportion import wilson
from sahayok.bengali import nfc, words
from sahayok.romanised import to_bengali

_ENDING_APART = regex.compile(r"(?<=\w|\p{M}) (র|টা|টি|টার|কে|তে|রা|দের|গুলো|গুলা|গুলোর|টুকু|না|নি)(?!\w|\p{M})")
_VOWEL_APART = regex.compile(r"(?<=\w|\p{M}) এ(?=র?(?!\w|\p{M}))")
_VOWEL_SIGN = regex.compile(r"(?<=[ক-হৎ়])এ(?=র?(?!\w|\p{M}))")
_LAST_O = regex.compile(r"ো\b")
_ONE_KIND = str.maketrans("০১২৩৪৫৬৭৮৯।", "0123456789.", "\u200c\u200d")
_LENIENT = str.maketrans("ঈীঊূণষশয", "ইিউুনসসজ", "ঁ\u200c\u200d")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--half", choices=["development", "held-out"], default="held-out")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="print N sentences that are not right")
    arguments = parser.parse_args()
    pairs = half(arguments.pairs, arguments.half)
    to_bengali("ami")  # opens the tables
    systems: dict[str, Callable[[str], str]] = {"this module": to_bengali, "left as it is": lambda text: text}
    for name, system in systems.items():
        outputs, milliseconds = [], []
        for typed, _ in pairs:
            start = time.perf_counter()
            outputs.append(system(typed))
            milliseconds.append((time.perf_counter() - start) * 1000)
        print(f"{name}: {len(pairs)} sentences of the {arguments.half} half")
        references = [bn for _, bn in pairs]
        report("words exactly right", outputs, references, plain)
        report("endings joined", outputs, references, joined)
        report("spelling lenient", outputs, references, lenient)
        edits = sum(distance(plain(output), plain(bn)) for output, bn in zip(outputs, references, strict=True))
        characters = sum(len(plain(bn)) for bn in references)
        print(f"  character error rate {edits / characters:.3f}")
        print(f"  {median(milliseconds):.2f} ms a message (median), {max(milliseconds):.1f} ms at most\n")
        if name == "this module":
            wrong = [row for row in zip(pairs, outputs, strict=True) if plain(row[0][1]) != plain(row[1])]
            for (typed, bn), output in wrong[: arguments.errors]:
                print(f"  {typed}\n    {output}\n    {bn}")


def half(path: Path, name: str) -> list[tuple[str, str]]:
    """The pairs of one half: of a sentence whose SHA-256 is even it is the development half."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    wanted = 0 if name == "development" else 1
    return [
        (row["banglish"], row["bn"])
        for row in rows
        if hashlib.sha256(row["banglish"].encode()).digest()[-1] % 2 == wanted
    ]


def report(name: str, outputs: Sequence[str], references: Sequence[str], form: Callable[[str], str]) -> None:
    right = total = 0
    for output, reference in zip(outputs, references, strict=True):
        wanted = words(form(reference))
        right += matches(words(form(output)), wanted)
        total += len(wanted)
    low, high = wilson(right, total)
    print(f"  {name}: {right}/{total} = {right / total:.3f} [{low:.3f}, {high:.3f}]")


def plain(text: str) -> str:
    """NFC, no joiners, one kind of digits and of full stop, small letters."""
    return " ".join(nfc(text).translate(_ONE_KIND).lower().split())


def joined(text: str) -> str:
    text = _VOWEL_SIGN.sub("ে", _VOWEL_APART.sub("এ", plain(text)))
    return str(_ENDING_APART.sub(r"\1", text))


def lenient(text: str) -> str:
    return str(_LAST_O.sub("", joined(text))).translate(_LENIENT)


def matches(found: Sequence[str], wanted: Sequence[str]) -> int:
    """How many of the wanted words stand in their place."""
    if len(found) == len(wanted):
        return sum(a == b for a, b in zip(found, wanted, strict=True))
    # Among alignments of fewest edits the one with most matches: (edits, -matches), compared in that order.
    row = [(n, 0) for n in range(len(wanted) + 1)]
    for a in found:
        before, row[0] = row[0], (row[0][0] + 1, 0)
        for j, b in enumerate(wanted, start=1):
            same = (before[0], before[1] - 1) if a == b else (before[0] + 1, before[1])
            before, row[j] = row[j], min((row[j][0] + 1, row[j][1]), (row[j - 1][0] + 1, row[j - 1][1]), same)
    return -row[-1][1]


def distance(first: str, second: str) -> int:
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(second, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


if __name__ == "__main__":
    main()
