"""The metrics, a file a family, in the order in which they are reported."""

from __future__ import annotations

from eval_harness.metrics.diversity import Distinct1, Distinct1Ratio, Distinct2, Distinct2Ratio, SelfBleu
from eval_harness.metrics.fit import OppositeFeeling
from eval_harness.metrics.following import Recalled
from eval_harness.metrics.form import (
    CompleteRate,
    EmptyRate,
    LengthRatio,
    LenientCompleteRate,
    RepeatedFourgrams,
    ReplyWords,
)
from eval_harness.metrics.likelihood import BitsPerByte, TokenPerplexity
from eval_harness.metrics.metric import Metric
from eval_harness.metrics.overlap import Bleu, ChrF
from eval_harness.metrics.relevance import OwnQuestionFirst, OwnQuestionRank
from eval_harness.metrics.rouge import Rouge1, Rouge2, RougeL
from eval_harness.metrics.script import BengaliShare, DriftRate, ReplacementCharacters
from eval_harness.metrics.speed import BytesPerSecond, EvaluatedPromptTokens, TimeToFirstToken, TokensPerSecond
from eval_harness.metrics.subword import SubwordBleu, SubwordRougeL
from eval_harness.records import Header
from eval_harness.subword_tokenizer import SubwordTokenizer


def metrics_for(header: Header | None, subword: SubwordTokenizer | None = None) -> list[Metric]:
    """Every metric, for the records under `header`; those on sub-word pieces only with a tokenizer."""
    on_pieces: list[Metric] = [SubwordBleu(subword), SubwordRougeL(subword)] if subword else []
    tokenizer = f"of-model-{header.model_sha256[:12]}" if header else "unknown"
    return [
        BitsPerByte(),
        TokenPerplexity(tokenizer),
        ChrF(),
        Bleu(),
        Rouge1(),
        Rouge2(),
        RougeL(),
        *on_pieces,
        OwnQuestionFirst(),
        OwnQuestionRank(),
        Recalled(),
        OppositeFeeling(),
        BengaliShare(),
        DriftRate(),
        ReplacementCharacters(),
        CompleteRate(),
        LenientCompleteRate(),
        EmptyRate(),
        RepeatedFourgrams(),
        Distinct1(),
        Distinct2(),
        Distinct1Ratio(),
        Distinct2Ratio(),
        SelfBleu(),
        ReplyWords(),
        LengthRatio(),
        TimeToFirstToken(),
        TokensPerSecond(),
        BytesPerSecond(),
        EvaluatedPromptTokens(),
    ]
