"""The readers of feelings that come with the package."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahayok.engines.engine import Engine
from sahayok.engines.loading import load_engine
from sahayok.feeling_reader import (
    FILES,
    SHADES,
    feeling_question,
    feelings_of,
    message_feelings,
    model_feelings,
    reader,
    reply_feelings,
)


@pytest.mark.parametrize(
    ("message", "feeling"),
    [
        ("আমার মন খারাপ", "sad"),
        ("মন ভালো নেই", "sad"),
        ("মন ভালো নেই!", "sad"),
        ("মা মারা গেছেন", "sad"),
        ("খুব ভয় লাগছে", "afraid"),
        ("নিজেকে খুব একা লাগে", "lonely"),
        ("বস সবার সামনে অপমান করল, রাগে গা জ্বলছে", "angry"),
        ("মুখ দেখাতে লজ্জা করছে", "ashamed"),
        ("আজ আমার বিয়ে ঠিক হয়েছে!", "glad"),
        ("আমি চাকরিটা পেয়েছি", "glad"),
        ("আজ কী রান্না করব ভাবছি", "neutral"),
        ("তুমি কে", "neutral"),
    ],
)
def test_clear_messages(message: str, feeling: str) -> None:
    shares = message_feelings(message)
    assert max(shares, key=lambda name: shares[name]) == feeling


@pytest.mark.parametrize(
    ("reply", "feeling"),
    [
        ("অভিনন্দন! কী আনন্দের খবর!", "glad"),
        ("ভয় লাগাটা স্বাভাবিক।", "afraid"),
        ("রাগ হওয়ারই কথা।", "angry"),
        ("এত একা লাগা খুব কষ্টের।", "lonely"),
        ("আমি সহায়ক, একটা যন্ত্র।", "neutral"),
    ],
)
def test_clear_replies(reply: str, feeling: str) -> None:
    shares = reply_feelings(reply)
    assert max(shares, key=lambda name: shares[name]) == feeling


@pytest.mark.parametrize("message", ["কান্না পাচ্ছে", "পরীক্ষায় ফেল করেছি", "আমার মন খারাপ", "খুব একা লাগে"])
@pytest.mark.parametrize("end", ["", "।", "!", "!!!", "..."])
def test_no_mark_makes_a_sad_message_glad(message: str, end: str) -> None:
    shares = message_feelings(message + end)
    assert shares["glad"] < 0.2


@given(st.text())
def test_any_text_has_probabilities(text: str) -> None:
    for shares in (message_feelings(text), reply_feelings(text)):
        assert tuple(shares) == SHADES
        assert sum(shares.values()) == pytest.approx(1)
        assert min(shares.values()) >= 0


def test_the_files_are_small_and_read_at_the_first_call() -> None:
    assert all(len(reader(role).packed()) <= 600_000 for role in FILES)
    code = (
        "import sys\n"
        "from sahayok.feeling_reader import message_feelings, reader\n"
        "print(reader.cache_info().currsize)\n"
        "message_feelings('মন')\n"
        "print(reader.cache_info().currsize, 'torch' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["0", "1", "False", "False"]


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Iterator[Engine]:
    loaded = load_engine(tiny_model)
    yield loaded
    loaded.close()


def test_a_model_is_asked_for_each_feeling(engine: Engine) -> None:
    question = feeling_question()
    assert tuple(question.answers) == SHADES
    nats = [engine.response_logprob(question.messages("মন খারাপ"), answer).nats for answer in question.answers.values()]
    total = sum(math.exp(-one) for one in nats)
    expected = {shade: math.exp(-one) / total for shade, one in zip(SHADES, nats, strict=True)}
    assert model_feelings(engine, "মন খারাপ") == pytest.approx(expected)


def test_two_opinions_are_a_weighted_product(engine: Engine) -> None:
    text = "চাকরিটা চলে গেল"
    own, second = message_feelings(text), model_feelings(engine, text)
    pooled = feelings_of(text, engine)
    assert sum(pooled.values()) == pytest.approx(1)
    assert feelings_of(text) == own
    # ln p = 0.6 ln a + 0.4 ln b - ln Z for every feeling, with one Z.
    constants = [0.6 * math.log(second[s]) + 0.4 * math.log(own[s]) - math.log(pooled[s]) for s in SHADES]
    assert constants == pytest.approx([constants[0]] * len(SHADES))


def test_of_a_long_message_a_model_reads_the_end(engine: Engine) -> None:
    long, end = "কথা " * 2000 + "মন খারাপ", ("কথা " * 200 + "মন খারাপ")[-400:]
    assert model_feelings(engine, long) == pytest.approx(model_feelings(engine, end), rel=1e-4)
