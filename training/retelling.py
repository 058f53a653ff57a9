"""Which words a listener says for a person's own: `python -m training.retelling --out-folder sahayok/data`.

From the training part of a corpus, in which the first sentences of a reply say back what the message said, it learns
which word of a message is told again by which word of the reply, and writes retold_words.tsv (message word, reply
word, how often). The words are laid side by side by IBM's Model 1 (Brown et al. 1993), estimated in both directions
by EM from a start that favours words that are alike; a pair counts where both directions choose it. On the validation
part it then prints how well the rules and the table of sahayok/retelling.py tell.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import regex

from sahayok.bengali import ZWJ, ZWNJ, sentences
from sahayok.files import write_whole
from sahayok.retelling import retold, said_again, turned
from sahayok.romanised import to_bengali
from training.dialogues import Dialogue, DialogueError, load_dialogues
from training.splits import split

CORPUS = Path("training/corpus/dialogues")
FILE = "retold_words.tsv"
COMMAND = "python -m training.retelling --out-folder sahayok/data"
SENTENCES = 2
"""Of a reply that are read: what follows them is seldom the person's."""
ROUNDS = 5
ALIKE = 0.5
"""Likeness, 0 to 1, from which two words may be spellings of one."""
FEWEST_ALIKE, FEWEST_UNLIKE = 2, 4
"""How often a pair must be seen: the unlike are chance more often."""
SHARE = 0.03
"""Of a word's pairs, the least a pair must make up."""
LEAST_RATIO = 10.83
"""Of the log-likelihood (Dunning 1993): chance gives so much once in a thousand times."""
NOTHING = ""
"""The word that stands for what nothing in the message says."""

_WORD = regex.compile(r"[\u0980-\u09e3\u09f0\u09f1]+")

Pair = tuple[Sequence[str], Sequence[str]]


def bengali_words(text: str) -> list[str]:
    found: list[str] = _WORD.findall(text.replace(ZWNJ, "").replace(ZWJ, ""))
    return found


def exchanges(dialogues: Iterable[Dialogue]) -> list[tuple[str, str]]:
    """Each message in Bengali script, and the reply to it."""
    found = []
    for dialogue in dialogues:
        messages = list(dialogue.conversation)
        found += [
            (to_bengali(said.content), told.content) for said, told in zip(messages[::2], messages[1::2], strict=True)
        ]
    return found


def read(exchange: tuple[str, str]) -> Pair:
    message, reply = exchange
    return bengali_words(message), bengali_words(" ".join(sentences(reply)[:SENTENCES]))


@cache
def likeness(said: str, told: str) -> float:
    """How alike two words are: 1 for the same or a turned form, else 1 - edit distance / length, over clusters and
    their parts."""
    if said == told or told in turned(said):
        return 1.0
    if said[0] != told[0] and not (said[0] in "আএঅইঈউঊওও" and told[0] in "আএঅইঈউঊওও") and said[1:2] != told[1:2]:
        return 0.0
    longest = max(len(said), len(told))
    return 1 - _distance(said, told) / longest


def _distance(first: str, second: str) -> int:
    """Levenshtein's, over characters."""
    row = list(range(len(second) + 1))
    for number, character in enumerate(first, start=1):
        before, row[0] = row[0], number
        for place, other in enumerate(second, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (character != other))
    return row[-1]


def model1(pairs: Sequence[Pair]) -> Mapping[tuple[str, str], float]:
    """P(told | said) of Model 1 for the pairs (said, told) that stand in one exchange; NOTHING says too."""
    probability: dict[tuple[str, str], float] = {}
    for said, told in pairs:
        for word in dict.fromkeys(told):
            for source in (NOTHING, *dict.fromkeys(said)):
                if (source, word) not in probability:
                    alike = likeness(source, word) if source else 0.0
                    probability[source, word] = 1.0 if alike == 1 else alike**2 / 2 if alike >= ALIKE else 0.01
    for _ in range(ROUNDS):
        counts: dict[tuple[str, str], float] = defaultdict(float)
        totals: dict[str, float] = defaultdict(float)
        for said, told in pairs:
            sources = (NOTHING, *said)
            for word in told:
                shares = [probability[source, word] for source in sources]
                whole = sum(shares)
                for source, share in zip(sources, shares, strict=True):
                    counts[source, word] += share / whole
                    totals[source] += share / whole
        probability = {key: count / totals[key[0]] for key, count in counts.items()}
    return probability


