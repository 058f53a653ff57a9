"""Trains the readers of feelings: `python -m training.feelings --out-folder sahayok/data`.

The dialogues that name their feeling teach two classifiers (sahayok.feeling_reader): one of messages, one of replies.
They learn from the training part of the split; the reader of messages also from the other dialogues of that part,
whose feeling the reader of replies tells: there are the plain messages ("মন খারাপ") that a writer of contrasts leaves
out. The temperature is chosen on the validation part, and the figures printed are of that part, or of the part that
--part names. Without --out-folder the shipped readers are measured.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sahayok.bengali import nfc
from sahayok.feeling_reader import FILES, PAINFUL, SHADES, Role, reader
from sahayok.files import write_whole
from sahayok.ngrams import LinearClassifier, WeightsError
from sahayok.romanised import to_bengali
from training.cli import DEFAULT_CORPUS
from training.dialogues import Dialogue, DialogueError, load_dialogues
from training.ngram_classifier import Example, calibrated, fit
from training.splits import PARTS, Part, split

L2 = 0.1
SEED = 20
SLIPS = 0.15
"""Share of the letters and vowel signs that are easily mixed up which a careless text has wrong."""
SURE = 0.85
"""So probable must the feeling of a reply be to stand for that of its message."""
ROLES: tuple[Role, ...] = ("message", "reply")
POLARITIES = ("glad", "neutral", "mixed", "painful")

_MIXED_UP = dict(zip("িীণনশসষুূ", "ীিনণসশসূু", strict=True))
_MARKS = re.compile(r"[।॥!?…,.;]+")


@dataclass(frozen=True, slots=True)
class Labelled:
    """The first message and its reply, and the feeling of both."""

    message: str
    reply: str
    feeling: str

    def text(self, role: Role) -> str:
        return self.message if role == "message" else self.reply


def labelled(parts: Mapping[Part, Sequence[Dialogue]], feelings: Mapping[str, str]) -> dict[Part, list[Labelled]]:
    """The dialogues that name a feeling."""
    return {part: [_labelled(d, feelings[d.id]) for d in those if d.id in feelings] for part, those in parts.items()}


def without_marks(text: str) -> str:
    """The text without punctuation."""
    return " ".join(_MARKS.sub(" ", text).split())


def carelessly_typed(text: str, chance: random.Random) -> str:
    """The text as many type it: without punctuation, and with similar letters mixed up (SLIPS of them)."""
    typed = (_MIXED_UP.get(letter, letter) if chance.random() < SLIPS else letter for letter in without_marks(text))
    return nfc("".join(typed))


def train(role: Role, parts: Mapping[Part, Sequence[Labelled]]) -> LinearClassifier:
    """Fit one reader; half of an example's weight is on the same text as it might be typed carelessly."""
    chance = random.Random(SEED)
    examples = [
        Example(text, [float(name == row.feeling) for name in SHADES], 0.5)
        for row in parts["train"]
        for text in (row.text(role), carelessly_typed(row.text(role), chance))
    ]
    held_out = [
        (text, row.feeling) for row in parts["validation"] for text in (row.text(role), without_marks(row.text(role)))
    ]
    texts, truths = zip(*held_out, strict=True)
    return calibrated(fit(examples, SHADES, l2=L2), texts, truths)


def by_their_replies(dialogues: Sequence[Dialogue], replies: LinearClassifier) -> list[Labelled]:
    """Dialogues that name no feeling, with that of their first reply where it is clear (SURE)."""
    found: list[Labelled] = []
    for dialogue in dialogues:
        shares = replies.probabilities(list(dialogue.conversation)[1].content)
        feeling = max(shares, key=lambda name: shares[name])
        if shares[feeling] >= SURE:
            found.append(_labelled(dialogue, feeling))
    return found


def polarity(probabilities: Mapping[str, float]) -> str:
    """The most probable of glad, neutral, mixed and painful (the sum of the rest)."""
    shares: dict[str, float] = defaultdict(float)
    for feeling, share in probabilities.items():
        shares[_kind(feeling)] += share
    return max(shares, key=lambda name: shares[name])


