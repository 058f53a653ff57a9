"""How well a model predicts the reference replies."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from eval_harness.intervals import Array
from eval_harness.metrics.metric import SumMetric, quotient
from eval_harness.records import Record


class BitsPerByte(SumMetric):
    """Sum of -ln p(reply and its end of turn | prompt) / (ln 2 * sum of the replies' UTF-8 bytes).

    The one likelihood that compares models with different tokenizers: each predicts the same bytes.
    """

    name = "bits_per_byte"
    version = 1
    unit = "bits a byte"
    direction = "lower"
    undefined = "the references have no bytes"
    needs = ("likelihood",)
    details = "text:reference|eot:yes|bytes:utf8|aggregate:corpus"

    def statistics(self, records: Sequence[Record]) -> Array:
        scored = [record.likelihood for record in records if record.likelihood is not None]
        return np.array([(reference.nats, reference.bytes) for reference in scored], dtype=np.float64)

    def value(self, sums: Array) -> Array:
        return quotient(sums) / math.log(2)


class TokenPerplexity(SumMetric):
    """exp(sum of nats / sum of tokens). Only models that share a tokenizer can be compared by it: the more bytes a
    token has, the higher it is for the same prediction."""

    name = "token_perplexity"
    version = 1
    unit = "a token"
    direction = "lower"
    undefined = "the perplexity is too large for a number"
    needs = ("likelihood",)

    def __init__(self, tokenizer: str) -> None:
        """`tokenizer` names the tokenizer in the signature."""
        self._tokenizer = tokenizer

    @property
    def details(self) -> str:
        return f"text:reference|eot:yes|tok:{self._tokenizer}|aggregate:corpus"

    def statistics(self, records: Sequence[Record]) -> Array:
        scored = [record.likelihood for record in records if record.likelihood is not None]
        return np.array([(reference.nats, reference.tokens) for reference in scored], dtype=np.float64)

    def value(self, sums: Array) -> Array:
        with np.errstate(over="ignore"):
            result: Array = np.exp(quotient(sums))
        return result
