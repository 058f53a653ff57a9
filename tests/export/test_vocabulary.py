from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gguf import TokenType

from export.errors import ExportError
from export.vocabulary import PRE_TOKENIZERS, read_vocabulary
from sahayok.llama3 import BEGIN_OF_TEXT, CONTROL_TOKENS, END_OF_TURN, PADDING
from tests.export.damage import edit_json
from training.tokenizer import CHAT_TEMPLATE, QWEN35

SIZE = 512
Copy = Callable[[Path], Path]


def test_the_projects_tokenizer_is_read(base: Path) -> None:
    vocabulary = read_vocabulary(base, SIZE)
    assert vocabulary.pre_tokenizer == "qwen35"
    assert len(vocabulary.tokens) == len(vocabulary.types) == SIZE
    control = [token for token, kind in zip(vocabulary.tokens, vocabulary.types, strict=True) if kind == 3]
    assert control == list(CONTROL_TOKENS)
    assert vocabulary.tokens[vocabulary.bos] == BEGIN_OF_TEXT
    assert vocabulary.tokens[vocabulary.eot] == END_OF_TURN
    assert vocabulary.eos == vocabulary.eot
    assert vocabulary.pad is not None
    assert vocabulary.tokens[vocabulary.pad] == PADDING
    assert not vocabulary.adds_bos
    assert vocabulary.chat_template == CHAT_TEMPLATE


def test_the_projects_expression_is_known() -> None:
    assert QWEN35 in next(known for known in PRE_TOKENIZERS if known.name == "qwen35").expressions


def test_llama_3_is_known_by_its_expression_and_its_ignored_merges(base: Path, copy_of: Copy) -> None:
    folder = copy_of(base)
    llama3 = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        r"|\s+(?!\S)|\s+"
    )

    def change(content: dict[str, Any]) -> None:
        content["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = llama3
        content["model"]["ignore_merges"] = True

    edit_json(folder / "tokenizer.json", change)
    assert read_vocabulary(folder, SIZE).pre_tokenizer == "llama-bpe"
    edit_json(folder / "tokenizer.json", lambda content: content["model"].update(ignore_merges=False))
    with pytest.raises(ExportError, match="would cut text differently"):
        read_vocabulary(folder, SIZE)


def test_merges_may_be_pairs_or_texts(base: Path, copy_of: Copy) -> None:
    folder = copy_of(base)
    as_pairs = read_vocabulary(folder, SIZE).merges
    assert isinstance(json.loads((folder / "tokenizer.json").read_text())["model"]["merges"][0], list)
    edit_json(folder / "tokenizer.json", lambda content: content["model"].update(merges=as_pairs))
    assert read_vocabulary(folder, SIZE).merges == as_pairs


def test_a_tokenizer_that_puts_begin_of_text_first_says_so(base: Path, copy_of: Copy) -> None:
    folder = copy_of(base)
    template = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": BEGIN_OF_TEXT, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    }
    sequence = {"type": "Sequence", "processors": [{"type": "ByteLevel"}, template]}
    edit_json(folder / "tokenizer.json", lambda content: content.update(post_processor=sequence))
    assert read_vocabulary(folder, SIZE).adds_bos
    edit_json(folder / "tokenizer.json", lambda content: content.update(post_processor=None))
    assert not read_vocabulary(folder, SIZE).adds_bos


def test_rows_without_a_token_are_unused_and_careless_control_tokens_are_control(base: Path, copy_of: Copy) -> None:
    folder = copy_of(base)
    entry = {"id": 512, "special": False, "content": "<|python_tag|>"}
    edit_json(folder / "tokenizer.json", lambda content: content["added_tokens"].append(entry))
    edit_json(
        folder / "tokenizer.json",
        lambda content: content["added_tokens"].append({**entry, "id": 513} | {"content": "যোগ"}),
    )
    vocabulary = read_vocabulary(folder, 516)
    assert vocabulary.types[512:] == [TokenType.CONTROL, TokenType.USER_DEFINED, TokenType.UNUSED, TokenType.UNUSED]
    assert vocabulary.tokens[512:] == ["<|python_tag|>", "যোগ", "[PAD514]", "[PAD515]"]


def test_special_tokens_may_be_objects_and_the_template_a_key(base: Path, copy_of: Copy) -> None:
    folder = copy_of(base)
    (folder / "chat_template.jinja").unlink()
    named = {"eos_token": {"content": END_OF_TURN}, "chat_template": "{{ x }}"}
    (folder / "tokenizer_config.json").write_text(json.dumps(named))
    vocabulary = read_vocabulary(folder, SIZE)
    assert vocabulary.eos == vocabulary.eot
    assert vocabulary.pad is None
    assert vocabulary.chat_template == "{{ x }}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: c["pre_tokenizer"]["pretokenizers"][0]["pattern"].update(Regex=r"\w+"), "would cut text diff"),
        (lambda c: c["pre_tokenizer"]["pretokenizers"][1].update(use_regex=True), "would cut text differently"),
        (lambda c: c["pre_tokenizer"]["pretokenizers"][0].update(behavior="Removed"), "would cut text differently"),
        (lambda c: c.update(pre_tokenizer=None), "would cut text differently"),
        (lambda c: c.update(normalizer={"type": "NFC"}), "without a normalizer"),
        (lambda c: c["model"].update(type="Unigram"), "only byte-level BPE"),
        (lambda c: c["added_tokens"].append({"id": 600, "content": "x", "special": True}), "do not belong together"),
        (lambda c: c["added_tokens"][0].update(content=END_OF_TURN), "same text"),
        (lambda c: c["added_tokens"][5].update(content="<|other|>"), "not of the Llama 3 chat format"),
        (lambda c: c.pop("model"), "is damaged"),
        (lambda c: c["model"].update(vocab=[]), "is damaged"),
        (lambda c: c["model"].pop("merges"), "is damaged"),
    ],
)
def test_a_tokenizer_that_llama_cpp_would_not_follow_is_told(
    change: Callable[[dict[str, Any]], Any], told: str, base: Path, copy_of: Copy
) -> None:
    folder = copy_of(base)
    edit_json(folder / "tokenizer.json", change)
    with pytest.raises(ExportError, match=told):
        read_vocabulary(folder, SIZE)


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json"])
def test_a_missing_file_is_told(name: str, base: Path, copy_of: Copy) -> None:
    folder = copy_of(base)
    (folder / name).unlink()
    with pytest.raises(ExportError, match=name):
        read_vocabulary(folder, SIZE)
