from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from eval_harness.fit.judge import feeling_of_person, opposite, opposite_to
from eval_harness.fit.sample import Pair, load_sample
from training.cli import DEFAULT_CORPUS
from training.dialogues import Dialogue, load_dialogues

SAMPLE = load_sample()


def test_the_sample_is_large_and_has_both_labels_everywhere() -> None:
    sources = Counter(pair.source for pair in SAMPLE)
    assert len(SAMPLE) >= 400 and min(sources["written"], sources["real"]) >= 200
    cells = Counter((pair.source, pair.half, pair.label) for pair in SAMPLE)
    assert len(cells) == 8 and min(cells.values()) >= 30


def test_ids_pairs_and_values() -> None:
    assert len({pair.id for pair in SAMPLE}) == len({(pair.message, pair.reply) for pair in SAMPLE}) == len(SAMPLE)
    for pair in SAMPLE:
        assert pair.feeling in ("sad", "glad", "none")
        assert pair.message.strip() and pair.reply.strip()
        assert unicodedata.is_normalized("NFC", pair.message + pair.reply)
        assert pair.label == "fits" or pair.feeling != "none", f"{pair.id}: no feeling, so nothing can be its opposite"


def test_no_message_is_in_both_halves_or_has_two_feelings() -> None:
    assert len({(pair.message, pair.half) for pair in SAMPLE}) == len({pair.message for pair in SAMPLE})
    assert len({(pair.message, pair.feeling) for pair in SAMPLE}) == len({pair.message for pair in SAMPLE})


@pytest.mark.parametrize("source", ["written", "real"])
def test_the_check_is_no_worse_than_when_it_was_measured(source: str) -> None:
    pairs = [pair for pair in SAMPLE if pair.half == "test" and pair.source == source]
    said = [pair for pair in pairs if opposite(pair.message, pair.reply)]
    meant = [pair for pair in pairs if pair.label == "opposite"]
    right = [pair for pair in said if pair.label == "opposite"]
    assert len(right) / len(said) > 0.87, _ids(said, meant)
    assert len(right) / len(meant) > 0.77, _ids(said, meant)


def test_it_hardly_ever_finds_fault_with_the_projects_own_replies() -> None:
    plain = [
        dialogue for dialogue in load_dialogues(DEFAULT_CORPUS).dialogues if not dialogue.id.startswith("contrast")
    ]
    judged, alarms = _judged([replace(dialogue, feeling="") for dialogue in plain])
    assert judged > 2500
    assert alarms / judged < 0.02


def test_nor_where_the_feeling_is_known_though_the_words_mislead() -> None:
    labelled = [dialogue for dialogue in load_dialogues(DEFAULT_CORPUS).dialogues if dialogue.feeling]
    judged, alarms = _judged(labelled)
    assert judged > 6000
    assert alarms / judged < 0.03


def _judged(dialogues: Sequence[Dialogue]) -> tuple[int, int]:
    """How many first replies could be judged, and how many were called opposite."""
    judged = alarms = 0
    for dialogue in dialogues:
        message, reply = dialogue.conversation.messages[:2]
        verdict = opposite_to(feeling_of_person([message.content], dialogue.feeling), reply.content)
        judged += verdict is not None
        alarms += verdict is True
    return judged, alarms


def _ids(said: list[Pair], meant: list[Pair]) -> str:
    return f"differ: {sorted({pair.id for pair in said} ^ {pair.id for pair in meant})}"
