"""How fast an engine answers and how much memory it takes: `python bench/engine_speed.py [--model M] [--runs N]`.

Each run is a process of its own that loads the model, answers one opening and then a second turn, and prints medians.
Tokens a second are those of the reply after its first token; the prompt is timed by the first token.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from threading import Event

OPENING, SECOND = "আমার মন খুব খারাপ", "কাল রাতেও ঘুম হয়নি, কাউকে বলতেও পারছি না"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="sahayok-nano")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(measure(options.model, options.threads)))
        return
    command = [sys.executable, __file__, "--once", "--model", options.model, "--threads", str(options.threads)]
    rows = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(options.runs)]  # noqa: S603
    cores = len(os.sched_getaffinity(0))
    print(f"{options.model}, {options.threads} threads on {cores} cores, median of {options.runs} (lowest, highest)")
    for name in rows[0]:
        values = [row[name] for row in rows]
        print(f"  {name:<44}{statistics.median(values):>9.2f}  ({min(values):.2f}, {max(values):.2f})")


def measure(name: str, threads: int) -> dict[str, float]:
    from sahayok.conversation import Conversation
    from sahayok.counsellor import Counsellor
    from sahayok.engines.engine import Sampling
    from sahayok.engines.loading import load_engine
    from sahayok.models import find_model

    started = time.perf_counter()
    engine = load_engine(find_model(name), threads=threads)
    loaded = time.perf_counter() - started
    counsellor = Counsellor(engine, sampling=Sampling(temperature=0.6, repeat_penalty=1.05, max_tokens=96, seed=1))
    conversation = Conversation().said(OPENING)
    figures = {"load, s": loaded}
    rates = []
    for turn, following in (("first", SECOND), ("second", "")):
        pieces = list(counsellor.reply(conversation, stop=Event()))
        counts = pieces[-1].counts
        assert counts is not None
        figures[f"{turn} turn: time to first token, s"] = counts.seconds_to_first_token
        figures[f"{turn} turn: prompt tokens evaluated"] = counts.evaluated_tokens
        rates.append((counts.new_tokens - 1) / (counts.seconds - counts.seconds_to_first_token))
        conversation = conversation.answered("".join(piece.text for piece in pieces)).said(following)
    figures["tokens a second"] = statistics.mean(rates)
    figures["peak resident memory of the process, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    engine.close()
    return figures


if __name__ == "__main__":
    main()
