"""How long scoring takes: `python bench/scoring_speed.py [--items N ...] [--subword-tokenizer PATH]`.

The records are made from the project's own dialogues: their replies are the references, another of them each is what a
model said. With more items than the dialogues have, they come round again. Loading a record file is not in the times.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from eval_harness.chance import central_reference, constant_score, floor
from eval_harness.errors import MetricError
from eval_harness.metrics import metrics_for
from eval_harness.metrics.metric import Metric, OverlapMetric
from eval_harness.records import Record
from eval_harness.subword_tokenizer import load_tokenizer
from sahayok.engines.engine import Counts, Scored
from sahayok.models import EMBEDDED, find_model
from training.cli import DEFAULT_CORPUS
from training.dialogues import load_dialogues


def main() -> None:
    parser = argparse.ArgumentParser(description="Time every metric with its interval, floor and constant reply.")
    parser.add_argument("--items", type=int, nargs="+", default=[200, 10_000])
    parser.add_argument("--subword-tokenizer", type=Path, default=find_model(EMBEDDED))
    options = parser.parse_args()
    metrics = metrics_for(None, load_tokenizer(options.subword_tokenizer))
    for items in options.items:
        _score(metrics, made_records(items))
        # The peak is the process's own, so of all sizes so far: give them in rising order.
        print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB resident\n")


def made_records(count: int) -> list[Record]:
    """`count` records whose replies are other references."""
    turns = [
        (dialogue, place, message.content)
        for dialogue in load_dialogues(DEFAULT_CORPUS).dialogues
        for place, message in enumerate(dialogue.conversation)
        if message.role == "assistant"
    ]
    draw = random.Random(1)
    records = []
    for index in range(count):
        dialogue, place, reference = turns[index % len(turns)]
        conversation = f"{dialogue.id}-{index // len(turns)}"
        reply = draw.choice(turns)[2]
        size = len(reference.encode())
        records.append(
            Record(
                id=f"{conversation}#{place}",
                conversation_id=conversation,
                messages=dialogue.conversation.messages[:place],
                reference=reference,
                reply=reply,
                finish="eot",
                counts=Counts(100, 100, 30, draw.uniform(1, 3), draw.uniform(0.1, 0.5)),
                likelihood=Scored(draw.uniform(0.3, 0.5) * size, size // 8 + 1, size),
            )
        )
    return records


def _score(metrics: list[Metric], records: list[Record]) -> None:
    begin = time.perf_counter()
    constant = central_reference(records)
    print(f"{len(records)} items")
    print(f"{'seconds':<24}{'score':>8}{'floor':>8}{'for all':>8}")
    print(f"{'one reply for all':<24}{time.perf_counter() - begin:>8.2f}")
    for metric in metrics:
        times = [_seconds(partial(metric.compute, records))]
        if isinstance(metric, OverlapMetric):
            times.append(_seconds(partial(floor, metric, records)))
            times.append(_seconds(partial(constant_score, metric, constant, records)))
        print(f"{metric.name:<24}" + "".join(f"{seconds:>8.2f}" for seconds in times))
    print(f"{'all':<24}{time.perf_counter() - begin:>8.2f}")


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    try:
        work()
    except MetricError as error:
        print(f"({error})")
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
