"""Fitting the n-gram classifier on a few made texts, and the trainer of the readers of feelings."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from sahayok.feeling_reader import FILES, SHADES
from sahayok.ngrams import load
from training.dialogues import DialogueError, load_dialogues
from training.feelings import (
    by_their_replies,
    carelessly_typed,
    figures,
    labelled,
    main,
    named_feelings,
    polarity,
    without_marks,
)
from training.ngram_classifier import Example, calibrated, fit
from training.splits import split

EXAMPLES = [
    Example("আজ খুব আনন্দ", [1, 0]),
    Example("কী আনন্দের দিন", [1, 0]),
    Example("মনটা খারাপ", [0, 1]),
    Example("সব খারাপ লাগে", [0, 1]),
]


def test_it_learns_and_the_same_examples_give_the_same_bytes() -> None:
    classifier = fit(EXAMPLES, ["glad", "sad"], l2=0.01)
    assert classifier.probabilities("আনন্দ হচ্ছে")["glad"] > 0.7
    assert classifier.probabilities("খারাপ দিন গেল")["sad"] > 0.7
    assert classifier.packed() == fit(EXAMPLES, ["glad", "sad"], l2=0.01).packed()


def test_examples_count_by_their_weight() -> None:
    # One text under both labels: the bias, which has no penalty, takes the shares of the weights, 3 to 1.
    examples = [Example("মন", [1, 0], 3.0), Example("মন", [0, 1], 1.0)]
    assert fit(examples, ["a", "b"], l2=1.0).probabilities("মন")["a"] == pytest.approx(0.75, abs=0.01)


def test_the_temperature_is_that_of_the_truths() -> None:
    classifier = fit(EXAMPLES, ["glad", "sad"], l2=0.01)
    texts = [example.text for example in EXAMPLES]
    right, wrong = ["glad", "glad", "sad", "sad"], ["glad", "sad", "glad", "sad"]
    sure = calibrated(classifier, texts, right).probabilities(texts[0])["glad"]
    unsure = calibrated(classifier, texts, wrong).probabilities(texts[0])["glad"]
    assert unsure < classifier.probabilities(texts[0])["glad"] < sure


def test_typing() -> None:
    assert without_marks("মা, আমি ভালো নেই।") == "মা আমি ভালো নেই"
    assert without_marks("!") == ""
    typed = carelessly_typed("শীতের দিন, শীতের রাত।" * 20, random.Random(1))
    assert "।" not in typed
    assert {"শী", "সী", "শি"} & {typed[at : at + 2] for at in range(len(typed))} >= {"শী", "সী", "শি"}


def test_polarity_adds_the_painful_feelings() -> None:
    assert polarity({"glad": 0.4, "sad": 0.3, "afraid": 0.3}) == "painful"
    assert polarity({"glad": 0.4, "neutral": 0.35, "mixed": 0.25}) == "glad"


def corpus(folder: Path, feeling: str = "sad") -> Path:
    rows = [
        {
            "id": f"d{number}",
            "situation": f"situation-{number}",
            "region": "dhaka",
            "register": "apni",
            **({"feeling": feeling if number % 2 else "glad"} if number % 3 else {}),
            "messages": [
                {
                    "role": "user",
                    "content": f"{'মন খারাপ' if number % 2 else 'আনন্দ'} {'অআইউএওকখগঘ'[number % 10]}{number}",
                },
                {"role": "assistant", "content": "মন খারাপ লাগছে।" if number % 2 else "কী আনন্দের কথা!"},
            ],
        }
        for number in range(90)
    ]
    (folder / "made.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return folder


def test_both_readers_are_trained_and_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["--corpus", str(corpus(tmp_path)), "--out-folder", str(out)]) == 0
    assert sorted(file.name for file in out.iterdir()) == sorted(FILES.values())
    replies = load(out / FILES["reply"])
    assert replies.labels == SHADES
    assert replies.probabilities("কী আনন্দের কথা!")["glad"] > 0.9
    assert "100.0% of the nine feelings" in capsys.readouterr().out
    others = [dialogue for dialogue in load_dialogues(tmp_path).dialogues if dialogue.id in ("d0", "d3")]
    assert {row.message[:2]: row.feeling for row in by_their_replies(others, replies)} == {"আন": "glad", "মন": "sad"}


def test_an_unknown_feeling_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DialogueError, match=r"made\.jsonl: d1 has the feeling 'hungry'"):
        named_feelings(corpus(tmp_path, "hungry"))
    assert main(["--corpus", str(tmp_path), "--out-folder", str(tmp_path / "out")]) == 2
    assert "hungry" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    (tmp_path / "made.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(DialogueError, match="no dialogue names its feeling"):
        named_feelings(tmp_path)


def test_the_shipped_readers_read_the_validation_part() -> None:
    """A loose floor: a broken file falls below it, a change of the corpus does not."""
    from sahayok.feeling_reader import message_feelings, reply_feelings
    from training.cli import DEFAULT_CORPUS

    rows = labelled(split(load_dialogues(DEFAULT_CORPUS).dialogues), named_feelings(DEFAULT_CORPUS))["validation"]
    for read, texts, floor in (
        (message_feelings, [row.message for row in rows], 0.6),
        (reply_feelings, [row.reply for row in rows], 0.85),
    ):
        shares = [read(text) for text in texts]
        right = [
            max(one, key=lambda name, one=one: one[name]) == row.feeling for one, row in zip(shares, rows, strict=True)
        ]
        assert sum(right) / len(right) > floor


def test_figures_show_what_was_taken_for_what() -> None:
    from sahayok.feeling_reader import reader

    text = figures(reader("reply"), [("কী আনন্দের খবর, অভিনন্দন!", "glad"), ("রাগ হওয়ারই কথা।", "sad")])
    assert text.startswith("2 texts: 50.0% of the nine feelings, 100.0% of")
