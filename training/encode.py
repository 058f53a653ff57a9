"""Encoding of a text corpus into token files, the form in which pretraining reads it.

A folder of encoded text holds `train.bin` and `validation.bin` (little-endian uint16 ids, one stream) and
`tokens.json`, which says from what they were made. Every document stands between <|begin_of_text|> and
<|end_of_text|>. A document that is wholly a dialogue is written in the chat format, so that the control tokens of
that format are no strangers to the model when fine-tuning begins.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sahayok.conversation import Message
from sahayok.files import sha256_of, write_whole
from sahayok.llama3 import BEGIN_OF_TEXT, END_OF_TEXT, ControlIds, encode_dialogue, text_encoder
from training.text import CorpusError, dialogue_turns, read_shard, without_repeated_paragraphs

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

VALIDATION_EVERY = 500
"""Every how-many-th text is held out for validation."""
TEXTS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class EncodedText:
    """What `tokens.json` holds. Bytes are UTF-8 bytes of the text, control tokens not counted."""

    tokenizer_sha256: str
    corpus_sha256: dict[str, str]
    texts: int
    train_tokens: int
    train_bytes: int
    validation_tokens: int
    validation_bytes: int


def encode_corpus(
    files: list[Path], tokenizer: PreTrainedTokenizerFast, tokenizer_file: Path, out: Path
) -> EncodedText:
    """Encode the shards into `out`. Raises CorpusError for a corpus without usable text."""
    if len(tokenizer) > 1 << 16:
        raise CorpusError(f"the vocabulary has {len(tokenizer)} tokens and token files hold ids below 65,536")
    out.mkdir(parents=True, exist_ok=True)
    tokens = {"train": 0, "validation": 0}
    size = dict(tokens)
    texts = 0
    with write_whole(out / "train.bin") as train, write_whole(out / "validation.bin") as validation:
        file = {"train": train, "validation": validation}
        for ids, size_of_text in _encode(files, tokenizer):
            part = "validation" if texts % VALIDATION_EVERY == 0 else "train"
            texts += 1
            file[part].write(np.asarray(ids, dtype="<u2").tobytes())
            tokens[part] += len(ids)
            size[part] += size_of_text
        if texts < 2:
            raise CorpusError(f"no usable Bengali text in {', '.join(map(str, files))}: at least two texts are needed")
    encoded = EncodedText(
        tokenizer_sha256=sha256_of(tokenizer_file),
        corpus_sha256={path.name: sha256_of(path) for path in files},
        texts=texts,
        train_tokens=tokens["train"],
        train_bytes=size["train"],
        validation_tokens=tokens["validation"],
        validation_bytes=size["validation"],
    )
    with write_whole(out / "tokens.json") as record:
        record.write(json.dumps(asdict(encoded), indent=2).encode())
    return encoded


def read_encoded(folder: Path) -> tuple[EncodedText, np.ndarray, np.ndarray]:
    """The record and the two token streams (uint16, memory-mapped). Raises CorpusError where the folder is none."""
    try:
        record = EncodedText(**json.loads((folder / "tokens.json").read_text(encoding="utf-8")))
        streams = [np.memmap(folder / f"{part}.bin", dtype="<u2", mode="r") for part in ("train", "validation")]
    except (OSError, ValueError, TypeError) as error:
        raise CorpusError(
            f"{folder} is no folder of encoded text ({error}): make one with `sahayok-train encode`"
        ) from None
    return record, streams[0], streams[1]


def _encode(files: list[Path], tokenizer: PreTrainedTokenizerFast) -> Iterator[tuple[list[int], int]]:
    """Token ids and text bytes of each document."""
    backend, encode = tokenizer.backend_tokenizer, text_encoder(tokenizer)
    begin, end = (tokenizer.convert_tokens_to_ids(token) for token in (BEGIN_OF_TEXT, END_OF_TEXT))
    control = ControlIds.find(lambda token: tokenizer.get_vocab().get(token))

    waiting: list[str] = []

    def encode_waiting() -> Iterator[tuple[list[int], int]]:
        for text, encoding in zip(waiting, backend.encode_batch(waiting, add_special_tokens=False), strict=True):
            yield [begin, *encoding.ids, end], len(text.encode())
        waiting.clear()

    for text in without_repeated_paragraphs(text for file in files for text in read_shard(file)):
        turns = dialogue_turns(text)
        if turns:
            messages = [Message("user" if i % 2 == 0 else "assistant", turn) for i, turn in enumerate(turns)]
            yield [*encode_dialogue(messages, encode, control)[0], end], sum(len(turn.encode()) for turn in turns)
            continue
        waiting.append(text)
        if len(waiting) == TEXTS_AT_ONCE:
            yield from encode_waiting()
    yield from encode_waiting()
