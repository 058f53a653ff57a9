from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from eval_harness.ecosystem.documents import document, prompt, record, single_turn_suite
from eval_harness.ecosystem.scores import columns, numbers, of_one, summary_of
from eval_harness.errors import EvalError
from eval_harness.items import prompt_sha256
from eval_harness.metrics import metrics_for
from eval_harness.metrics.overlap import ChrF
from sahayok.conversation import Message
from sahayok.engines.engine import Counts, Reply, Scored
from sahayok.persona import load_persona
from tests.eval_harness.ecosystem.conftest import ROOT
from tests.eval_harness.made import records_of


def test_a_record_has_all_that_its_item_has(items: Path) -> None:
    item = single_turn_suite(str(items)).items[2]
    assert item.id == "two#2"
    asked = json.loads(json.dumps(document(item)))
    counts, scored = Counts(9, 9, 3, 1.0, 0.5), Scored(7.5, 4, 20)
    made = record(asked, Reply("আমি শুনছি।", "eot", counts), scored, repeat=3)
    assert (made.id, made.conversation_id, made.repeat) == ("two#2", "two", 3)
    assert made.slices == {"situation": "family", "region": "dhaka", "register": "apni", "turn": "02"}
    assert made.messages == (*item.before, Message("user", item.turns[0].user))
    assert made.question == asked["question"] == item.turns[0].user
    assert (made.reference, made.reply) == (item.turns[0].reference, "আমি শুনছি।")
    assert (made.finish, made.counts, made.likelihood) == ("eot", counts, scored)
    seen = (Message("system", load_persona().system_prompt), *made.messages)
    assert prompt(asked) == seen
    assert made.prompt_sha256 == prompt_sha256(seen)


def test_a_text_of_another_model_has_no_finish_and_no_counts(items: Path) -> None:
    made = record(document(single_turn_suite(str(items)).items[3]), "আমি শুনছি।")
    assert (made.finish, made.counts, made.likelihood) == (None, None, None)
    assert made.expected == ("আপনি", "কথা")


def test_a_likelihood_that_is_no_number_is_an_error(items: Path) -> None:
    with pytest.raises(EvalError, match="no numbers"):
        record(document(single_turn_suite(str(items)).items[0]), "", Scored(float("nan"), 4, 20))


def test_a_suite_with_the_models_own_replies_is_refused() -> None:
    with pytest.raises(EvalError, match="multi-turn"):
        single_turn_suite("multi-turn")


def test_every_number_has_its_column() -> None:
    records = records_of([("আমি শুনছি। বলুন।", "আপনার কথা শুনছি।"), ("মন দিয়ে শুনছি।", "মন দিয়ে শুনছি, বলুন।")])
    summary = summary_of("x", records)
    known = {metric.name: columns(metric) for metric in metrics_for(None)}
    for row in summary.rows:
        assert numbers(row).keys() <= set(known[row.name])
    assert numbers(summary.row("chrF++")).keys() == set(known["chrF++"])
    assert numbers(summary.row("chrF++"))["chrF++_floor"] == summary.row("chrF++").floor.mean  # type: ignore[union-attr]
    assert of_one(records[0])["chrF++"] == ChrF().compute(records[:1]).value
    assert of_one(records[0])["recalled"] is None


def test_neither_harness_is_imported_without_its_adapter() -> None:
    code = (
        "import sys, eval_harness.cli, eval_harness.ecosystem.documents, eval_harness.ecosystem.scores\n"
        "assert not {'lm_eval', 'inspect_ai', 'datasets', 'torch'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
