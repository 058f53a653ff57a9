"""BLEU and ROUGE-L over a language model's sub-word pieces, for reading beside published numbers and for nothing else.

Published evaluations of Bengali models give Hugging Face evaluate's "bleu" and "rouge" the pieces of the model's own
tokenizer. Llama 3's has hardly a Bengali letter and cuts a word into about seven pieces, near its bytes: any two
Bengali texts share most of them, and unrelated ones score as high as what is published. The floor shows how high.

What those evaluations leave open is read so: the texts as they are, but for white space at the ends; the pieces of the
plain text, no control token; BLEU over the whole corpus with one reference; ROUGE-L as the mean of the replies' F1.
"""

from __future__ import annotations

from functools import lru_cache

from eval_harness.intervals import Array
from eval_harness.metrics.metric import OverlapMetric
from eval_harness.metrics.overlap import Ngrams, bleu, bleu_ngrams, bleu_statistics
from eval_harness.metrics.rouge import Positions, RougeL
from eval_harness.subword_tokenizer import SubwordTokenizer


class SubwordBleu(OverlapMetric[Ngrams]):
    """BLEU (Papineni et al. 2002) on sub-word pieces, up to 4-grams, not smoothed: evaluate's "bleu", which is
    tensorflow/nmt's `compute_bleu`. For reading beside published numbers only."""

    name = "BLEU (sub-word)"
    version = 1
    undefined = "no reply is four pieces long"

    def __init__(self, tokenizer: SubwordTokenizer) -> None:
        self._tokenizer = tokenizer

    @property
    def details(self) -> str:
        return f"norm:strip|tok:{self._tokenizer.name}|order:4|smooth:none|aggregate:corpus"

    def prepare(self, text: str) -> Ngrams:
        return bleu_ngrams(_pieces(self._tokenizer, text.strip()))

    def pair(self, reply: Ngrams, reference: Ngrams) -> list[float]:
        return bleu_statistics(reply, reference)

    def value(self, sums: Array) -> Array:
        return bleu(sums, smoothed=False)


class SubwordRougeL(RougeL):
    """ROUGE-L (Lin 2004) on sub-word pieces: evaluate's "rouge" with the same pieces. For reading beside published
    numbers only."""

    name = "ROUGE-L (sub-word)"
    version = 1

    def __init__(self, tokenizer: SubwordTokenizer) -> None:
        self._tokenizer = tokenizer
        self.details = f"norm:strip|tok:{tokenizer.name}|f:1|aggregate:mean"

    def prepare(self, text: str) -> Positions:
        return Positions.of(_pieces(self._tokenizer, text.strip()))


@lru_cache(maxsize=1 << 16)
def _pieces(tokenizer: SubwordTokenizer, text: str) -> str:
    """The text's pieces, each as the character with its number: runs of them are compared faster than lists."""
    return "".join(map(chr, tokenizer(text)))
