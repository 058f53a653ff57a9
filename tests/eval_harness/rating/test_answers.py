from __future__ import annotations

import json
import threading
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_harness.errors import EvalError
from eval_harness.rating.answers import (
    FORM_FORMAT,
    Answer,
    AnswerFile,
    answers_of,
    append,
    rater_name,
    read_answers,
    read_form,
)
from tests.eval_harness.rating.made import GOOD, POOR, a_plan

PLAN = a_plan()
KEYS = [shown.key for shown in PLAN.order("মীনা")]


def an_answer(key: str = KEYS[0], rater: str = "মীনা", **changes: Any) -> Answer:
    return Answer(**{"plan": PLAN.id, "rater": rater, "key": key, "scores": GOOD} | changes)


def test_what_was_added_is_read_again_and_the_last_counts(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    skipped = an_answer(KEYS[1], scores={}, skipped="too_heavy")
    for answer in (an_answer(), skipped, an_answer(scores=POOR)):
        append(path, [answer])
    file = read_answers(path)
    assert file.answers == (an_answer(), skipped, an_answer(scores=POOR))
    assert list(file.latest().values()) == [an_answer(scores=POOR), skipped]


def test_a_line_says_nothing_of_where_the_reply_is_from(tmp_path: Path) -> None:
    line = an_answer().to_line().decode()
    assert not any(word in line for word in ("nano", "reference", "decoy", "x-"))


def test_a_cut_last_line_is_left_out_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    append(path, [an_answer()])
    with path.open("ab") as file:
        file.write(b'{"format": "sah')
    assert read_answers(path) == AnswerFile((an_answer(),), cut_bytes=15)
    append(path, [an_answer(KEYS[1])])
    assert read_answers(path).answers == (an_answer(), an_answer(KEYS[1]))


@pytest.mark.parametrize("content", ["a note of someone", '{"format": "other'])
def test_a_file_of_something_else_is_not_taken_for_a_cut_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(content)
    with pytest.raises(EvalError, match="is this a file of ratings"):
        read_answers(path)


def test_raters_who_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"

    def work(rater: str) -> None:
        for key in KEYS:
            append(path, [an_answer(key, rater)])

    threads = [threading.Thread(target=work, args=(name,)) for name in ("ক", "খ", "গ")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_answers(path).latest()) == 3 * len(KEYS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "x"}, "not an answer of the format"),
        ({"rater": ""}, "'plan', 'rater' and 'key' must be text"),
        ({"key": 5}, "'plan', 'rater' and 'key' must be text"),
        ({"more": 1}, "keys are missing or unknown"),
        ({"scores": []}, "'scores' must be an object"),
        ({"scores": {}}, "neither values nor a reason for skipping"),
        ({"scores": {**GOOD, "overall": 11}}, "'overall' has the value 11; allowed are 1, 2, 3"),
        ({"scores": {**GOOD, "overall": True}}, "'overall' has the value True"),
        (
            {"scores": {**GOOD, "fit": "fine"}},
            "'fit' has the value 'fine'; allowed are fits, generic, wrong_subject, ",
        ),
        ({"scores": {**GOOD, "mood": 1}}, "the scale 'mood' is unknown"),
        ({"skipped": "too_heavy"}, "what was skipped has values"),
        ({"scores": {}, "skipped": "bored"}, "the reason 'bored' is unknown"),
    ],
)
def test_damage_is_named_with_its_line(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = tmp_path / "r.jsonl"
    wrong = {**json.loads(an_answer(KEYS[1]).to_line()), **change}
    path.write_bytes(an_answer().to_line() + json.dumps(wrong).encode() + b"\n" + an_answer().to_line())
    with pytest.raises(EvalError, match="line 2: ") as caught:
        read_answers(path)
    assert said in str(caught.value)


@pytest.mark.parametrize("line", [b"{", b"\xff", b"[" * 100000, b"", b"5"])
def test_what_is_no_answer_is_one_clear_line(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(line + b"\n")
    with pytest.raises(EvalError, match="line 1: "):
        read_answers(path)


def test_answers_of_another_plan_or_key_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    assert answers_of(path, PLAN) == AnswerFile(())
    append(path, [an_answer()])
    assert answers_of(path, PLAN).answers == (an_answer(),)
    with pytest.raises(EvalError, match=f"of the plan {PLAN.id}, not of"):
        answers_of(path, a_plan(seed=2))
    append(path, [an_answer("nokey")])
    with pytest.raises(EvalError, match="nothing under the key 'nokey'"):
        answers_of(path, PLAN)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({"fit": "generic"}, ""),
        ({"safety": "safe"}, "the scale 'fit' has no value"),
        ({"fit": "generic", "safety": "safe"}, "the scale 'safety' is not asked by the plan"),
    ],
)
def test_an_answer_has_exactly_the_scales_of_its_plan(tmp_path: Path, scores: dict[str, Any], said: str) -> None:
    plan = a_plan(scales=["fit"])
    keys = [shown.key for shown in plan.order("মীনা")]
    path = tmp_path / "r.jsonl"
    right = an_answer(keys[0], plan=plan.id, scores={"fit": "fits"})
    skipped = an_answer(keys[1], plan=plan.id, scores={}, skipped="other")
    tried = an_answer(keys[2], plan=plan.id, scores=scores)
    append(path, [right, skipped, tried])
    entries = [{"key": one.key, "scores": dict(one.scores), "skipped": one.skipped} for one in (right, skipped, tried)]
    form = _form(tmp_path / "a.json", plan=plan.id, answers=entries)
    if not said:
        assert answers_of(path, plan).answers == (right, skipped, tried)
        assert read_form(form, plan) == [replace(one, rater="মীনা বেগম") for one in (right, skipped, tried)]
        return
    with pytest.raises(EvalError) as caught:
        answers_of(path, plan)
    assert str(caught.value) == f"{path}, line 3: {said}"
    with pytest.raises(EvalError) as caught:
        read_form(form, plan)
    assert str(caught.value) == f"{form}, answer 3: {said}"


