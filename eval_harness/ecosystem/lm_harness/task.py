"""A suite as lm_eval's task: its items are the documents, this project's metrics the aggregations."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from datasets import Dataset
from lm_eval.api.task import ConfigurableTask

from eval_harness.ecosystem.documents import Document, document, prompt, record, single_turn_suite
from eval_harness.ecosystem.lm_harness.model import LogLikelihood, Said, settings_of
from eval_harness.ecosystem.scores import columns, numbers, of_one, summary_of
from eval_harness.errors import EvalError
from eval_harness.metrics import metrics_for
from eval_harness.metrics.metric import Metric
from eval_harness.records import Record, Skipped
from eval_harness.run import TOO_LONG
from sahayok.engines.engine import PromptTooLong, Reply
from sahayok.persona import load_persona

logger = logging.getLogger(__name__)


class SuiteTask(ConfigurableTask):  # type: ignore[misc]
    """The replies to a suite's items (`output_type: generate_until`) or the likelihood of their references
    (`loglikelihood`, of which only the model sahayok counts the end of the turn).

    `dataset_kwargs` or lm_eval's --metadata name the `suite`, and its `corpus` and `split` where it has them.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Raises EvalError for a suite that cannot be asked."""
        super().__init__(config={key: value for key, value in config.items() if key != "class"})
        metrics = metrics_for(None)
        if self.OUTPUT_TYPE == "loglikelihood":
            metrics = [metric for metric in metrics if "likelihood" in metric.needs]
        else:
            metrics = [metric for metric in metrics if "likelihood" not in metric.needs]
            self.set_config("generation_kwargs", self._settings | self.config.generation_kwargs)
        self._columns: dict[str, Metric] = {column: metric for metric in metrics for column in columns(metric)}
        self._records: dict[str, Record] = {}
        self._skipped: dict[str, Skipped] = {}
        self._numbers: dict[str, float] | None = None

    def download(self, dataset_kwargs: Mapping[str, Any] | None = None, **others: Any) -> None:
        """Read the suite; nothing is fetched."""
        given = {**(self.config.metadata or {}), **(dataset_kwargs or {})}
        if "suite" not in given:
            raise EvalError("which suite? give lm_eval --metadata suite=NAME, with a .jsonl or .csv file or a name")
        suite = single_turn_suite(str(given["suite"]), given.get("corpus"), given.get("split"))
        self._settings = settings_of(replace(load_persona().sampling, **suite.sampling))
        documents = [document(item) for item in suite.items]
        for note in suite.notes:
            logger.warning(note)
        if self.OUTPUT_TYPE == "loglikelihood":
            documents = [asked for asked in documents if asked["reference"]]
            if not documents:
                raise EvalError(f"no item of the suite {suite.name} has a reference: there is nothing to predict")
            if missing := len(suite.items) - len(documents):
                logger.warning("%d of %d items without a reference are left out.", missing, len(suite.items))
        self.dataset = {"test": Dataset.from_list(documents)}

    def fewshot_context(
        self,
        doc: Document,
        num_fewshot: int,
        system_instruction: str | None = None,
        apply_chat_template: bool = False,
        fewshot_as_multiturn: bool = False,
        chat_template: Callable[..., str] | None = None,
        gen_prefix: str | None = None,
    ) -> str:
        """The conversation before the reply, in the model's own chat format. Raises EvalError where there is none."""
        if chat_template is None:
            raise EvalError("these tasks are conversations: give lm_eval --apply_chat_template")
        if system_instruction or num_fewshot:
            raise EvalError("these tasks bring their system prompt and no examples: leave out what lm_eval would add")
        return chat_template([message.to_json() for message in prompt(doc)])

    def process_results(self, doc: Document, results: Sequence[Any]) -> dict[str, float | None]:
        """The metrics on this document alone, for the log. What is aggregated are the records kept here."""
        self._numbers = None
        kept = self._record(doc, results[0])
        if kept is None:
            self._skipped[doc["id"]] = Skipped(doc["id"], TOO_LONG)
            return {}
        self._records[doc["id"]] = kept
        alone = of_one(kept)
        return {column: alone.get(column) for column in self._columns}

    def aggregation(self) -> dict[str, Callable[[Sequence[object]], float]]:
        return {column: self._aggregate(column) for column in self._columns}

    def higher_is_better(self) -> dict[str, bool | None]:
        better = {"higher": True, "lower": False, "none": None}
        return {
            column: better[metric.direction] if column == metric.name else None
            for column, metric in self._columns.items()
        }

    def _record(self, doc: Document, result: Any) -> Record | None:
        if isinstance(result, LogLikelihood):
            return None if result.scored is None else record(doc, "", result.scored)
        if not isinstance(result, str):
            raise EvalError(
                "this model's likelihood leaves out the end of the turn, and is no bits_per_byte: take --model sahayok"
            )
        if not isinstance(result, Said):
            return record(doc, result)
        if isinstance(result.reply, PromptTooLong):
            return None
        whole: Reply = result.reply
        return record(doc, whole if whole.text == result else str(result))

    def _aggregate(self, column: str) -> Callable[[Sequence[object]], float]:
        def aggregate(alone: Sequence[object]) -> float:
            """NaN where there is no value; why is in the log."""
            if self._numbers is None:
                self._numbers = self._summarise()
            return self._numbers.get(column, float("nan"))

        return aggregate

    def _summarise(self) -> dict[str, float]:
        summary = summary_of(self.config.task, list(self._records.values()), list(self._skipped.values()))
        names = {metric.name for metric in self._columns.values()}
        found: dict[str, float] = {}
        for row in summary.rows:
            if row.name in names:
                found |= numbers(row)
                if row.reason is not None:
                    logger.warning("no %s: %s", row.name, row.reason)
        if self.OUTPUT_TYPE == "generate_until":
            for warning in summary.warnings:
                logger.warning(warning)
        return found
