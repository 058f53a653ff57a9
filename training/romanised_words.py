"""The word table for reading romanised Bengali: `python -m training.romanised_words --text SHARDS --out FILE`.

From Bengali text it keeps the most frequent words, how frequent each is, and which pairs of them stand together more
than chance. No passage of the text is kept. The package's own table, sahayok/romanised/words.txt.gz, was made with
`--dialogues training/corpus/dialogues`.
"""

from __future__ import annotations

import argparse
import gzip
import math
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from pathlib import Path

import regex

from sahayok.bengali import nfc
from sahayok.files import write_whole
from sahayok.romanised.spelling import bengali_readings
from sahayok.romanised.table import FORMAT, LEVEL_WIDTH, PAIR_LEVELS, PAIR_WIDTH
from training.dialogues import DialogueError, load_dialogues
from training.text import CorpusError, expand, read_shard, without_repeated_paragraphs

WORDS = 75_000
PAIRS = 150_000
FEWEST_TEXTS = 8
"""A word of fewer texts is mostly a private person's name or a slip of the pen."""
FEWEST_PAIRS = 8
DIALOGUE_WEIGHT = 20
"""How many times a dialogue of this project counts: what is read is messages of that kind, and text mostly is not."""
APART_AT_LEAST = 1.5
"""How many times as often as together a verb and না stand apart, for the two to be left out as a word."""

_TOKEN = regex.compile(
    r"(?P<word>[\u0985-\u09b9\u09ce\u09f0\u09f1][\u0980-\u0983\u0985-\u09ce\u09dc-\u09df\u200c\u200d]*)"
    r"|(?P<stop>[^\s])"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """`words` and `texts` say how often and in how many texts a word stands, `pairs` how often the two words of it
    follow each other with nothing but space between ("" first: at the beginning)."""

    words: Mapping[str, int]
    texts: Mapping[str, int]
    pairs: Mapping[tuple[str, str], int]


def count(texts: Iterable[str], vocabulary: int = WORDS) -> Counts:
    """Count the words of texts, and the pairs of the `vocabulary` most frequent."""
    ids: dict[str, int] = {"": 0}
    frequency, spread = Counter[int](), Counter[int]()
    run = array("I")
    for text in texts:
        found = array("I", [0])
        for match in _TOKEN.finditer(nfc(text)):
            if match.lastgroup == "word":
                found.append(ids.setdefault(match.group().strip("\u200c\u200d"), len(ids)))
            elif found[-1]:
                found.append(0)
        spread.update(set(found))
        frequency.update(found)
        run.extend(found)
    kept = {word for word, _ in frequency.most_common(vocabulary + 1)} | {0}
    pairs = Counter((a, b) for a, b in pairwise(run) if b and a in kept and b in kept)
    names = list(ids)
    return Counts(
        {names[word]: times for word, times in frequency.items()},
        {names[word]: times for word, times in spread.items()},
        {(names[first], names[second]): times for (first, second), times in pairs.items()},
    )


def table_text(counts: Counts, vocabulary: int = WORDS, pairs: int = PAIRS) -> str:
    """The table as sahayok.romanised.table describes it."""
    ranked = [
        word
        for word, times in sorted(counts.words.items(), key=lambda item: (-item[1], item[0]))
        if word and counts.texts[word] >= FEWEST_TEXTS and not _written_together(counts, word, times)
    ][:vocabulary]
    rank_of = {word: rank for rank, word in enumerate(ranked, start=1)} | {"": 0}
    total = sum(times for word, times in counts.words.items() if word)
    return "\n".join(
        [
            FORMAT,
            " ".join(map(str, _last_ranks([math.log(total / counts.words[word]) for word in ranked]))),
            *_keys(rank_of),
            *_followers(counts, rank_of, pairs),
        ]
    )


def _written_together(counts: Counts, word: str, times: int) -> bool:
    """Whether a word is a verb and না that are mostly written apart: জানিনা, and not ঘটনা."""
    verb = word.removesuffix("না")
    return verb != word and len(verb) > 2 and counts.pairs.get((verb, "না"), 0) >= APART_AT_LEAST * times


def _last_ranks(costs: Sequence[float]) -> list[int]:
    """For each level the last rank that is at it or before it."""
    last: list[int] = []
    for rank, cost in enumerate(costs, start=1):
        level = round(cost / LEVEL_WIDTH)
        last += [rank - 1] * (level - len(last))
        last[level:] = [rank]
    return last


def _keys(rank_of: Mapping[str, int]) -> list[str]:
    """The number of keys, then a line for each; a word stands under each of its keys once."""
    lines: dict[str, list[str]] = defaultdict(list)
    for word, rank in rank_of.items():
        for key, pieces in bengali_readings(word) if word else []:
            lines[key].append(f"{'|'.join(pieces)} {rank}")
    return [str(len(lines)), *(f"{key}\t" + "\t".join(entries) for key, entries in sorted(lines.items()))]


def _followers(counts: Counts, rank_of: Mapping[str, int], pairs: int) -> list[str]:
    """A line for each rank: the pairs that gain most, by count and by logarithm of the ratio to chance."""
    total = sum(counts.words.values())
    gains: list[tuple[float, int, int, int]] = []
    for (first, second), times in counts.pairs.items():
        if times >= FEWEST_PAIRS and first in rank_of and second in rank_of:
            ratio = math.log((times - 1) * total / (counts.words[first] * counts.words[second]))
            level = min(round(ratio / PAIR_WIDTH), len(PAIR_LEVELS))
            if level >= 1:
                gains.append((times * ratio, rank_of[first], rank_of[second], level))
    followers: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for _, first_rank, second_rank, level in sorted(gains, reverse=True)[:pairs]:
        followers[first_rank].append((second_rank, level))
    lines = []
    for rank in range(len(rank_of)):
        steps = pairwise([(0, 0), *sorted(followers[rank])])
        lines.append("".join(f"{after[0] - before[0]:x}{PAIR_LEVELS[after[1] - 1]}" for before, after in steps))
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, nargs="+", required=True, help="JSONL shards or folders")
    parser.add_argument("--dialogues", type=Path, help=f"JSONL dialogues, counted {DIALOGUE_WEIGHT} times")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args(argv)
    try:
        counts = count(chain(_shard_texts(arguments.text), _dialogue_texts(arguments.dialogues)))
        text = table_text(counts)
        with write_whole(arguments.out) as file:
            file.write(gzip.compress(text.encode(), mtime=0))
    except (CorpusError, DialogueError) as error:
        print(f"romanised_words: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"romanised_words: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


def _shard_texts(paths: Sequence[Path]) -> Iterator[str]:
    return without_repeated_paragraphs(chain.from_iterable(map(read_shard, expand(paths))))


def _dialogue_texts(path: Path | None) -> Iterator[str]:
    dialogues = load_dialogues(path).dialogues if path else []
    for dialogue in dialogues:
        for message in dialogue.conversation:
            yield from repeat(message.content, DIALOGUE_WEIGHT)


if __name__ == "__main__":
    sys.exit(main())
