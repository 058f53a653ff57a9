from __future__ import annotations

import pytest

from eval_harness.comparison.comparability import about_runs, why_not
from eval_harness.metrics.likelihood import BitsPerByte, TokenPerplexity
from eval_harness.metrics.overlap import ChrF
from eval_harness.metrics.speed import BytesPerSecond, EvaluatedPromptTokens, TimeToFirstToken, TokensPerSecond
from eval_harness.record_sets import RecordSet
from sahayok.engines.engine import Sampling
from tests.eval_harness.made import a_header, a_set, pairs_of_lines, records_of

BASE = a_header()
OTHER_FILE = a_header(model="b.gguf", model_sha256="ef" * 32)


def test_one_tokenizer_or_no_figure_a_token() -> None:
    for metric, instead in ((TokenPerplexity("x"), "use bits_per_byte"), (TokensPerSecond(), "use bytes_per_second")):
        assert (why_not(metric, BASE, OTHER_FILE) or "").endswith(instead)
        assert why_not(metric, BASE, a_header(adapter="lora", adapter_sha256="12" * 32)) is None
    assert why_not(EvaluatedPromptTokens(), BASE, OTHER_FILE) is not None


@pytest.mark.parametrize("metric", [BitsPerByte(), ChrF(), BytesPerSecond(), TimeToFirstToken()])
def test_other_metrics_compare_any_models(metric: BitsPerByte | ChrF | BytesPerSecond | TimeToFirstToken) -> None:
    assert why_not(metric, BASE, OTHER_FILE) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"device": "Apple M2"}, "device differs: x86_64 CPU, 2 cores and Apple M2"),
        ({"threads": 4}, "threads differs: the engine's choice and 4"),
        ({"parallel": 8}, "parallel differs: 1 and 8"),
    ],
)
def test_times_of_one_machine_only(change: dict[str, object], reason: str) -> None:
    other = a_header(**change)
    for metric in (TimeToFirstToken(), TokensPerSecond(), BytesPerSecond()):
        assert why_not(metric, BASE, other) == reason
    assert why_not(ChrF(), BASE, other) is None
    assert why_not(EvaluatedPromptTokens(), BASE, other) is None


def test_what_differs_between_the_runs_is_said() -> None:
    records = records_of(pairs_of_lines(2))
    other = a_set(records, suite="long", sampling=Sampling(seed=2, temperature=0.2), system_prompt="আপনি বন্ধু।")
    usual = BASE.sampling.temperature
    assert about_runs(a_set(records), other) == [
        "The runs differ in suite: dialogue and long.",
        "The runs differ in system prompt: আপনি সহায়ক। and আপনি বন্ধু।.",
        f"The runs differ in sampling, temperature: {usual} and 0.2.",
        "The runs differ in sampling, seed: 1 and 2.",
    ]


def test_models_machines_and_engines_are_what_is_compared() -> None:
    records = records_of(pairs_of_lines(2))
    other = a_set(
        records, model="b.gguf", model_sha256="ef" * 32, engine="huggingface", device="GPU", quantization="none"
    )
    assert about_runs(a_set(records), other) == []


def test_other_programs_runs_are_unknown() -> None:
    records = records_of(pairs_of_lines(2))
    table = RecordSet("table", None, records, [], 2)
    assert about_runs(a_set(records), table) == [
        "table is of another program: how its replies were asked for is not known."
    ]
    assert why_not(TimeToFirstToken(), BASE, None) is None
