"""How well the check of opposite feeling agrees with a reader: `python bench/fit_accuracy.py [--half development]`.

Over the labelled pairs of eval_harness/fit: precision, recall and F1 of the verdict "opposite", how many messages are
judged to feel what the reader says, and every pair on which check and reader disagree. "Cannot tell" counts as not
found. Intervals are Wilson's, 95 %; that of F1 is from 1,000 bootstrap resamples of messages.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from eval_harness.fit.judge import feeling_of, lexicon_signature, opposite
from eval_harness.fit.sample import Pair, load_sample
from eval_harness.intervals import Array, Clusters
from eval_harness.metrics.proportion import wilson


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=["development", "test"], default="test")
    half = parser.parse_args().half
    pairs = [pair for pair in load_sample() if pair.half == half]
    print(f"lexicon {lexicon_signature()}, {half} half\n")
    for source in ("written", "real"):
        report(source, [pair for pair in pairs if pair.source == source])
    messages = {pair.message: pair.feeling for pair in pairs}
    print("feeling of the message: reader / check, different messages")
    for feeling in ("sad", "glad", "none"):
        found = [feeling_of(message) or "none" for message, label in messages.items() if label == feeling]
        counts = ", ".join(f"{other} {found.count(other)}" for other in ("sad", "glad", "none"))
        print(f"  {feeling:<5} of {len(found)}: {counts}")


def report(source: str, pairs: Sequence[Pair]) -> None:
    verdicts = [opposite(pair.message, pair.reply) for pair in pairs]
    hits = np.array(
        [
            (pair.label == "opposite" and verdict is True, verdict is True, pair.label == "opposite")
            for pair, verdict in zip(pairs, verdicts, strict=True)
        ],
        dtype=np.float64,
    )
    right, said, meant = (int(total) for total in hits.sum(axis=0))
    clusters = Clusters([pair.message for pair in pairs])
    interval = clusters.bootstrap(f1(clusters.resampled_sums(hits))) or (float("nan"), float("nan"))
    print(f"{source}: {len(pairs)} pairs, {meant} opposite; cannot tell {verdicts.count(None)}")
    print(f"  precision {shown(right, said)}   recall {shown(right, meant)}")
    print(f"  F1 {f1(hits.sum(axis=0, keepdims=True))[0]:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]")
    for pair, verdict in zip(pairs, verdicts, strict=True):
        if (pair.label == "opposite") != (verdict is True):
            kind = "missed" if pair.label == "opposite" else "false alarm"
            check = feeling_of(pair.message) or "cannot tell"
            print(f"  {kind} {pair.id} ({pair.feeling}, check: {check}): {pair.message} => {pair.reply}")
    print()


def f1(sums: Array) -> Array:
    """2 · right / (said + meant) of each row (right, said, meant)."""
    scores: Array = 2 * sums[:, 0] / (sums[:, 1] + sums[:, 2])
    return scores


def shown(successes: int, n: int) -> str:
    if not n:
        return "none"
    low, high = wilson(successes, n)
    return f"{successes}/{n} = {successes / n:.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
