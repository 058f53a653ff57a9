from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources
from random import Random
from typing import get_args

import pytest

from sahayok.bengali import bengali_share, ends_complete, nfc, sentences, words
from sahayok.feeling_reader import PAINFUL, SHADES
from sahayok.reviewed import ANY, PAINFUL_GROUP, Kind, expected_cost, sentence_for
from sahayok.safety.feelings import is_hurtful, is_opposite

TABLE = tomllib.loads((resources.files("sahayok") / "data" / "reviewed.toml").read_text(encoding="utf-8"))
GROUPS = {
    "comfort": {*SHADES, PAINFUL_GROUP, ANY},
    "question": {*SHADES, PAINFUL_GROUP, ANY},
    "listening": {"painful", "glad", "any"},
}


def every_sentence() -> Iterator[tuple[str, str, str]]:
    for kind, groups in TABLE.items():
        for group, texts in groups.items():
            yield from ((kind, group, text) for text in texts)


def sure(feeling: str, share: float = 1.0) -> dict[str, float]:
    return {shade: share if shade == feeling else (1 - share) / 8 for shade in SHADES}


def test_every_kind_has_every_group_and_enough_to_choose_from() -> None:
    assert set(TABLE) == set(get_args(Kind))
    for kind, groups in TABLE.items():
        assert set(groups) == GROUPS[kind]
        assert all(len(texts) >= 8 for texts in groups.values()), kind


@pytest.mark.parametrize(("kind", "group", "text"), [*every_sentence()])
def test_every_sentence_is_whole_bengali_and_harmless(kind: str, group: str, text: str) -> None:
    assert text == nfc(text).strip()
    assert ends_complete(text)
    assert bengali_share(text) == 1.0
    assert not any(character.isdigit() for character in text)
    assert len(sentences(text)) <= (3 if kind == "listening" else 2)
    assert len(words(text)) <= 24
    assert not is_hurtful(text)
    assert text.endswith("?") == (kind == "question") or kind == "listening"
    assert not {"তুমি", "তোমার", "তোমাকে"} & set(words(text))
    if group in PAINFUL or group in (PAINFUL_GROUP, ANY):
        assert not is_opposite(text, "sad")
    if group in ("glad", ANY):
        assert not is_opposite(text, "glad")


def test_no_sentence_stands_twice_in_a_group() -> None:
    found = list(every_sentence())
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("feeling", SHADES)
def test_a_sure_feeling_is_met(feeling: str) -> None:
    assert sentence_for("comfort", sure(feeling), (), Random(1)) in TABLE["comfort"][feeling]


def test_between_two_pains_the_word_for_all_pain_is_said() -> None:
    felt = sure("sad", 0.0) | dict.fromkeys(SHADES, 0.0) | {"sad": 0.5, "afraid": 0.5}
    assert sentence_for("comfort", felt, (), Random(1)) in TABLE["comfort"][PAINFUL_GROUP]
    # 0.12 for the general word, against 0.5 * 0.7 for either feeling.
    assert expected_cost(PAINFUL_GROUP, felt) == pytest.approx(0.12)
    assert expected_cost("sad", felt) == pytest.approx(0.35)


def test_between_joy_and_pain_what_is_always_true_is_said() -> None:
    felt = dict.fromkeys(SHADES, 0.0) | {"sad": 0.5, "glad": 0.5}
    assert sentence_for("comfort", felt, (), Random(1)) in TABLE["comfort"][ANY]


def test_no_sentence_comes_again_while_there_is_another() -> None:
    texts = TABLE["listening"]["glad"]
    assert sentence_for("listening", sure("glad"), texts[:-1], Random(1)) == texts[-1]
    assert sentence_for("listening", sure("glad"), texts, Random(1)) in texts
