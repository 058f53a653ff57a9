from pathlib import Path

import pytest

from sahayok.llama3 import CONTROL_TOKENS
from tests.bengali_text import LINES
from training.text import CorpusError
from training.tokenizer import load_tokenizer, sample, train_tokenizer


def test_the_vocabulary_has_exactly_the_size_asked_for_with_the_control_tokens_last() -> None:
    tokenizer = train_tokenizer(iter(LINES), 400)
    assert len(tokenizer) == 400
    assert [tokenizer.convert_ids_to_tokens(400 - len(CONTROL_TOKENS) + i) for i in range(len(CONTROL_TOKENS))] == list(
        CONTROL_TOKENS
    )


def test_every_byte_comes_back(tiny_model: Path) -> None:
    tokenizer = load_tokenizer(tiny_model)
    text = "ক্ষি র‍্যাব ১২.৫ 😀 \u09dc abc\n\n  \t#"
    ids = tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids
    assert tokenizer.backend_tokenizer.decode(ids) == text


def test_a_vowel_sign_stays_with_its_letter(tiny_model: Path) -> None:
    pre_tokenizer = load_tokenizer(tiny_model).backend_tokenizer.pre_tokenizer
    parts = [span for _, span in pre_tokenizer.pre_tokenize_str("আমি পরীক্ষায় ফেল")]
    assert parts == [(0, 3), (3, 13), (13, 17)]


def test_it_saves_and_loads_alike(tmp_path: Path) -> None:
    tokenizer = train_tokenizer(iter(LINES), 400)
    tokenizer.save_pretrained(tmp_path)
    again = load_tokenizer(tmp_path)
    assert [again(line)["input_ids"] for line in LINES] == [tokenizer(line)["input_ids"] for line in LINES]


def test_a_sample_is_the_beginning_of_every_nth_text(shard: Path) -> None:
    texts = list(sample([shard], every=4, characters=200))
    assert "(0-0)" in texts[0]
    assert 10 <= len(texts) <= 15
    assert max(map(len, texts)) == 200


def test_a_folder_without_a_tokenizer(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="make one with `sahayok-train tokenizer`"):
        load_tokenizer(tmp_path)
