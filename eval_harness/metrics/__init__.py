"""The metrics, a file a family, in the order in which they are reported."""

from __future__ import annotations

from eval_harness.metrics.form import CompleteRate, DistinctBigrams, EmptyRate, LengthRatio, RepeatedFourgrams
from eval_harness.metrics.likelihood import BitsPerByte, TokenPerplexity
from eval_harness.metrics.metric import Metric
from eval_harness.metrics.overlap import Bleu, ChrF
from eval_harness.metrics.rouge import RougeL
from eval_harness.metrics.script import BengaliShare, DriftRate, ReplacementCharacters
from eval_harness.metrics.speed import BytesPerSecond, EvaluatedPromptTokens, TimeToFirstToken, TokensPerSecond
from eval_harness.records import Header


def metrics_for(header: Header) -> list[Metric]:
    """Every metric, for the records under `header`."""
    return [
        BitsPerByte(),
        TokenPerplexity(tokenizer=f"of-model-{header.model_sha256[:12]}"),
        ChrF(),
        Bleu(),
        RougeL(),
        BengaliShare(),
        DriftRate(),
        ReplacementCharacters(),
        CompleteRate(),
        EmptyRate(),
        RepeatedFourgrams(),
        DistinctBigrams(),
        LengthRatio(),
        TimeToFirstToken(),
        TokensPerSecond(),
        BytesPerSecond(),
        EvaluatedPromptTokens(),
    ]