@dataclass(frozen=True, slots=True)
class Aligner:
    """P(told | said) and P(said | told)."""

    told_for: Mapping[tuple[str, str], float]
    said_for: Mapping[tuple[str, str], float]

    @classmethod
    def learn(cls, pairs: Sequence[Pair]) -> Aligner:
        return cls(model1(pairs), model1([(told, said) for said, told in pairs]))

    def links(self, pair: Pair) -> list[tuple[int, int]]:
        """The places (in the message, in the reply) of words of which each is the other's best: near in place where
        several are as good."""
        said, told = pair
        best_for_said = [self._best(word, told, place / len(said), self.said_for) for place, word in enumerate(said)]
        best_for_told = [self._best(word, said, place / len(told), self.told_for) for place, word in enumerate(told)]
        return [
            (place, other)
            for place, other in enumerate(best_for_said)
            if other is not None and best_for_told[other] == place
        ]

    @staticmethod
    def _best(
        word: str, others: Sequence[str], where: float, probability: Mapping[tuple[str, str], float]
    ) -> int | None:
        """The place among `others` of the word that most likely gave this one; None where nothing did."""
        chances = [
            (probability.get((other, word), 0.0), -abs(where - place / len(others)), place)
            for place, other in enumerate(others)
        ]
        best = max(chances, default=None)
        return best[2] if best and best[0] > probability.get((NOTHING, word), 0.0) else None


def count_links(pairs: Sequence[Pair], aligner: Aligner) -> Counter[tuple[str, str]]:
    counts = Counter[tuple[str, str]]()
    for said, told in pairs:
        counts.update((said[place], told[other]) for place, other in aligner.links((said, told)))
    return counts


def kept(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """The pairs that are likelier than chance, by message word, the most frequent first. A word that is only ever
    told again as itself needs no line, unless a rule would turn it (a noun that ends as verbs do)."""
    of_said, of_told = Counter[str](), Counter[str]()
    for (said, told), times in counts.items():
        of_said[said] += times
        of_told[told] += times
    total = of_said.total()
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for (said, told), times in sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        if said == told or _kept(said, told, times, of_said[said], of_told[told], total):
            found[said][told] = times
    return {said: told for said, told in found.items() if set(told) != {said} or said not in (turned(said) or (said,))}


def _kept(said: str, told: str, times: int, of_said: int, of_told: int, total: int) -> bool:
    if told in turned(said):
        return True
    fewest = FEWEST_ALIKE if likeness(said, told) >= ALIKE else FEWEST_UNLIKE
    return (
        times >= fewest
        and times >= SHARE * of_said
        and times * total > of_said * of_told
        and log_likelihood_ratio(times, of_said, of_told, total) >= LEAST_RATIO
    )


def log_likelihood_ratio(both: int, first: int, second: int, total: int) -> float:
    """G² of a two by two table (Dunning 1993): how often both, the first, and the second were seen among `total`."""
    cells = (
        (both, first, second),
        (first - both, first, total - second),
        (second - both, total - first, second),
        (total - first - second + both, total - first, total - second),
    )
    return 2 * sum(seen * math.log(seen * total / (row * column)) for seen, row, column in cells if seen)


def table_text(found: Mapping[str, Mapping[str, int]]) -> str:
    lines = [f"# message word, reply word, how often; made by: {COMMAND}"]
    lines += [f"{said}\t{word}\t{times}" for said, told in found.items() for word, times in told.items()]
    return "\n".join(lines) + "\n"


def figures(exchanges_read: Sequence[tuple[str, str]], aligner: Aligner) -> str:
    """What share of the words of first reply sentences is said again, and how often a first person is turned as the
    reply turned it."""
    again = total = right = verbs = 0
    for message, reply in exchanges_read:
        said, told = bengali_words(message), bengali_words(sentences(reply)[0])
        turned_words = set(bengali_words(retold(message)))
        total += len(told)
        again += sum(said_again(word, said) for word in told)
        for place, other in aligner.links((said, told)) if said and told else ():
            if is_first_person(said[place]) and likeness(said[place], told[other]) >= ALIKE:
                verbs += 1
                right += told[other] in turned_words
    return (
        f"words of first sentences that are said again: {_share(again, total)}; "
        f"verbs in the first person that are turned as the reply turns them: {_share(right, verbs)}"
    )


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "none to count"


def is_first_person(word: str) -> bool:
    forms = turned(word)
    return bool(forms) and word not in forms and all(form.removesuffix("নি").endswith("ন") for form in forms)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--out-folder", type=Path, required=True)
    arguments = parser.parse_args(argv)
    try:
        parts = split(load_dialogues(arguments.corpus).dialogues)
    except DialogueError as error:
        print(f"retelling: {error}", file=sys.stderr)
        return 2
    pairs = [pair for pair in map(read, exchanges(parts["train"])) if all(pair)]
    aligner = Aligner.learn(pairs)
    found = kept(count_links(pairs, aligner))
    with write_whole(arguments.out_folder / FILE) as file:
        file.write(table_text(found).encode())
    print(f"{len(pairs)} exchanges; {len(found)} words, {sum(map(len, found.values()))} pairs")
    print(figures(exchanges(parts["validation"]), aligner))
    return 0


if __name__ == "__main__":
    sys.exit(main())
