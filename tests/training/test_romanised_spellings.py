"""How pieces of words are typed: which words are laid side by side, and what is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sahayok.bengali import nfc
from training.romanised_spellings import count_pieces, main, read_pairs


def test_pieces_are_counted() -> None:
    # ক|া|জ|$ typed k|a|j|: twice is enough to be kept, once is not. দিন and "rat" have other keys.
    counts = count_pieces([("kaj", "কাজ"), ("kaj, kaz", "কাজ, কাজ"), ("rat rat", "দিন দিন"), ("one two", "কাজ")])
    assert counts == {"$": {"": 3}, "^": {"": 3}, "ক": {"k": 3}, "জ": {"j": 2}, "া": {"a": 3}}


def test_one_word_does_not_decide() -> None:
    assert count_pieces([("kaj", "কাজ")] * 50)["ক"] == {"k": 5}


def test_marks_of_place() -> None:
    counts = count_pieces([("kosto sotti", nfc("কষ্ট সত্যি"))] * 2)
    assert counts["*$"] == {"o": 2}  # never silent after joined consonants
    assert counts["ত+"] == {"tt": 2}  # long before ya-phala


def test_the_development_half_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "pairs.jsonl", tmp_path / "spellings.json"
    rows = [{"banglish": f"kaj {number}", "bn": f"কাজ {number}"} for number in range(40)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    pairs = read_pairs(file)
    assert 5 < len(pairs) < 35
    assert set(pairs) < {(row["banglish"], row["bn"]) for row in rows}
    assert main(["--pairs", str(file), "--out", str(out)]) == 0
    assert json.loads(out.read_text("utf-8")) == count_pieces(pairs)
    file.write_text("[1]\n", "utf-8")
    assert main(["--pairs", str(file), "--out", str(out)]) == 2
    assert "pairs.jsonl" in capsys.readouterr().err
    assert main(["--pairs", str(tmp_path / "none"), "--out", str(out)]) == 2
