"""Encoding of a text corpus into token files, the form in which pretraining reads it.

A folder of encoded text holds `train.bin`, `dialogue.bin` and `validation.bin` (little-endian uint16 ids, one stream)
and `tokens.json`, which says from what they were made. `dialogue.bin` repeats what of the training text is a dialogue
or sounds most like one: pretraining ends with it. Every document stands between <|begin_of_text|> and <|end_of_text|>.
A document that is wholly a dialogue is written in the chat format, so that the control tokens of that format are no
strangers to the model when fine-tuning begins.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sahayok.conversation import Message
from sahayok.files import sha256_of, write_whole
from sahayok.llama3 import BEGIN_OF_TEXT, END_OF_TEXT, ControlIds, encode_dialogue, text_encoder
from training.likeness import Likeness, passages
from training.text import MINIMUM_CHARACTERS, CorpusError, dialogue_turns, read_shard, without_repeated_paragraphs
from training.unwanted import Sieve

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

VALIDATION_EVERY = 500
"""Every how-many-th text is held out for validation, as it is; a passage that repeats one is left out of training."""
SAMPLE_EVERY = 25
"""From every how-many-th text is learnt what the text's words are, to tell what is like a dialogue."""
DIALOGUE_SHARE = 0.12
"""So much of the text, the most like a dialogue, is repeated in `dialogue.bin`."""
TEXTS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class EncodedText:
    """What `tokens.json` holds. Bytes are UTF-8 bytes of the text, control tokens not counted; `left_out` are
    characters of training text by the reason why they are not wanted."""

    tokenizer_sha256: str
    corpus_sha256: dict[str, str]
    texts: int
    train_tokens: int
    train_bytes: int
    dialogue_tokens: int
    validation_tokens: int
    validation_bytes: int
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class TokenStreams:
    """uint16, memory-mapped."""

    train: np.ndarray
    dialogue: np.ndarray
    validation: np.ndarray


def encode_corpus(
    files: list[Path], dialogues: Sequence[str], tokenizer: PreTrainedTokenizerFast, tokenizer_file: Path, out: Path
) -> EncodedText:
    """Encode the shards into `out`; `dialogues` are messages that show what a dialogue sounds like. Raises CorpusError
    for a corpus without usable text."""
    if len(tokenizer) > 1 << 16:
        raise CorpusError(f"the vocabulary has {len(tokenizer)} tokens and token files hold ids below 65,536")
    out.mkdir(parents=True, exist_ok=True)
    sieve, sample = Sieve(), []
    for number, text in enumerate(_texts(files)):
        if number % VALIDATION_EVERY == 0:
            sieve.hold_out(text)
        elif number % SAMPLE_EVERY == 0:
            sample.append(text)
    likeness = Likeness(dialogues, sample)
    enough = likeness.threshold([passage for text in sample for passage in passages(text)] or [""], DIALOGUE_SHARE)

    encoder = _Encoder(tokenizer)
    texts = 0
    with (
        _Stream(out / "train.bin") as train,
        _Stream(out / "dialogue.bin") as dialogue,
        _Stream(out / "validation.bin") as validation,
    ):
        reading = _texts(files)
        while batch := list(islice(reading, TEXTS_AT_ONCE)):
            held_out = [text for number, text in enumerate(batch, texts) if number % VALIDATION_EVERY == 0]
            kept = [sieve(text) for number, text in enumerate(batch, texts) if number % VALIDATION_EVERY]
            kept = [text for text in kept if len(text) >= MINIMUM_CHARACTERS]
            texts += len(batch)
            validation.write(encoder.documents(held_out))
            train.write(encoder.documents(kept))
            dialogue.write(encoder.documents([text for text in kept if dialogue_turns(text)]))
            prose = [passage for text in kept if not dialogue_turns(text) for passage in passages(text)]
            dialogue.write(encoder.documents([passage for passage in prose if likeness(passage) >= enough]))
        if not (train.tokens and validation.tokens):
            raise CorpusError(f"no usable Bengali text in {', '.join(map(str, files))}: at least two texts are needed")
    encoded = EncodedText(
        tokenizer_sha256=sha256_of(tokenizer_file),
        corpus_sha256={path.name: sha256_of(path) for path in files},
        texts=texts,
        train_tokens=train.tokens,
        train_bytes=train.text_bytes,
        dialogue_tokens=dialogue.tokens,
        validation_tokens=validation.tokens,
        validation_bytes=validation.text_bytes,
        left_out=dict(sieve.left_out),
    )
    with write_whole(out / "tokens.json") as record:
        record.write(json.dumps(asdict(encoded), indent=2).encode())
    return encoded


def read_encoded(folder: Path) -> tuple[EncodedText, TokenStreams]:
    """The record and the token streams. Raises CorpusError where the folder is none."""
    try:
        record = EncodedText(**json.loads((folder / "tokens.json").read_text(encoding="utf-8")))
        streams = {
            part: np.memmap(folder / f"{part}.bin", dtype="<u2", mode="r")
            for part in ("train", "dialogue", "validation")
        }
    except (OSError, ValueError, TypeError) as error:
        raise CorpusError(
            f"{folder} is no folder of encoded text ({error}): make one with `sahayok-train encode`"
        ) from None
    return record, TokenStreams(**streams)


def _texts(files: list[Path]) -> Iterator[str]:
    """The texts of the shards; of so many pieces of prose the dialogues among them come first. The order stays as it
    was for the first model, so that the same texts are held out and figures can be compared."""
    prose: list[str] = []
    for text in without_repeated_paragraphs(text for file in files for text in read_shard(file)):
        if dialogue_turns(text):
            yield text
            continue
        prose.append(text)
        if len(prose) == TEXTS_AT_ONCE:
            yield from prose
            prose = []
    yield from prose


class _Stream:
    """A token file that is written whole or not at all, with the count of what went into it."""

    def __init__(self, path: Path) -> None:
        self.tokens = self.text_bytes = 0
        self._whole = write_whole(path)

    def __enter__(self) -> _Stream:
        self._file = self._whole.__enter__()
        return self

    def __exit__(self, *error: Any) -> bool | None:
        return self._whole.__exit__(*error)

    def write(self, documents: Iterable[tuple[list[int], int]]) -> None:
        """Add documents, each its ids and the bytes of its text."""
        for ids, text_bytes in documents:
            self._file.write(np.asarray(ids, dtype="<u2").tobytes())
            self.tokens += len(ids)
            self.text_bytes += text_bytes


class _Encoder:
    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        self._backend, self._encode = tokenizer.backend_tokenizer, text_encoder(tokenizer)
        self._begin, self._end = (tokenizer.convert_tokens_to_ids(token) for token in (BEGIN_OF_TEXT, END_OF_TEXT))
        self._control = ControlIds.find(lambda token: tokenizer.get_vocab().get(token))

    def documents(self, texts: list[str]) -> Iterator[tuple[list[int], int]]:
        """Token ids and text bytes of each."""
        prose = [text for text in texts if not dialogue_turns(text)]
        for text, encoding in zip(prose, self._backend.encode_batch(prose, add_special_tokens=False), strict=True):
            yield [self._begin, *encoding.ids, self._end], len(text.encode())
        for turns in filter(None, map(dialogue_turns, texts)):
            messages = [Message("user" if i % 2 == 0 else "assistant", turn) for i, turn in enumerate(turns)]
            ids, _ = encode_dialogue(messages, self._encode, self._control)
            yield [*ids, self._end], sum(len(turn.encode()) for turn in turns)
