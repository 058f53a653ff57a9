"""A model's tokenizer, chat template and settings, without its weights: a Hugging Face folder or a GGUF file."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from eval_harness.errors import EvalError
from eval_harness.lint.rule import NotChecked
from export.checkpoint import read_json
from export.errors import ExportError
from sahayok.conversation import Message
from sahayok.llama3 import ControlIds

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "tokenizer_config.json")

MESSAGES = (
    Message("user", "আজ মনটা খুব খারাপ। কারও সাথে কথা বলতে ইচ্ছে করছে না।"),
    Message("assistant", "কথাটা বলেছেন, ভালো করেছেন। কী হয়েছে আজ?"),
    Message("user", "পরীক্ষায় ফেল করেছি, বাসায় বলতে পারছি না।"),
)
REPLY = "কথাটা একা বয়ে বেড়ানো কঠিন। বাসায় বললে কী হবে বলে ভয় হচ্ছে?"


@dataclass(frozen=True)
class ModelTokens:
    """What the rules ask a model. `encode_text` recognises no special token and adds none, `encode_rendered`
    recognises them and adds none, `encode_as_called` is what the tokenizer does when it is simply called.

    `template` renders messages (the flag asks for the beginning of a reply); it is None where the model has none.
    `stops` are the ids that end a generation, None where nothing says so; `context` is in tokens.
    """

    name: str
    encode_text: Callable[[str], list[int]]
    encode_rendered: Callable[[str], list[int]]
    encode_as_called: Callable[[str], list[int]]
    decode: Callable[[Sequence[int]], str]
    id_of: Callable[[str], int | None]
    token: Callable[[int], str]
    is_control: Callable[[int], bool]
    bos: int | None
    pad: int | None
    stops: frozenset[int] | None
    context: int | None
    template: Callable[[Sequence[Message], bool], str] | None

    @cached_property
    def control(self) -> ControlIds:
        """The Llama 3 control tokens. Raises NotChecked where the vocabulary lacks them."""
        try:
            return ControlIds.find(self.id_of)
        except ValueError as error:
            raise NotChecked(str(error)) from None

    def render(self, messages: Sequence[Message], begin_reply: bool) -> str:
        """The chat template's text. Raises NotChecked where there is no template or it refuses the messages."""
        if self.template is None:
            raise NotChecked("the model has no chat template")
        try:
            return self.template(messages, begin_reply)
        except Exception as error:  # a template is a program and raises what it likes
            raise NotChecked(f"the chat template refuses a conversation ({_first_line(error)})") from None


def read_model(path: Path) -> ModelTokens:
    """Read the tokenizer of a model folder or GGUF file. Raises EvalError or EngineError where there is none."""
    return _gguf(path) if path.is_file() else _folder(path)


def has_tokenizer(folder: Path) -> bool:
    return any((folder / name).is_file() for name in TOKENIZER_FILES)


def load_tokenizer(folder: Path) -> Any:
    """The transformers tokenizer of a folder. Raises EvalError."""
    if not has_tokenizer(folder):
        raise EvalError(f"{folder} has no tokenizer: copy the tokenizer files of the base model into it")
    from transformers import AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # transformers and tokenizers have no common error
        raise EvalError(f"the tokenizer of {folder} cannot be loaded: {_first_line(error)}") from None


