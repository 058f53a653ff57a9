"""What two runs must share before a number of one may stand beside that of the other."""

from __future__ import annotations

from dataclasses import asdict

from eval_harness.metrics.likelihood import TokenPerplexity
from eval_harness.metrics.metric import Metric
from eval_harness.metrics.speed import BytesPerSecond, EvaluatedPromptTokens, TimeToFirstToken, TokensPerSecond
from eval_harness.record_sets import RecordSet
from eval_harness.records import Header

TIMES = (TimeToFirstToken, TokensPerSecond, BytesPerSecond)
_INSTEAD = {TokenPerplexity: "bits_per_byte", TokensPerSecond: "bytes_per_second", EvaluatedPromptTokens: None}
"""Metrics that count in tokens, and what says the same in bytes."""


def why_not(metric: Metric, base: Header | None, other: Header | None) -> str | None:
    """Why the values of `metric` in two runs cannot be compared; None where they can."""
    if base is None or other is None:
        return None  # such records hold neither times nor tokens
    if type(metric) in _INSTEAD and base.model_sha256 != other.model_sha256:
        instead = _INSTEAD[type(metric)]
        use = f": use {instead}" if instead else ""
        return f"the model files differ, and a token of one need not be a token of the other{use}"
    if isinstance(metric, TIMES):
        for key in ("device", "threads", "parallel"):
            mine, theirs = getattr(base, key), getattr(other, key)
            if mine != theirs:
                return f"{key} differs: {_told(mine)} and {_told(theirs)}"
    return None


def about_runs(base: RecordSet, other: RecordSet) -> list[str]:
    """A sentence for all that differs in how the replies were asked for, beside the model itself."""
    for one in (base, other):
        if one.header is None:
            return [f"{one.name} is of another program: how its replies were asked for is not known."]
    assert base.header is not None and other.header is not None
    mine, theirs = _conditions(base.header), _conditions(other.header)
    return [
        f"The runs differ in {name}: {_told(mine[name])} and {_told(theirs[name])}."
        for name in mine
        if mine[name] != theirs[name]
    ]


def _conditions(header: Header) -> dict[str, object]:
    return {
        "suite": header.suite,
        "corpus": f"{header.corpus} ({header.corpus_sha256[:12]})",
        "split": header.split,
        "repeats": header.repeats,
        "replies generated at once": header.parallel,
        "persona": header.persona_version,
        "system prompt": header.system_prompt,
        **{f"sampling, {key}": value for key, value in asdict(header.sampling).items()},
    }


def _told(value: object) -> str:
    text = "the engine's choice" if value is None else " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:60]}…"
