"""How often the feeling of a message is read rightly: `python bench/feeling_reading.py [--model NAME]`.

Over the first messages with a known feeling of the corpus' validation part: the classifier that comes with the
package, the model asked for it, and both together (sahayok/feeling_reader.py). The second table says what follows for
the words of comfort: which group of reviewed sentences is chosen (sahayok/reviewed.py), and how often it is wrong.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from eval_harness.text_table import table
from sahayok.engines.loading import load_engine
from sahayok.feeling_reader import PAINFUL, SHADES, feelings_of, message_feelings, model_feelings
from sahayok.models import EMBEDDED, find_model
from sahayok.reviewed import group_for
from sahayok.romanised import to_bengali
from training.dialogues import load_dialogues
from training.splits import split

CORPUS = Path(__file__).parent.parent / "training" / "corpus" / "dialogues"
READ = Callable[[str], Mapping[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=EMBEDDED)
    engine = load_engine(find_model(parser.parse_args().model))
    known = [dialogue for dialogue in split(load_dialogues(CORPUS).dialogues)["validation"] if dialogue.feeling]
    messages = [(to_bengali(dialogue.conversation.messages[0].content), dialogue.feeling) for dialogue in known]
    readers: dict[str, READ] = {
        "classifier": message_feelings,
        "model": partial(model_feelings, engine),
        "both": partial(feelings_of, model=engine),
    }
    print(f"{len(messages)} messages\n")
    rows = []
    for name, read in readers.items():
        started = time.perf_counter()
        opinions = [read(text) for text, _ in messages]
        spent = (time.perf_counter() - started) * 1000 / len(messages)
        rows.append([name, *accuracy(opinions, [feeling for _, feeling in messages]), f"{spent:.1f}"])
    print("\n".join(table(["", "right of nine", "right kind", "nats", "ms a message"], rows)))
    groups = Counter(
        verdict(group_for("comfort", felt), known) for felt, (_, known) in zip(opinions, messages, strict=True)
    )
    print("\nThe words of comfort chosen by both:")
    for outcome, count in groups.most_common():
        print(f"  {outcome:<28}{count:>5}  {100 * count / len(messages):5.1f} %")
    engine.close()


def accuracy(opinions: list[Mapping[str, float]], known: list[str]) -> list[str]:
    """Share right of nine feelings, share right of four kinds (pain, glad, neutral, mixed), mean negative log of the
    probability given to what it is."""
    best = [max(felt, key=lambda shade: felt[shade]) for felt in opinions]
    right = sum(one == other for one, other in zip(best, known, strict=True)) / len(known)
    kind = sum(kind_of(one) == kind_of(other) for one, other in zip(best, known, strict=True)) / len(known)
    nats = -sum(math.log(felt[other]) for felt, other in zip(opinions, known, strict=True)) / len(known)
    return [f"{right:.3f}", f"{kind:.3f}", f"{nats:.3f}"]


def kind_of(feeling: str) -> str:
    return "painful" if feeling in PAINFUL else feeling


def verdict(group: str, known: str) -> str:
    if group not in SHADES:
        return "for any message" if group == "any" else "for pain, rightly" if known in PAINFUL else "for pain, wrongly"
    if group == known:
        return "for this feeling"
    if kind_of(group) == kind_of(known):
        return "for another pain"
    return "gladness at pain" if group == "glad" and known in PAINFUL else "for a wrong feeling"


if __name__ == "__main__":
    main()
