"""The Llama 3.1 Instruct chat format, as token ids.

Layout (Meta, "Llama 3.1 prompt format"): <|begin_of_text|> once, then for each message
<|start_header_id|>role<|end_header_id|>, a blank line, the trimmed content, <|eot_id|>; the prompt ends with the
assistant's header and a blank line. Hugging Face's template for Llama 3.1 also writes "Cutting Knowledge Date" and
today's date into every system prompt; this project leaves both out, so that a prompt is the same every day.

What a person types can never become a control token: content is encoded with the tokenizer's special tokens switched
off, and control tokens are placed by id. No string with control tokens in it is ever built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sahayok.bengali import nfc
from sahayok.conversation import Message

BEGIN_OF_TEXT = "<|begin_of_text|>"
END_OF_TEXT = "<|end_of_text|>"
START_HEADER = "<|start_header_id|>"
END_HEADER = "<|end_header_id|>"
END_OF_MESSAGE = "<|eom_id|>"
END_OF_TURN = "<|eot_id|>"
PADDING = "<|finetune_right_pad_id|>"

# Every control token that a Llama 3.1 vocabulary has or that this project gives a small model of its own.
CONTROL_TOKENS = (BEGIN_OF_TEXT, END_OF_TEXT, START_HEADER, END_HEADER, END_OF_MESSAGE, END_OF_TURN, PADDING)

EncodeText = Callable[[str], list[int]]
"""Text to ids, no special token added and none recognised in the text."""


@dataclass(frozen=True, slots=True)
class ControlIds:
    """The ids of the control tokens in one vocabulary."""

    begin_of_text: int
    start_header: int
    end_header: int
    end_of_turn: int
    stops: frozenset[int]

    @classmethod
    def find(cls, id_of: Callable[[str], int | None]) -> ControlIds:
        """Look the control tokens up. Raises ValueError naming those that the vocabulary lacks."""
        ids = {token: id_of(token) for token in CONTROL_TOKENS}
        needed = (BEGIN_OF_TEXT, START_HEADER, END_HEADER, END_OF_TURN)
        missing = [token for token in needed if ids[token] is None]
        if missing:
            raise ValueError(f"this vocabulary is not of the Llama 3 chat format: it has no {', '.join(missing)}")
        found = {token: number for token, number in ids.items() if number is not None}
        stops = frozenset(found[token] for token in (END_OF_TURN, END_OF_MESSAGE, END_OF_TEXT) if token in found)
        return cls(found[BEGIN_OF_TEXT], found[START_HEADER], found[END_HEADER], found[END_OF_TURN], stops)


def text_encoder(tokenizer: Any) -> EncodeText:
    """The encoder of a transformers fast tokenizer, special tokens switched off: a typed "<|eot_id|>" stays text."""
    backend = tokenizer.backend_tokenizer
    backend.encode_special_tokens = True

    def encode(text: str) -> list[int]:
        ids: list[int] = backend.encode(text, add_special_tokens=False).ids
        return ids

    return encode


def encode_prompt(messages: Sequence[Message], encode: EncodeText, ids: ControlIds) -> list[int]:
    """Token ids of the prompt for the reply that follows `messages`."""
    return [
        ids.begin_of_text,
        *(token for message in messages for token in _message(message, encode, ids)),
        *_header("assistant", encode, ids),
        *encode("\n\n"),
    ]


def encode_reply(text: str, encode: EncodeText, ids: ControlIds) -> list[int]:
    """Token ids of a whole reply as training and scoring see it: its text and the end of turn."""
    return [*encode(nfc(text).strip()), ids.end_of_turn]


def encode_dialogue(messages: Sequence[Message], encode: EncodeText, ids: ControlIds) -> tuple[list[int], list[int]]:
    """Token ids of a finished dialogue and, of the same length, 1 where the loss is taken: on the tokens of the
    counsellor's replies and on the end of turn that closes each."""
    tokens, mask = [ids.begin_of_text], [0]
    for message in messages:
        if message.role == "assistant":
            prefix = [*_header("assistant", encode, ids), *encode("\n\n")]
            reply = encode_reply(message.content, encode, ids)
            tokens += prefix + reply
            mask += [0] * len(prefix) + [1] * len(reply)
        else:
            part = list(_message(message, encode, ids))
            tokens += part
            mask += [0] * len(part)
    return tokens, mask


def _header(role: str, encode: EncodeText, ids: ControlIds) -> Iterator[int]:
    yield ids.start_header
    yield from encode(role)
    yield ids.end_header


def _message(message: Message, encode: EncodeText, ids: ControlIds) -> Iterator[int]:
    # The blank line and the text are encoded apart, as Meta's reference code does: then a reply's tokens are the
    # same whether it is being generated, scored or read back as history, and the cache of the last turn holds.
    yield from _header(message.role, encode, ids)
    yield from encode("\n\n")
    yield from encode(nfc(message.content).strip())
    yield ids.end_of_turn