def _folder(folder: Path) -> ModelTokens:
    tokenizer = load_tokenizer(folder)
    config, generation = (_settings(folder / name) for name in ("config.json", "generation_config.json"))
    vocabulary = tokenizer.get_vocab()
    control = {number for number, added in tokenizer.added_tokens_decoder.items() if added.special}
    control |= set(tokenizer.all_special_ids)

    def ids(text: str, **how: bool) -> list[int]:
        found: list[int] = tokenizer(text, **how)["input_ids"]
        return found

    def template(messages: Sequence[Message], begin_reply: bool) -> str:
        rows = [message.to_json() for message in messages]
        return str(tokenizer.apply_chat_template(rows, tokenize=False, add_generation_prompt=begin_reply))

    return ModelTokens(
        name=folder.name,
        encode_text=lambda text: ids(text, add_special_tokens=False, split_special_tokens=True),
        encode_rendered=lambda text: ids(text, add_special_tokens=False),
        encode_as_called=ids,
        decode=lambda numbers: str(tokenizer.decode(numbers, skip_special_tokens=True)),
        id_of=vocabulary.get,
        token=lambda number: str(tokenizer.convert_ids_to_tokens(number)),
        is_control=control.__contains__,
        bos=tokenizer.bos_token_id,
        pad=tokenizer.pad_token_id,
        stops=_stops(generation, config, tokenizer.eos_token_id),
        context=_context(config),
        template=template if tokenizer.chat_template else None,
    )


def _settings(file: Path) -> dict[str, Any] | None:
    if not file.is_file():
        return None
    try:
        return read_json(file)
    except ExportError as error:
        raise EvalError(str(error)) from None


def _stops(
    generation: dict[str, Any] | None, config: dict[str, Any] | None, tokenizer_eos: int | None
) -> frozenset[int] | None:
    """The ids at which transformers' generate ends: generation_config.json's, or else those of config.json."""
    if generation is None and config is None:
        return None
    named = (generation if generation is not None else config or {}).get("eos_token_id", tokenizer_eos)
    return frozenset(named if isinstance(named, list) else [] if named is None else [named])


def _context(config: dict[str, Any] | None) -> int | None:
    found = (config or {}).get("max_position_embeddings")
    return found if isinstance(found, int) else None


def _gguf(file: Path) -> ModelTokens:
    from llama_cpp import llama_cpp as c
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    from sahayok.engines.gguf_vocabulary import GgufVocabulary, load_gguf

    model = load_gguf(file, vocabulary_only=True)
    vocabulary = GgufVocabulary(model)
    pointer = vocabulary.pointer
    source = c.llama_model_chat_template(model, None)

    def token(number: int | None) -> str:
        return "" if number is None else (c.llama_vocab_get_text(pointer, number) or b"").decode(errors="replace")

    def present(number: int) -> int | None:
        return number if number >= 0 else None

    bos, eos = present(c.llama_vocab_bos(pointer)), present(c.llama_vocab_eos(pointer))

    def template(messages: Sequence[Message], begin_reply: bool) -> str:
        form = Jinja2ChatFormatter(source.decode(), token(eos), token(bos), add_generation_prompt=begin_reply)
        rows: Any = [message.to_json() for message in messages]
        return str(form(messages=rows).prompt)

    found = ModelTokens(
        name=file.name,
        encode_text=vocabulary.encode,
        encode_rendered=lambda text: vocabulary.encode(text, control=True),
        encode_as_called=lambda text: vocabulary.encode(text, control=True, wrapped=True),
        decode=vocabulary.decode,
        id_of=vocabulary.control_id,
        token=token,
        is_control=vocabulary.is_control,
        bos=bos,
        pad=present(c.llama_vocab_pad(pointer)),
        stops=frozenset(filter(vocabulary.ends, range(vocabulary.size))),
        context=_gguf_context(model),
        template=template if source else None,
    )
    weakref.finalize(found, c.llama_model_free, model)
    return found


def _gguf_context(model: Any) -> int | None:
    """From the file's own figures: llama.cpp does not read them when it reads the vocabulary alone."""
    import ctypes

    from llama_cpp import llama_cpp as c

    def value(key: str) -> str:
        buffer = ctypes.create_string_buffer(256)
        count = c.llama_model_meta_val_str(model, key.encode(), buffer, len(buffer))
        return buffer.value.decode(errors="replace") if count > 0 else ""

    found = value(f"{value('general.architecture')}.context_length")
    return int(found) if found.isdecimal() else None


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