def _form(path: Path, **changes: Any) -> Path:
    data: dict[str, Any] = {
        "format": FORM_FORMAT,
        "plan": PLAN.id,
        "rater": " মীনা  বেগম ",
        "answers": [
            {"key": KEYS[0], "scores": dict(GOOD), "skipped": ""},
            {"key": KEYS[1], "scores": {}, "skipped": "other"},
        ],
    }
    path.write_text(json.dumps(data | changes))
    return path


def test_the_answers_of_a_form(tmp_path: Path) -> None:
    assert read_form(_form(tmp_path / "a.json"), PLAN) == [
        an_answer(rater="মীনা বেগম"),
        an_answer(KEYS[1], rater="মীনা বেগম", scores={}, skipped="other"),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "x"}, "not the answers of a rating form"),
        ({"plan": "0123"}, "answers the plan 0123, not"),
        ({"rater": None}, "the rater's name or the answers are missing"),
        ({"rater": " "}, "a rater needs a name"),
        ({"answers": []}, "the rater's name or the answers are missing"),
        ({"answers": [5]}, "answer 1: it must hold key, scores and skipped"),
        ({"answers": [{"key": "zz", "scores": GOOD, "skipped": ""}]}, "nothing under the key 'zz'"),
        ({"answers": [{"key": [], "scores": GOOD, "skipped": ""}]}, "nothing under the key []"),
        ({"answers": [{"key": KEYS[0], "scores": {**GOOD, "overall": 0}, "skipped": ""}]}, "answer 1: 'overall' has"),
        ({"answers": [{"key": KEYS[0], "scores": GOOD, "skipped": ""}] * 2}, f"answer 2: the key '{KEYS[0]}' is there"),
    ],
)
def test_one_fault_in_a_form_refuses_all_of_it(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(EvalError) as caught:
        read_form(_form(tmp_path / "a.json", **changes), PLAN)
    assert said in str(caught.value)


@given(st.binary())
def test_a_form_of_anything_is_one_clear_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("form") / "a.json"
    path.write_bytes(content)
    with pytest.raises(EvalError, match=r"a\.json"):
        read_form(path, PLAN)


@given(st.text())
def test_a_rater_has_a_name_of_one_line_or_none(text: str) -> None:
    try:
        name = rater_name(text)
    except ValueError:
        return
    assert name == rater_name(name)
    assert name
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in name)
