from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval_harness.errors import EvalError
from eval_harness.reply_cache import ReplyCache
from sahayok.engines.engine import Counts, Reply, Sampling, Scored
from tests.eval_harness.made import a_header

REPLY = Reply("শুনছি।", "eot", Counts(9, 8, 3, 1.25, 0.5))
SAMPLING = Sampling(seed=7)


def test_what_was_kept_is_found_also_later(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "cache.sqlite3"
    with ReplyCache(file, a_header()) as cache:
        assert cache.reply("aa", SAMPLING, 0, "batch") is None
        cache.keep_reply("aa", SAMPLING, 0, "batch", REPLY)
        cache.keep_likelihood("aa", "উত্তর", Scored(7.5, 3, 15))
    with ReplyCache(file, a_header()) as cache:
        assert cache.reply("aa", SAMPLING, 0, "batch") == REPLY
        assert cache.likelihood("aa", "উত্তর") == Scored(7.5, 3, 15)
        assert cache.likelihood("aa", "অন্য") is None


@pytest.mark.parametrize(
    "other",
    [
        ("bb", SAMPLING, 0, "batch"),
        ("aa", replace(SAMPLING, seed=8), 0, "batch"),
        ("aa", replace(SAMPLING, top_k=1), 0, "batch"),
        ("aa", SAMPLING, 1, "batch"),
        ("aa", SAMPLING, 0, "other"),
    ],
)
def test_another_question_is_another(tmp_path: Path, other: tuple[str, Sampling, int, str]) -> None:
    with ReplyCache(tmp_path / "c.sqlite3", a_header()) as cache:
        cache.keep_reply("aa", SAMPLING, 0, "batch", REPLY)
        assert cache.reply(*other) is None


@pytest.mark.parametrize(
    "other",
    [
        {"model_sha256": "ff" * 32},
        {"adapter_sha256": "ff" * 32},
        {"engine": "huggingface"},
        {"quantization": "nf4"},
        {"parallel": 2},
        {"versions": {"python": "3.99"}},
        {"device": "a GPU"},
        {"threads": 3},
    ],
)
def test_another_model_is_another(tmp_path: Path, other: dict[str, Any]) -> None:
    with ReplyCache(tmp_path / "c.sqlite3", a_header()) as cache:
        cache.keep_reply("aa", SAMPLING, 0, "batch", REPLY)
    with ReplyCache(tmp_path / "c.sqlite3", a_header(**other)) as cache:
        assert cache.reply("aa", SAMPLING, 0, "batch") is None


def test_another_corpus_is_not_another_model(tmp_path: Path) -> None:
    with ReplyCache(tmp_path / "c.sqlite3", a_header()) as cache:
        cache.keep_reply("aa", SAMPLING, 0, "batch", REPLY)
    with ReplyCache(tmp_path / "c.sqlite3", a_header(corpus="x", split="validation", items=9)) as cache:
        assert cache.reply("aa", SAMPLING, 0, "batch") == REPLY


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "c.sqlite3").write_bytes(b"no database at all, but long enough to be read as one" * 100)
    with pytest.raises(EvalError, match="delete it, or run with --no-cache"):
        ReplyCache(tmp_path / "c.sqlite3", a_header())
