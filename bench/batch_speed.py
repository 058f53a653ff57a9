"""How much faster replies come several at once: `python bench/batch_speed.py [MODEL] [--items N] [--parallel 1 2 4 8]`.

The prompts are those of the validation split, the sampling is the persona's. Each round answers all of them one by one
(`stream`, forgetting before each) and then at every width (`replies`); printed are medians over the rounds with lowest
and highest, and the ratio to the same round's one by one. Memory is the most that was seen after a reply.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from sahayok.conversation import Conversation, Message
from sahayok.engines.engine import BatchEngine, PromptTooLong, Reply, Request
from sahayok.engines.loading import load_engine
from sahayok.engines.resources import free_cores
from sahayok.models import EMBEDDED, find_model
from sahayok.persona import load_persona
from training.dialogues import load_dialogues
from training.splits import split

CORPUS = Path(__file__).resolve().parent.parent / "training" / "corpus" / "dialogues"


@dataclass(frozen=True, slots=True)
class Result:
    seconds: float
    replies: int
    tokens: int
    memory_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default=EMBEDDED, metavar="MODEL")
    parser.add_argument("--items", type=int, default=32)
    parser.add_argument("--parallel", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=free_cores(), help="default: those that are free now")
    options = parser.parse_args()
    model = find_model(options.model)
    engine = load_engine(model, threads=options.threads)
    requests = list(_requests(options.items))
    _one_by_one(engine, requests[:2])  # the first calls make what later ones find
    rounds = []
    for _ in range(options.rounds):
        results = {"one by one": _one_by_one(engine, requests)}
        for parallel in options.parallel:
            results[f"parallel {parallel}"] = _at_once(engine, requests, parallel)
        rounds.append(results)
    engine.close()
    place = _gpu() or f"{platform.machine()}, {options.threads} threads on {len(os.sched_getaffinity(0))} cores"
    answered = rounds[0]["one by one"].replies
    print(f"{model.name}, {place}, {answered} of {len(requests)} prompts answered, median of {options.rounds} rounds")
    print(f"{'':<14}{'tokens/s':>10}{'(lowest, highest)':>20}{'replies/s':>11}{'ratio':>8}{'memory, MB':>12}")
    for name in rounds[0]:
        speeds = [results[name].tokens / results[name].seconds for results in rounds]
        ratios = [
            speed / (results["one by one"].tokens / results["one by one"].seconds)
            for speed, results in zip(speeds, rounds, strict=True)
        ]
        replies = statistics.median(results[name].replies / results[name].seconds for results in rounds)
        spread = f"({min(speeds):.0f}, {max(speeds):.0f})"
        memory = max(results[name].memory_mb for results in rounds)
        print(
            f"{name:<14}{statistics.median(speeds):>10.0f}{spread:>20}{replies:>11.2f}"
            f"{statistics.median(ratios):>8.2f}{memory:>12.0f}"
        )


def _requests(count: int) -> Iterator[Request]:
    """The first prompts of the validation split, each with a seed of its own."""
    persona = load_persona()
    prompts: list[tuple[Message, ...]] = [
        persona.prompt(Conversation(dialogue.conversation.messages[:index]))
        for dialogue in split(load_dialogues(CORPUS).dialogues)["validation"]
        for index in range(1, len(dialogue.conversation.messages), 2)
    ]
    for seed, prompt in enumerate(prompts[:count], start=1):
        yield Request(prompt, replace(persona.sampling, seed=seed))


def _one_by_one(engine: BatchEngine, requests: Sequence[Request]) -> Result:
    started = time.perf_counter()
    replies = tokens = 0
    memory = 0.0
    for request in requests:
        engine.forget()
        try:
            last = list(engine.stream(request.messages, request.sampling, stop=Event()))[-1]
        except PromptTooLong:
            continue
        assert last.counts is not None
        replies += 1
        tokens += last.counts.new_tokens
        memory = max(memory, _memory_mb())
    return Result(time.perf_counter() - started, replies, tokens, memory)


def _at_once(engine: BatchEngine, requests: Sequence[Request], parallel: int) -> Result:
    started = time.perf_counter()
    replies = tokens = 0
    memory = 0.0
    for _, reply in engine.replies(requests, parallel=parallel, stop=Event()):
        if isinstance(reply, Reply):
            replies += 1
            tokens += reply.counts.new_tokens
            memory = max(memory, _memory_mb())
    return Result(time.perf_counter() - started, replies, tokens, memory)


def _memory_mb() -> float:
    """Resident memory of this process; where torch has a GPU, what it holds there."""
    if _gpu() is not None:
        return float(sys.modules["torch"].cuda.memory_reserved()) / 1e6
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _gpu() -> str | None:
    """The name of the GPU that transformers works on; llama.cpp does not load torch."""
    torch = sys.modules.get("torch")
    return str(torch.cuda.get_device_name()) if torch is not None and torch.cuda.is_available() else None


if __name__ == "__main__":
    main()
