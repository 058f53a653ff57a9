"""Which word of a reply stands for which of the message: how it is learnt, what is kept, and the file that ships."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from random import Random

import pytest

from training.dialogues import load_dialogues
from training.retelling import (
    CORPUS,
    FILE,
    Aligner,
    bengali_words,
    count_links,
    exchanges,
    kept,
    likeness,
    log_likelihood_ratio,
    main,
    read,
    table_text,
)

PAIRS = [
    (["মাইয়ার", "জ্বর"], ["মেয়ের", "জ্বর"]),
    (["মাইয়ার", "লাইগা", "মন", "খারাপ"], ["মেয়ের", "জন্য", "মন", "খারাপ"]),
    (["আমি", "পারিনি"], ["আপনি", "পারেননি"]),
    (["ছেলের", "লাইগা", "কাঁদি"], ["ছেলের", "জন্য", "কাঁদেন"]),
    (["মায়ের", "লাইগা", "ভাবি"], ["মায়ের", "জন্য", "ভাবেন"]),
    (["ভাইয়ের", "লাইগা", "রাঁধি"], ["ভাইয়ের", "জন্য", "রাঁধেন"]),
]


def test_words_are_laid_side_by_side() -> None:
    counts = count_links(PAIRS, Aligner.learn(PAIRS))
    assert counts["মাইয়ার", "মেয়ের"] == 2
    assert counts["লাইগা", "জন্য"] == 4
    assert counts["পারিনি", "পারেননি"] == 1
    assert counts["আমি", "আপনি"] == 1
    assert counts.total() == 17  # every word of the messages is told by one of the reply


def test_what_is_kept() -> None:
    counts = {("মাইয়ার", "মেয়ের"): 2, ("করি", "করেন"): 1, ("নদী", "নদী"): 9, ("নদী", "ঘর"): 1, ("ছুটি", "ছুটি"): 3}
    counts |= {("আজ", "লাগল"): 3, ("আজ", "আজ"): 60, ("কাল", "লাগল"): 20, ("কাল", "কাল"): 9, ("লাইগা", "জন্য"): 4}
    found = kept(counts)
    assert found == {
        "কাল": {"লাগল": 20, "কাল": 9},  # unlike, but often enough together
        "করি": {"করেন": 1},  # once, but a rule says so
        "ছুটি": {"ছুটি": 3},  # a rule would turn it
        "মাইয়ার": {"মেয়ের": 2},
        "লাইগা": {"জন্য": 4},
    }


def test_log_likelihood_ratio() -> None:
    # Of 100, two seen 10 times each and always together: G² = 2 (10 ln(10·100 / (10·10)) + 90 ln(90·100 / (90·90)))
    # = 2 (23.0259 + 9.4824) = 65.0166
    assert log_likelihood_ratio(10, 10, 10, 100) == pytest.approx(65.0166, abs=1e-3)
    # As often together as chance has it: nothing.
    assert log_likelihood_ratio(1, 10, 10, 100) == pytest.approx(0.0, abs=1e-9)


def test_likeness() -> None:
    assert likeness("নদী", "নদী") == 1
    assert likeness("পারিনি", "পারেননি") == 1
    assert likeness("পরিক্ষা", "পরীক্ষা") == pytest.approx(6 / 7)  # one of seven characters is another
    assert likeness("নদী", "আকাশ") == 0


def test_words_are_bengali() -> None:
    assert bengali_words("আজ 12টা, office-এ র‍্যাম।") == ["আজ", "টা", "এ", "র্যাম"]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = Random(1)
    rows = []
    for number in range(60):
        first, second, third = ("".join(chance.choices("কগচজটতদপবমলস", k=4)) for _ in range(3))
        told = f"{first} জন্য {second} {third}" if number % 2 else f"{first} {second}, {third} করেননি"
        said = f"{first} লাইগা {second} {third}" if number % 2 else f"{first} {second}, {third} করি নাই"
        messages = [{"role": "user", "content": said}, {"role": "assistant", "content": f"{told}। কেমন আছেন?"}]
        rows.append({"id": f"made-{number}", "situation": str(number), "region": "dhaka", "messages": messages})
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert main(["--corpus", str(corpus), "--out-folder", str(tmp_path)]) == 0
    lines = (tmp_path / FILE).read_text("utf-8").splitlines()
    assert lines[0].startswith("#")
    assert "python -m training.retelling" in lines[0]
    assert any(line.startswith("লাইগা\tজন্য\t") for line in lines)
    out = capsys.readouterr().out
    assert "60 " not in out.splitlines()[0]  # the validation and the test part are not learnt from
    assert out.count("(100.0%)") == 2
    assert main(["--corpus", str(tmp_path / "none.jsonl"), "--out-folder", str(tmp_path)]) == 2
    assert "none.jsonl" in capsys.readouterr().err


def test_the_file_that_ships_is_what_the_command_writes() -> None:
    text = (resources.files("sahayok") / "data" / FILE).read_text("utf-8")
    header, *lines = text.splitlines()
    table: dict[str, dict[str, int]] = {}
    for line in lines:
        said, told, times = line.split("\t")
        table.setdefault(said, {})[told] = int(times)
    assert table_text(table) == text
    assert list(table) == sorted(table)
    assert header.startswith("#")
    # Every pair stands in exchanges of the corpus: those of one file are looked up here.
    stand: set[tuple[str, str]] = set()
    for said, told in map(read, exchanges(load_dialogues(CORPUS / "contrast1.jsonl").dialogues)):
        stand |= {(word, other) for word in said for other in told}
    assert ("আমার", "আপনার") in stand
    assert sum(times for told in table.values() for times in told.values()) > 10_000
    assert len({(said, told) for said in table for told in table[said]} & stand) > len(lines) / 4
