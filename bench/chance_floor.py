"""What overlap scores say of unrelated replies: `python bench/chance_floor.py [--corpus PATH] [--tokenizer PATH ...]`.

Replies of the corpus are paired with replies to people in another situation, which have nothing to say to each other
but the language. Each score is the mean over 200 such pairings with the band of 95 % of them: once over all lengths,
once among replies of about the same length. A published number within the band says nothing about the replies.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval_harness.chance import BUCKET, pairings
from eval_harness.intervals import Array, Indices
from eval_harness.metrics.metric import OverlapMetric
from eval_harness.metrics.overlap import Bleu, ChrF
from eval_harness.metrics.rouge import Positions, Rouge1, Rouge2, RougeL
from eval_harness.metrics.subword import SubwordBleu, SubwordRougeL
from eval_harness.subword_tokenizer import load_tokenizer
from sahayok.bengali import words
from sahayok.models import EMBEDDED, find_model
from training.cli import DEFAULT_CORPUS
from training.dialogues import load_dialogues

WORDS = 60
SHUFFLES = 200
SEED = 1
PUBLISHED = {"BLEU (sub-word)": 22.76, "ROUGE-L (sub-word)": 35.98}
"""Llama 3.1 8B fine-tuned on the Bengali Empathetic Conversations Corpus, 198 test rows, in points of 100."""


class DefaultRougeL(RougeL):
    """ROUGE-L with rouge-score's own tokenizer, which keeps a-z and 0-9. Raises ImportError without that package."""

    def __init__(self) -> None:
        from rouge_score.tokenizers import DefaultTokenizer

        self._tokenizer = DefaultTokenizer()

    def prepare(self, text: str) -> Positions:
        return Positions.of(self._tokenizer.tokenize(text))


def main() -> None:
    parser = argparse.ArgumentParser(description="Overlap scores of unrelated replies, beside published ones.")
    parser.add_argument("--corpus", type=Path, default=DEFAULT_CORPUS)
    parser.add_argument("--tokenizer", type=Path, action="append", help="repeatable; default: the embedded model's")
    parser.add_argument("--replies", type=int, default=200)
    options = parser.parse_args()
    situations, texts = short_replies(options.corpus, options.replies)
    if len(texts) < 2:
        parser.error(f"a pairing needs two replies, and {options.corpus} gave {len(texts)} under {WORDS} words")
    generator = np.random.default_rng(SEED)
    mixed = pairings(situations, SHUFFLES, generator)
    alike = _of_similar_length(situations, texts, generator)
    print(f"{len(texts)} replies under {WORDS} words, {SHUFFLES} pairings with other situations, of 100\n")
    print(f"{'':<30}{'all lengths':>12}{'95 %':>16}{'similar':>12}{'95 %':>16}{'published':>11}")
    for path in options.tokenizer or [find_model(EMBEDDED)]:
        tokenizer = load_tokenizer(path)
        each_word = sum(len(tokenizer(text)) for text in texts) / sum(len(words(text)) for text in texts)
        print(f"{path.name}: {each_word:.1f} pieces a word")
        on_pieces: list[OverlapMetric[Any]] = [SubwordBleu(tokenizer), SubwordRougeL(tokenizer)]
        for metric in on_pieces:
            _print_row(metric.name, metric, texts, mixed, alike)
    print("whole words and letters")
    on_words: list[OverlapMetric[Any]] = [Bleu(), ChrF(), Rouge1(), Rouge2(), RougeL()]
    for metric in on_words:
        _print_row(metric.name, metric, texts, mixed, alike)
    _print_row("chrF", ChrF(word_order=0), texts, mixed, alike)
    try:
        _print_row("ROUGE-L, rouge-score's words", DefaultRougeL(), texts, mixed, alike)
    except ImportError:
        print("  no row with rouge-score's own tokenizer: that package is not installed")
    print("\nThe published numbers are on Llama 3's pieces, about 7 a Bengali word.")


def short_replies(corpus: Path, count: int) -> tuple[list[str], list[str]]:
    """Situations and texts of up to `count` drawn replies under WORDS words."""
    replies = [
        (dialogue.situation, message.content)
        for dialogue in load_dialogues(corpus).dialogues
        for message in dialogue.conversation
        if message.role == "assistant" and len(words(message.content)) < WORDS
    ]
    drawn = random.Random(SEED).sample(replies, min(count, len(replies)))
    return [situation for situation, _ in drawn], [text for _, text in drawn]


def _of_similar_length(situations: Sequence[str], texts: Sequence[str], generator: np.random.Generator) -> Indices:
    """Pairings within parts of BUCKET texts that are next to each other by length."""
    by_length = np.argsort([len(words(text)) for text in texts], kind="stable")
    rows = np.empty((SHUFFLES, len(texts)), dtype=np.int64)
    for part in np.array_split(by_length, max(1, len(texts) // BUCKET)):
        rows[:, part] = part[pairings([situations[index] for index in part], SHUFFLES, generator)]
    return rows


def _print_row(name: str, metric: OverlapMetric[Any], texts: Sequence[str], *orders: Indices) -> None:
    prepared = [metric.prepare(text) for text in texts]
    line = f"  {name:<28}"
    for rows in orders:
        scores = _scores(metric, prepared, rows)
        low, high = np.percentile(scores, [2.5, 97.5])
        line += f"{scores.mean():>12.2f}{f'{low:.2f} - {high:.2f}':>16}"
    print(line + (f"{PUBLISHED[name]:>11}" if name in PUBLISHED else ""))


def _scores(metric: OverlapMetric[Any], prepared: Sequence[Any], rows: Indices) -> Array:
    """The score of each pairing."""
    sums = [
        np.sum([metric.pair(prepared[index], prepared[other]) for index, other in enumerate(row)], axis=0)
        for row in rows.tolist()
    ]
    return metric.value(np.array(sums, dtype=np.float64))


if __name__ == "__main__":
    main()
