from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval_harness.errors import EvalError
from eval_harness.items import Item, Turn
from eval_harness.suites.suite import OWN_DIALOGUES, load_suite, suite_table
from sahayok.conversation import Message
from sahayok.engines.engine import Sampling
from training.dialogues import load_dialogues
from training.splits import split, split_by_row

EXCHANGE = [{"role": "user", "content": "ক"}, {"role": "assistant", "content": "খ"}]


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def kaggle(path: Path, rows: int) -> Path:
    lines = ["Topics,Question-Title,Questions,Answers", *(f"t,,প্রশ্ন {n},উত্তর {n}" for n in range(rows)), "t,,প্রশ্ন,"]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_projects_own_dialogues_are_the_default() -> None:
    suite = load_suite("dialogue")
    held_out = split(load_dialogues(OWN_DIALOGUES).dialogues)["test"]
    assert (suite.source, suite.split) == ("dialogues", "test")
    assert {item.conversation_id for item in suite.items} == {dialogue.id for dialogue in held_out}
    assert load_suite("dialogue", part="validation").items != suite.items


@pytest.mark.parametrize("name", sorted(suite_table()))
def test_every_suite_that_brings_its_items_has_some(name: str) -> None:
    described = suite_table()[name]
    assert described["about"]
    Sampling(**described.get("sampling", {}))
    if "file" in described:
        suite = load_suite(name)
        assert suite.items
        assert suite.split == "all"
        assert suite.fresh == (name == "speed")


def test_the_published_corpus_is_split_both_ways(tmp_path: Path) -> None:
    path = kaggle(tmp_path / "Corpus .csv", 300)
    dialogues = load_dialogues(path).dialogues
    by_row = load_suite("corpus", corpus=path, part="test-by-row")
    assert [item.conversation_id for item in by_row.items] == [d.id for d in split_by_row(dialogues)["test"]]
    assert len(by_row.items) == 3
    grouped = load_suite("corpus", corpus=path)
    assert {item.conversation_id for item in grouped.items} == {d.id for d in split(dialogues)["test"]}
    assert grouped.notes == ("1 incomplete rows of Corpus .csv are left out.",)
    assert by_row.sha256 == grouped.sha256


def test_any_jsonl_is_a_suite(tmp_path: Path) -> None:
    path = write(
        tmp_path / "mine.jsonl",
        {"id": "talk", "situation": "s", "messages": EXCHANGE * 2},
        {"id": "live", "slices": {"input": "mixed"}, "turns": [{"user": "এক"}, {"user": "দুই", "expected": ["এক"]}]},
        {"question": "কেন?", "reference": "কারণ।"},
        {"question": "কবে?"},
    )
    suite = load_suite(str(path))
    assert (suite.name, suite.source, suite.split) == ("mine", "mine.jsonl", "all")
    assert suite.items == [
        Item("talk#1", "talk", (), (Turn("ক", "খ"),), {"situation": "s"}),
        Item("talk#2", "talk", tuple(map(Message.from_json, EXCHANGE)), (Turn("ক", "খ"),), {"situation": "s"}),
        Item("live", "live", (), (Turn("এক"), Turn("দুই", expected=("এক",))), {"input": "mixed"}),
        Item("line-3", "line-3", (), (Turn("কেন?", "কারণ।"),)),
        Item("line-4", "line-4", (), (Turn("কবে?"),)),
    ]


def test_a_csv_is_asked_whole(tmp_path: Path) -> None:
    suite = load_suite(str(kaggle(tmp_path / "rows.csv", 5)))
    assert [item.turns[0].reference for item in suite.items] == [f"উত্তর {n}" for n in range(5)]
    assert suite.notes == ("1 incomplete rows of rows.csv are left out.",)


def test_text_is_in_nfc(tmp_path: Path) -> None:
    decomposed = "ক\u09c7\u09be"  # ো in two parts
    suite = load_suite(str(write(tmp_path / "t.jsonl", {"question": decomposed, "reference": decomposed})))
    assert suite.items[0].turns[0] == Turn("ক\u09cb", "ক\u09cb")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"id": "a", "question": "x"}, {"id": "a", "question": "y"}], "the id 'a' is there twice"),
        ([{"id": "a"}], "line 1: the key 'question' is missing"),
        ([{"question": " "}], "line 1: a message is empty"),
        ([{"question": 3}], "line 1: a message must be text"),
        ([{"turns": []}], "line 1: 'turns' is empty"),
        ([{"turns": [{"user": ""}]}], "line 1: a message is empty"),
        ([{"messages": [{"role": "user", "content": "x"}]}], "line 1: a dialogue must end with a reply"),
        ([{"turns": ["x"]}], "line 1: a turn must be a JSON object"),
        ([{"turns": [{"user": "x", "expected": "রনি"}]}], "line 1: 'expected' must be a list of words"),
        ([{"turns": [{"user": "x", "expected": [3]}]}], "line 1: 'expected' must be a list of words"),
        ([{"question": "x", "slices": None}], "line 1: 'slices' must be a JSON object"),
        ([{"id": "a", "turns": [{"user": "x"}] * 2}, {"id": "a#2", "question": "y"}], "the id 'a#2' is there twice"),
        ([[]], "line 1: it is not a JSON object"),
        ([], "holds no item"),
    ],
)
def test_bad_rows_are_one_line(tmp_path: Path, rows: list[Any], says: str) -> None:
    with pytest.raises(EvalError, match=says) as caught:
        load_suite(str(write(tmp_path / "t.jsonl", *rows)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (r'{"question": "\ud800"}', "line 1: it holds half a character"),
        ('{"question": "x"', "line 1: it is not whole JSON"),
        (f'{{"question": {"1" * 5000}}}', "line 1: it is not whole JSON"),
    ],
)
def test_damage_is_one_line(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "t.jsonl").write_text(line + "\n")
    with pytest.raises(EvalError, match=says):
        load_suite(str(tmp_path / "t.jsonl"))


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("nonsense", {}, "no suite 'nonsense': give dialogue, corpus,"),
        ("missing.jsonl", {}, "no such file: missing.jsonl"),
        ("missing.csv", {}, "no such dialogue file"),
        ("corpus", {}, "needs --corpus"),
        ("speed", {"part": "test"}, "brings its own items"),
        ("mine.jsonl", {"part": "test"}, "--corpus and --split go with the suites"),
        ("dialogue", {"corpus": Path("missing.jsonl")}, "no such dialogue file"),
    ],
)
def test_what_does_not_exist_is_one_line(name: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(EvalError, match=says):
        load_suite(name, **options)


def test_a_corpus_too_small_to_split(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"the part test of .* is empty: 1 dialogues are too few"):
        load_suite("dialogue", corpus=kaggle(tmp_path / "t.csv", 1))
