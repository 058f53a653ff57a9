"""The linear classifier over n-grams: its features, its arithmetic, its file."""

from __future__ import annotations

import hashlib
import json
import lzma
import math
import unicodedata
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahayok.bengali import ZWJ, ZWNJ
from sahayok.ngrams import LinearClassifier, WeightsError, features, load, slots
from tests.bengali_text import LINES

SIZE = 1 << 10
ANY = st.one_of(st.text(max_size=60), st.text(st.characters(min_codepoint=0x0964, max_codepoint=0x09FF), max_size=60))


def made(**columns: dict[int, int]) -> LinearClassifier:
    """A classifier whose weights are 0 but for the given slots."""
    tables = {label: array("b", bytes(SIZE)) for label in columns}
    for label, steps in columns.items():
        for slot, step in steps.items():
            tables[label][slot] = step
    return LinearClassifier(tables, [0.5] * len(tables), [0.0] * len(tables))


def test_features_of_a_word() -> None:
    assert features("মন") == {" মন", "মন ", " মন ", "Wমন", "Tমন", "Kমন", "Eমন"}


def test_stems_and_spellings_by_sound() -> None:
    assert "Tহারিয়ে".replace("য়", "য়") in features("হারিয়েছিলাম")
    assert {feature for feature in features("কস্ট") if feature[0] == "K"} == {"Kকস্ট"}
    assert {feature for feature in features("কষ্ট") if feature[0] == "K"} == {"Kকস্ট"}
    assert "Wনেই_মন" not in features("মন নেই")
    assert "Wমন_নেই" in features("মন, নেই")


@pytest.mark.parametrize("text", ["", " ", "১২", "😢", "()"])
def test_a_text_without_letters_or_marks_has_no_features(text: str) -> None:
    assert features(text) == set()


@given(st.one_of(st.sampled_from(LINES), ANY))
def test_normal_form_and_joiners_do_not_matter(text: str) -> None:
    wanted = features(text)
    assert features(unicodedata.normalize("NFD", text)) == wanted
    assert features(unicodedata.normalize("NFC", text)) == wanted


@given(st.sampled_from(LINES), st.integers(0, 80), st.sampled_from([ZWJ, ZWNJ]))
def test_a_joiner_anywhere_does_not_matter(line: str, at: int, joiner: str) -> None:
    assert features(line[:at] + joiner + line[at:]) == features(line)


def test_probabilities_by_hand() -> None:
    found = slots("মন", SIZE)
    assert len(found) == 7
    # One step of 4 at scale 0.5 is 2; over sqrt(7) features the score of "yes" is 2 / sqrt(7), of "no" 0.
    shares = made(yes={found[0]: 4}, no={}).probabilities("মন")
    assert shares["yes"] == pytest.approx(1 / (1 + math.exp(-2 / math.sqrt(7))))
    assert sum(shares.values()) == pytest.approx(1)


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "made.weights"
    classifier = made(yes={3: -128, 5: 127}, no={7: 1})
    file.write_bytes(classifier.packed())
    assert load(file) == classifier
    assert load(file).labels == ("yes", "no")


def rewritten(data: bytes, **changed: object) -> bytes:
    header, _, packed = data.partition(b"\n")
    return json.dumps({**json.loads(header), **changed}).encode() + b"\n" + packed


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"[]\n",
        lambda data: b"\xff" + data,
        lambda data: data[:-9],
        lambda data: data.partition(b"\n")[0],
        lambda data: data.partition(b"\n")[0] + b"\n" + lzma.compress(bytes(2 * SIZE)),
        lambda data: rewritten(data, format="ngram-classifier 0"),
        lambda data: rewritten(data, size=SIZE * 2),
        lambda data: rewritten(data, labels=["yes"]),
        lambda data: rewritten(data, labels=["yes", "yes"]),
        lambda data: rewritten(data, scales=[1.0]),
        lambda data: rewritten(data, biases=None),
        lambda data: rewritten(data, biases=["0", "1"]),
        lambda data: rewritten(data, sha256=hashlib.sha256(b"").hexdigest()),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(damage: object, tmp_path: Path) -> None:
    file = tmp_path / "made.weights"
    file.write_bytes(damage(made(yes={3: 1}, no={}).packed()))  # type: ignore[operator]
    with pytest.raises(WeightsError, match=r"made\.weights: .+") as caught:
        load(file)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="none"):
        load(tmp_path / "none")
