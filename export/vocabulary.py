"""What a GGUF file needs to know of a byte-level BPE tokenizer, read from tokenizer.json."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from export.checkpoint import read_json
from export.errors import ExportError
from sahayok.llama3 import END_OF_TURN, ControlIds


@dataclass(frozen=True, slots=True)
class PreTokenizer:
    """A way to cut text before merging that llama.cpp knows under `name`. `ignore_merges`: a piece that is a token as a
    whole is taken as it is, whatever the merges say; llama.cpp ties this to the name."""

    name: str
    expressions: tuple[str, ...]
    ignore_merges: bool


# Expressions from llama.cpp, src/llama-vocab.cpp (llama_vocab's pre_type cases): first as the models' own
# tokenizer.json has them, then as llama.cpp spells them out.
_LLAMA3 = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_QWEN35 = r"[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_SHORT_ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|"
_LONG_ENDINGS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|"
PRE_TOKENIZERS = (
    PreTokenizer("llama-bpe", (_SHORT_ENDINGS + _LLAMA3, _LONG_ENDINGS + _LLAMA3), ignore_merges=True),
    PreTokenizer("qwen35", (_SHORT_ENDINGS + _QWEN35, _LONG_ENDINGS + _QWEN35), ignore_merges=False),
)

_LOOKS_LIKE_CONTROL = re.compile(r"<\|.*\|>")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens by id with their gguf.TokenType, merges as `left right`, ids of the special tokens that there are."""

    pre_tokenizer: str
    tokens: list[str]
    types: list[int]
    merges: list[str]
    bos: int
    eos: int | None
    eot: int
    pad: int | None
    adds_bos: bool
    """Whether the tokenizer itself puts begin-of-text before a text. This project's code places it by id instead."""
    chat_template: str | None


def read_vocabulary(folder: Path, size: int) -> Vocabulary:
    """Read the tokenizer of a model whose embedding has `size` rows; rows without a token become unused tokens.

    Raises ExportError for a tokenizer that llama.cpp would not follow token by token.
    """
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise ExportError(f"{folder} has no tokenizer.json: copy the tokenizer files of the base model into it")
    content = read_json(path)
    try:
        return _vocabulary(content, folder, size)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ExportError(f"{path} is damaged ({type(error).__name__}: {error}): get the file again") from None


def _vocabulary(content: dict[str, Any], folder: Path, size: int) -> Vocabulary:
    path = folder / "tokenizer.json"
    pre_tokenizer = detect_pre_tokenizer(content, path)
    tokens, types = _tokens(content, size, path)
    ids = {token: number for number, token in enumerate(tokens)}
    if len(ids) != len(tokens):
        raise ExportError(f"{path}: two tokens have the same text: llama.cpp cannot hold such a vocabulary")
    try:
        control = ControlIds.find(ids.get)
    except ValueError as error:
        raise ExportError(f"{path}: {error}") from None
    named = read_json(folder / "tokenizer_config.json")

    def id_of(role: str) -> int | None:
        token = named.get(role)
        return ids.get(token["content"] if isinstance(token, dict) else token) if token else None

    return Vocabulary(
        pre_tokenizer=pre_tokenizer,
        tokens=tokens,
        types=types,
        merges=[merge if isinstance(merge, str) else " ".join(merge) for merge in content["model"]["merges"]],
        bos=control.begin_of_text,
        eos=id_of("eos_token"),
        eot=ids[END_OF_TURN],
        pad=id_of("pad_token"),
        adds_bos=_adds(content.get("post_processor"), tokens[control.begin_of_text]),
        chat_template=_chat_template(folder, named),
    )


def detect_pre_tokenizer(content: dict[str, Any], path: Path) -> str:
    """llama.cpp's name for the pre-tokenizer of a tokenizer.json. Raises ExportError where it has none."""
    model = content["model"]
    if model.get("type") != "BPE" or content.get("normalizer") is not None:
        raise ExportError(f"{path}: only byte-level BPE without a normalizer can be exported")
    split, byte_level = _parts(content.get("pre_tokenizer"))
    if split and byte_level and split.get("behavior") == "Isolated" and not split.get("invert"):
        expression = split["pattern"].get("Regex")
        for known in PRE_TOKENIZERS:
            if expression in known.expressions and bool(model.get("ignore_merges")) == known.ignore_merges:
                return known.name
    names = " and ".join(known.name for known in PRE_TOKENIZERS)
    raise ExportError(
        f"{path}: llama.cpp would cut text differently from this pre-tokenizer: train the tokenizer with one of those "
        f"known here ({names})"
    )


def _parts(pre_tokenizer: Any) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The Split and the ByteLevel of a pre-tokenizer that is exactly these two, or None for what is not there."""
    steps = pre_tokenizer.get("pretokenizers", []) if isinstance(pre_tokenizer, dict) else []
    if [step.get("type") for step in steps] != ["Split", "ByteLevel"]:
        return None, None
    split, byte_level = steps
    plain = not byte_level.get("add_prefix_space") and not byte_level.get("use_regex", True)
    return split, byte_level if plain else None


def _tokens(content: dict[str, Any], size: int, path: Path) -> tuple[list[str], list[int]]:
    from gguf import TokenType

    plain = {number: token for token, number in content["model"]["vocab"].items()}
    added = {entry["id"]: entry for entry in content.get("added_tokens", [])}
    if (most := max((*plain, *added))) >= size:
        raise ExportError(f"{path} has a token {most} and the model embeds only {size}: they do not belong together")
    tokens, types = [], []
    for number in range(size):
        if number in added:
            token = added[number]["content"]
            # A token that a chat format gives a meaning must never come from text, even where it was added carelessly.
            special = added[number]["special"] or _LOOKS_LIKE_CONTROL.fullmatch(token)
            tokens.append(token)
            types.append(int(TokenType.CONTROL if special else TokenType.USER_DEFINED))
        elif number in plain:
            tokens.append(plain[number])
            types.append(int(TokenType.NORMAL))
        else:
            tokens.append(f"[PAD{number}]")
            types.append(int(TokenType.UNUSED))
    return tokens, types


def _adds(post_processor: Any, token: str) -> bool:
    """Whether a post-processor of tokenizer.json puts `token` first."""
    if not isinstance(post_processor, dict):
        return False
    if post_processor.get("type") == "Sequence":
        return any(_adds(step, token) for step in post_processor["processors"])
    first = (post_processor.get("single") or [{}])[0]
    return bool(first.get("SpecialToken", {}).get("id") == token)


def _chat_template(folder: Path, named: dict[str, Any]) -> str | None:
    separate = folder / "chat_template.jinja"
    if separate.is_file():
        return separate.read_text(encoding="utf-8")
    template = named.get("chat_template")
    return template if isinstance(template, str) else None
