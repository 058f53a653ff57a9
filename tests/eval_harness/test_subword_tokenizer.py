from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer

from eval_harness.errors import EvalError
from eval_harness.subword_tokenizer import load_tokenizer
from sahayok.engines.engine import EngineError
from sahayok.files import sha256_of
from sahayok.models import EMBEDDED, find_model
from tests.bengali_text import LINES


def test_a_folder_and_its_tokenizer_file_are_the_same(tiny_model: Path) -> None:
    folder, file = load_tokenizer(tiny_model), load_tokenizer(tiny_model / "tokenizer.json")
    theirs = Tokenizer.from_file(str(tiny_model / "tokenizer.json"))
    assert folder.name == file.name == f"hf-{sha256_of(tiny_model / 'tokenizer.json')[:12]}"
    for line in LINES:
        assert folder(line) == file(line) == theirs.encode(line, add_special_tokens=False).ids


def test_a_gguf_file_cuts_as_the_tokenizer_it_was_made_from(tiny_model: Path, tiny_gguf: Path) -> None:
    gguf, folder = load_tokenizer(tiny_gguf), load_tokenizer(tiny_model)
    assert gguf.name == f"gguf-{sha256_of(tiny_gguf)[:12]}"
    for line in LINES:
        assert gguf(line) == folder(line)
    assert gguf("") == []


def test_the_embedded_model_has_a_bengali_vocabulary() -> None:
    tokenizer = load_tokenizer(find_model(EMBEDDED))
    assert len(tokenizer("আমার মন ভালো নেই।")) <= 6


def test_control_tokens_that_stand_in_a_text_are_plain_text(tiny_gguf: Path) -> None:
    assert len(load_tokenizer(tiny_gguf)("<|eot_id|>")) > 1


def test_what_is_no_tokenizer_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no such file"):
        load_tokenizer(tmp_path / "missing")
    with pytest.raises(EvalError, match=r"tokenizer\.json: no such file"):
        load_tokenizer(tmp_path)
    text = tmp_path / "text.json"
    text.write_text("[1, 2]")
    with pytest.raises(EvalError, match="neither a tokenizer"):
        load_tokenizer(text)
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(b"GGUF\x03\x00\x00")
    with pytest.raises(EngineError, match="cannot be loaded") as caught:
        load_tokenizer(cut)
    assert "\n" not in str(caught.value)
