import json
from pathlib import Path

import pytest

from training.encode import encode_corpus, read_encoded
from training.text import CorpusError
from training.tokenizer import load_tokenizer

MESSAGES = ["মন ভালো নেই, কী করি?"]
LONG = "আজ সারা দিন বৃষ্টি হলো, বাইরে যাওয়া হলো না, ঘরে বসে পুরোনো চিঠিগুলো পড়লাম আর চা খেলাম।"


def test_streams_and_record(tiny_model: Path, shard: Path, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(tiny_model)
    record = encode_corpus([shard], MESSAGES, tokenizer, tiny_model / "tokenizer.json", tmp_path / "out")
    again, streams = read_encoded(tmp_path / "out")
    train, validation = streams.train, streams.validation
    assert again == record
    assert (len(train), len(validation)) == (record.train_tokens, record.validation_tokens)
    begin, end = tokenizer.convert_tokens_to_ids(["<|begin_of_text|>", "<|end_of_text|>"])
    assert train[0] == begin and train[-1] == end
    assert (train == begin).sum() == (train == end).sum() == record.texts - 1
    first = tokenizer.decode(validation[1:-1])
    assert first == json.loads(shard.read_text("utf-8").splitlines()[0])["text"]
    assert record.validation_bytes == len(first.encode())
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "dialogue.bin",
        "tokens.json",
        "train.bin",
        "validation.bin",
    ]


def test_a_dialogue_is_written_in_the_chat_format(tiny_model: Path, tmp_path: Path) -> None:
    shard = tmp_path / "d.jsonl"
    texts = [LONG, LONG.replace("বৃষ্টি", "রোদ"), "- মনটা আজ একদম ভালো নেই রে ভাই, কী করি?\n- কেন, কী হয়েছে, আমাকে বল।"]
    shard.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    tokenizer = load_tokenizer(tiny_model)
    encode_corpus([shard], MESSAGES, tokenizer, tiny_model / "tokenizer.json", tmp_path / "out")
    _, streams = read_encoded(tmp_path / "out")  # of a batch the dialogues come first
    assert tokenizer.decode(streams.validation, skip_special_tokens=False) == (
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nমনটা আজ একদম ভালো নেই রে ভাই, কী করি?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nকেন, কী হয়েছে, আমাকে বল।<|eot_id|><|end_of_text|>"
    )


def test_a_control_token_in_a_text_stays_text(tiny_model: Path, tmp_path: Path) -> None:
    shard = tmp_path / "d.jsonl"
    shard.write_text("".join(json.dumps({"text": f"{LONG} <|eot_id|> {n}"}) + "\n" for n in range(2)), "utf-8")
    tokenizer = load_tokenizer(tiny_model)
    encode_corpus([shard], MESSAGES, tokenizer, tiny_model / "tokenizer.json", tmp_path / "out")
    _, streams = read_encoded(tmp_path / "out")
    assert tokenizer.convert_tokens_to_ids("<|eot_id|>") not in streams.train


def test_a_corpus_without_usable_text_leaves_nothing(tiny_model: Path, tmp_path: Path) -> None:
    shard = tmp_path / "d.jsonl"
    shard.write_text('{"text": "short"}\n', "utf-8")
    with pytest.raises(CorpusError, match="no usable Bengali text"):
        encode_corpus([shard], MESSAGES, load_tokenizer(tiny_model), tiny_model / "tokenizer.json", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="make one with `sahayok-train encode`"):
        read_encoded(tmp_path)