def figures(classifier: LinearClassifier, rows: Sequence[tuple[str, str]]) -> str:
    """Accuracy and both confusion tables for pairs of text and feeling; a table's row is true, its column was read."""
    truths = [feeling for _, feeling in rows]
    read = [classifier.probabilities(text) for text, _ in rows]
    best = [max(shares, key=lambda name: shares[name]) for shares in read]
    coarse, coarse_truths = [polarity(shares) for shares in read], [_kind(truth) for truth in truths]
    return "\n".join(
        [
            f"{len(rows)} texts: {_share(best, truths):.1%} of the nine feelings, "
            f"{_share(coarse, coarse_truths):.1%} of glad, neutral, mixed and painful",
            _table(truths, best, SHADES),
            _table(coarse_truths, coarse, POLARITIES),
        ]
    )


MANNERS: dict[str, Callable[[str], str]] = {
    "as written": str,
    "without punctuation": without_marks,
    'with "!" at the end': lambda text: f"{text.rstrip(' .।!')}!",
}
"""How the texts are written that the readers are measured on."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=DEFAULT_CORPUS, help="folder of JSONL dialogues")
    parser.add_argument("--out-folder", type=Path, help="where to write the two files of weights")
    parser.add_argument("--part", choices=PARTS, default="validation", help="what to measure on (default: validation)")
    arguments = parser.parse_args(argv)
    try:
        dialogues = split(load_dialogues(arguments.corpus).dialogues)
        feelings = named_feelings(arguments.corpus)
        parts = labelled(dialogues, feelings)
        readers = _trained(dialogues, feelings) if arguments.out_folder else {role: reader(role) for role in ROLES}
        for role in ROLES:
            for manner, written in MANNERS.items():
                print(f"{role}, {arguments.part}, {manner}")
                print(figures(readers[role], [(written(row.text(role)), row.feeling) for row in parts[arguments.part]]))
        unnamed = [dialogue for dialogue in dialogues[arguments.part] if dialogue.id not in feelings]
        print("message, other dialogues, whose feeling the reply tells")
        print(
            figures(
                readers["message"], [(row.message, row.feeling) for row in by_their_replies(unnamed, readers["reply"])]
            )
        )
        if arguments.out_folder:
            arguments.out_folder.mkdir(parents=True, exist_ok=True)
            for role in ROLES:
                with write_whole(arguments.out_folder / FILES[role]) as file:
                    file.write(readers[role].packed())
    except (DialogueError, WeightsError) as error:
        print(f"feelings: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"feelings: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


def _trained(dialogues: Mapping[Part, Sequence[Dialogue]], feelings: Mapping[str, str]) -> dict[Role, LinearClassifier]:
    parts = labelled(dialogues, feelings)
    replies = train("reply", parts)
    unnamed = [dialogue for dialogue in dialogues["train"] if dialogue.id not in feelings]
    more = by_their_replies(unnamed, replies)
    print(
        f"{len(parts['train'])} dialogues name their feeling; {len(more)} of {len(unnamed)} others tell it by the reply"
    )
    return {"message": train("message", {**parts, "train": [*parts["train"], *more]}), "reply": replies}


def named_feelings(corpus: Path) -> dict[str, str]:
    """The feeling of each dialogue that names one, by id."""
    found: dict[str, str] = {}
    for file in sorted(corpus.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8-sig").split("\n"):
            row = json.loads(line) if line.strip() else {}
            if "feeling" in row:
                if row["feeling"] not in SHADES:
                    raise DialogueError(
                        f"{file}: {row['id']} has the feeling {row['feeling']!r}; known are {', '.join(SHADES)}"
                    )
                found[str(row["id"])] = row["feeling"]
    if not found:
        raise DialogueError(f"{corpus}: no dialogue names its feeling")
    return found


def _labelled(dialogue: Dialogue, feeling: str) -> Labelled:
    message, reply = list(dialogue.conversation)[:2]
    return Labelled(to_bengali(message.content), reply.content, feeling)


def _kind(feeling: str) -> str:
    return "painful" if feeling in PAINFUL else feeling


def _share(read: Sequence[str], truths: Sequence[str]) -> float:
    return sum(a == b for a, b in zip(read, truths, strict=True)) / len(truths)


def _table(truths: Sequence[str], read: Sequence[str], names: Sequence[str]) -> str:
    counts = Counter(zip(truths, read, strict=True))
    lines = ["".join(f"{name:>9}" for name in ("", *names))]
    lines += [f"{truth:>9}" + "".join(f"{counts[truth, name]:>9}" for name in names) for truth in names]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
