"""The word table for romanised Bengali: what is counted, what is kept, and that the table reads back."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import pytest

from sahayok.bengali import nfc
from sahayok.romanised.table import BEGINNING, LEVEL_WIDTH, PAIR_WIDTH, Table
from tests.training.conftest import WriteDialogues
from training.romanised_words import Counts, count, main, table_text


def table_of(counts: Counts, **limits: int) -> Table:
    return Table(gzip.compress(table_text(counts, **limits).encode()))


def test_words_and_pairs_are_counted() -> None:
    counts = count(["মন ভালো নেই। মন ভালো!", "মন খারাপ, word মন"])
    assert {word: times for word, times in counts.words.items() if word} == {
        "মন": 4,
        "ভালো": 2,
        "নেই": 1,
        "খারাপ": 1,
    }
    assert counts.texts["মন"] == 2
    # A mark or a word in another script ends the row; what follows begins one.
    assert dict(counts.pairs) == {
        ("", "মন"): 4,
        ("মন", "ভালো"): 2,
        ("ভালো", "নেই"): 1,
        ("মন", "খারাপ"): 1,
    }


def test_pairs_of_rarer_words_are_not_counted() -> None:
    counts = count(["মন ভালো মন ভালো মন খারাপ"], vocabulary=2)
    assert ("মন", "ভালো") in counts.pairs
    assert ("মন", "খারাপ") not in counts.pairs


def test_the_table_reads_back() -> None:
    words = {"": 100, "মন": 600, "ভালো": 300, "নেই": 100}
    counts = Counts(words, dict.fromkeys(words, 8), {("মন", "ভালো"): 201, ("", "মন"): 9, ("মন", "নেই"): 7})
    table = table_of(counts)
    entry = table.find("ভালো")
    assert entry is not None
    assert entry.rank == 2
    assert [found.word for found in table.under("BL")] == ["ভালো"]
    # P(ভালো) = 300 / 1000; ln = -1.204, at steps of 0.25: -1.25.
    assert entry.log_probability == round(math.log(0.3) / LEVEL_WIDTH) * LEVEL_WIDTH == -1.25
    # 200 · 1100 / (600 · 300) = 1.222, ln = 0.2: less than a level, so not kept; nor is a pair counted 7 times.
    assert table.ratio(1, 2) is None
    assert table.ratio(1, 3) is None
    assert table.ratio(BEGINNING, 1) is None


def test_pairs_beyond_chance_are_kept() -> None:
    words = {"": 1000, "মন": 50, "খারাপ": 40, "আজ": 500}
    counts = Counts(words, dict.fromkeys(words, 8), {("মন", "খারাপ"): 31, ("", "আজ"): 401})
    table = table_of(counts)
    # Ranks: আজ 1, মন 2, খারাপ 3. ln(30 · 1590 / (50 · 40)) = 3.17, at steps of 0.5: 3.0; the other is at chance:
    # ln(400 · 1590 / (1000 · 500)) = 0.24.
    assert table.ratio(2, 3) == round(math.log(30 * 1590 / 2000) / PAIR_WIDTH) * PAIR_WIDTH == 3.0
    assert table.ratio(BEGINNING, 1) is None
    assert table_of(counts, pairs=0).ratio(2, 3) is None


def test_what_is_left_out() -> None:
    words = {"": 10, "মন": 50, "রহিমের": 40, "ঘটনা": 30, "জানিনা": 20, "জানি": 10, "ঘট": 9, "না": 60}
    texts = {**dict.fromkeys(words, 8), "রহিমের": 7}
    table = table_of(Counts(words, texts, {("জানি", "না"): 30, ("ঘট", "না"): 1}), vocabulary=4)
    assert table.find("রহিমের") is None  # of too few texts
    assert table.find("জানিনা") is None  # mostly written apart
    assert table.find("ঘটনা") is not None
    assert table.find("ঘট") is None  # the fifth of না, মন, ঘটনা, জানি and ঘট
    assert table.find("জানি") is not None


def test_the_command(tmp_path: Path, shard: Path, write_dialogues: WriteDialogues) -> None:
    out = tmp_path / "words.txt.gz"
    assert main(["--text", str(shard), "--dialogues", str(write_dialogues()), "--out", str(out)]) == 0
    table = Table(out.read_bytes())
    assert table.find("বৃষ্টি") is not None
    assert table.find("নম্বর") is not None  # of the dialogues
    first = out.read_bytes()
    assert main(["--text", str(shard), "--dialogues", str(write_dialogues()), "--out", str(out)]) == 0
    assert out.read_bytes() == first


def test_a_text_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "words.txt.gz"
    assert main(["--text", str(tmp_path / "none.jsonl"), "--out", str(out)]) == 2
    assert "none.jsonl" in capsys.readouterr().err
    (tmp_path / "bad.jsonl").write_text(json.dumps({"source": "x"}), "utf-8")
    assert main(["--text", str(tmp_path / "bad.jsonl"), "--out", str(out)]) == 2
    assert "bad.jsonl, line 1" in capsys.readouterr().err
    assert not list(tmp_path.glob("words*"))


def test_a_table_of_another_version() -> None:
    with pytest.raises(ValueError, match="romanised-words 1"):
        Table(gzip.compress(nfc("অন্য কিছু\n").encode()))
