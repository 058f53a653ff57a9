"""A suite as inspect_ai's task, with a scorer whose metrics are this project's.

`inspect eval eval_harness/ecosystem/inspect_tasks.py --model sahayok/sahayok-nano`; where the package is installed also
`inspect eval eval_harness/suite`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    ModelAPI,
    get_model,
    modelapi,
)
from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, metric, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from eval_harness.ecosystem.documents import Document, document, prompt, record, single_turn_suite
from eval_harness.ecosystem.inspect_model import SahayokAPI
from eval_harness.ecosystem.scores import numbers, of_one, summary_of
from eval_harness.items import reply_seed
from eval_harness.records import Record
from eval_harness.run import TOO_LONG
from sahayok.conversation import Message
from sahayok.engines.engine import Counts, Finish, Reply, Scored
from sahayok.persona import load_persona

logger = logging.getLogger(__name__)

_FINISHES: dict[str, Finish] = {"stop": "eot", "max_tokens": "length"}
_MESSAGES = {"system": ChatMessageSystem, "user": ChatMessageUser, "assistant": ChatMessageAssistant}


@modelapi(name="sahayok")  # type: ignore[untyped-decorator]
def sahayok() -> type[ModelAPI]:
    """The provider of `--model sahayok/NAME`."""
    return SahayokAPI


@task  # type: ignore[untyped-decorator]
def suite(suite: str = "dialogue", corpus: str | None = None, split: str | None = None, seed: int = 1) -> Task:
    """The items of a suite or file, as `sahayok-eval run` asks them under --suite, --corpus, --split and --seed.

    Raises EvalError for a suite that cannot be asked.
    """
    found = single_turn_suite(suite, corpus, split)
    for note in found.notes:
        logger.warning(note)
    sampling = replace(load_persona().sampling, **found.sampling)
    return Task(
        dataset=MemoryDataset([_sample(document(item)) for item in found.items], name=found.name),
        solver=answer(seed),
        scorer=reply_scorer(),
        config=GenerateConfig(
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            top_k=sampling.top_k,
            max_tokens=sampling.max_tokens,
        ),
        name=found.name,
    )


@solver  # type: ignore[untyped-decorator]
def answer(seed: int) -> Solver:
    """One reply, drawn by a seed of its own as `sahayok-eval run` does."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return await generate(state, seed=reply_seed(seed, str(state.sample_id), state.epoch - 1))

    return solve


@metric(scores="unreduced")  # type: ignore[untyped-decorator]
def sahayok_metrics() -> Metric:
    """Every number of `sahayok-eval score`, over the records that the scorer kept."""

    def compute(scores: list[SampleScore]) -> dict[str, float]:
        records = [Record.from_json(score.score.metadata["record"]) for score in scores]
        summary = summary_of("inspect_ai", records)
        for row in summary.rows:
            if row.reason is not None:
                logger.warning("no %s: %s", row.name, row.reason)
        for warning in summary.warnings:
            logger.warning(warning)
        return {name: value for row in summary.rows for name, value in numbers(row).items()}

    return compute


@scorer(metrics=[sahayok_metrics()])  # type: ignore[untyped-decorator]
def reply_scorer() -> Scorer:
    """The metrics on one reply, and in its metadata the record from which those on all of them are computed.

    The likelihood of the reference is asked of the model sahayok; others leave bits_per_byte without a value.
    """

    async def score(state: TaskState, target: Target) -> Score:
        if state.output.stop_reason == "model_length":
            return Score.unscored(reason=TOO_LONG)
        asked: Document = state.metadata["document"]
        kept = record(asked, _reply(state), await _likelihood(asked, state.epoch), state.epoch - 1)
        return Score(value=of_one(kept), answer=kept.reply, metadata={"record": json.loads(kept.to_line())})

    return score


def _reply(state: TaskState) -> str | Reply:
    output = state.output
    counts = (output.metadata or {}).get("counts")
    finish = _FINISHES.get(output.stop_reason)
    return output.completion if counts is None or finish is None else Reply(output.completion, finish, Counts(**counts))


async def _likelihood(asked: Document, epoch: int) -> Scored | None:
    """It is the same in every epoch, and belongs to the first, as in a run with --repeats."""
    api = get_model().api
    if epoch > 1 or not asked["reference"] or not isinstance(api, SahayokAPI):
        return None
    return await api.likelihood(_chat(prompt(asked)), asked["reference"])


def _sample(asked: Document) -> Sample:
    return Sample(id=asked["id"], input=_chat(prompt(asked)), target=asked["reference"], metadata={"document": asked})


def _chat(messages: Sequence[Message]) -> list[ChatMessage]:
    return [_MESSAGES[message.role](content=message.content) for message in messages]
