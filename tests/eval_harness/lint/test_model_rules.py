from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval_harness.errors import EvalError
from eval_harness.lint.model import ModelTokens, has_tokenizer, read_model
from eval_harness.lint.rule import Finding, NotChecked
from eval_harness.lint.rules import MODEL_RULES
from eval_harness.lint.tokenization import bengali_lines
from export.gguf import write_gguf
from sahayok.bengali import words
from sahayok.engines.engine import EngineError
from sahayok.llama3 import BEGIN_OF_TEXT, CONTROL_TOKENS, END_OF_TEXT, END_OF_TURN, PADDING
from sahayok.models import find_model
from tests.bengali_text import LINES
from tests.export.damage import edit_json
from training.tokenizer import CHAT_TEMPLATE, train_tokenizer

LLAMA3_VOCABULARY = Path("../shared/data/ggml-vocab-llama-bpe.gguf")
Copy = Callable[[Path], Path]
Read = Callable[[Path], ModelTokens]

# A template like the project's own, with a newline less where a reply is asked for.
ONE_NEWLINE = CHAT_TEMPLATE.replace(
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}",
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n' }}",
)
BEGINS_WITH_BOS = {
    "type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": BEGIN_OF_TEXT, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
}


def found(rule: str, model: ModelTokens) -> list[Finding]:
    return list(next(known for known in MODEL_RULES if known.id == rule).check(model))


@pytest.fixture(params=["folder", "gguf"])
def read(request: pytest.FixtureRequest, tmp_path: Path) -> Read:
    """Reads a model folder as it is, or as the GGUF file that is made from it."""

    def through_gguf(folder: Path) -> ModelTokens:
        write_gguf(folder, tmp_path / "model.gguf", "f16", "model")
        return read_model(tmp_path / "model.gguf")

    return read_model if request.param == "folder" else through_gguf


def with_template(folder: Path, template: str) -> Path:
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    return folder


def adding_bos(folder: Path) -> Path:
    def change(content: dict[str, Any]) -> None:
        (bos,) = (token["id"] for token in content["added_tokens"] if token["content"] == BEGIN_OF_TEXT)
        tokens = {BEGIN_OF_TEXT: {"id": BEGIN_OF_TEXT, "ids": [bos], "tokens": [BEGIN_OF_TEXT]}}
        content["post_processor"] = {**BEGINS_WITH_BOS, "special_tokens": tokens}

    edit_json(folder / "tokenizer.json", change)
    return folder


@pytest.mark.parametrize(
    "rule", ["template", "bos-twice", "prompt-mismatch", "prompt-ids", "eot-not-a-stop", "pad-is-eot", "roundtrip"]
)
def test_a_sound_model_has_nothing(rule: str, tiny_model: Path, read: Read) -> None:
    assert found(rule, read(tiny_model)) == []


def test_the_embedded_model_only_asks_for_nfc() -> None:
    model = read_model(find_model())
    by_rule = {rule.id: len(list(rule.check(model))) for rule in MODEL_RULES}
    assert {rule for rule, count in by_rule.items() if count} == {"normal-form"}
    assert len(by_rule) == len(MODEL_RULES)


def test_begin_of_text_twice(tiny_model: Path, copy_of: Copy, read: Read) -> None:
    (finding,) = found("bos-twice", read(adding_bos(copy_of(tiny_model))))
    assert f"begins with {BEGIN_OF_TEXT} 2 times" in finding.what


def test_begin_of_text_by_the_tokenizer_alone_is_sound(tiny_model: Path, copy_of: Copy, read: Read) -> None:
    folder = with_template(adding_bos(copy_of(tiny_model)), CHAT_TEMPLATE.replace("{{ bos_token }}", ""))
    model = read(folder)
    assert found("bos-twice", model) == []
    assert found("prompt-ids", model) == []


def test_a_newline_less_than_in_training(tiny_model: Path, copy_of: Copy, read: Read) -> None:
    model = read(with_template(copy_of(tiny_model), ONE_NEWLINE))
    (finding,) = found("prompt-mismatch", model)
    assert r"has 'istant<|end_header_id|>\n' where a training text has 'istant<|end_header_id|>\n\n'" in finding.what
    assert len(found("prompt-ids", model)) == 1


def test_a_newline_less_than_this_projects_on_both_sides(tiny_model: Path, copy_of: Copy, read: Read) -> None:
    model = read(with_template(copy_of(tiny_model), CHAT_TEMPLATE.replace("\n\n", "\n")))
    assert found("prompt-mismatch", model) == []
    (finding,) = found("prompt-ids", model)
    assert r"is 'আ' by the template and '\n' by sahayok.llama3" in finding.what  # the persona's first letter


def test_ids_that_differ_where_the_texts_agree(tiny_model: Path, copy_of: Copy, read: Read) -> None:
    # Without a break between header and reply, the header's last piece grows together with the reply's first.
    glued = (
        "{% for message in messages %}{{ message['role'] + ' ' + message['content'] + '<|eot_id|>' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ 'assistant ' }}{% endif %}"
    )
    (finding,) = found("prompt-mismatch", read(with_template(copy_of(tiny_model), glued)))
    assert "the texts agree and the token ids do not" in finding.what


def test_a_template_that_changes_the_reply(tiny_model: Path, copy_of: Copy, read: Read) -> None:
    shouting = CHAT_TEMPLATE.replace("| trim", "| replace('।', '.')")
    (finding,) = found("prompt-mismatch", read(with_template(copy_of(tiny_model), shouting)))
    assert "word for word" in finding.what


def test_an_end_of_turn_that_ends_nothing(tiny_model: Path, copy_of: Copy) -> None:
    folder = copy_of(tiny_model)
    end = read_model(folder).id_of(END_OF_TEXT)
    edit_json(folder / "generation_config.json", lambda content: content.update(eos_token_id=end))
    (finding,) = found("eot-not-a-stop", read_model(folder))
    assert f"ends with {END_OF_TURN}, which is not among the stop tokens ({END_OF_TEXT})" in finding.what
    both = [end, read_model(folder).id_of(END_OF_TURN)]
    edit_json(folder / "generation_config.json", lambda content: content.update(eos_token_id=both))
    assert found("eot-not-a-stop", read_model(folder)) == []


def test_a_template_that_ends_no_reply(tiny_model: Path, copy_of: Copy, read: Read) -> None:
    model = read(with_template(copy_of(tiny_model), CHAT_TEMPLATE.replace("<|eot_id|>", "")))
    (finding,) = found("eot-not-a-stop", model)
    assert "no control token behind a reply" in finding.what


def test_padding_that_ends_replies(tiny_model: Path, copy_of: Copy, read: Read) -> None:
    folder = copy_of(tiny_model)
    edit_json(folder / "tokenizer_config.json", lambda content: content.update(pad_token=END_OF_TURN))
    (finding,) = found("pad-is-eot", read(folder))
    assert f"the padding token is {END_OF_TURN}" in finding.what


def test_a_broken_template_is_one_finding_and_not_six(tiny_model: Path, copy_of: Copy, read: Read) -> None:
    model = read(with_template(copy_of(tiny_model), "{{ raise_exception('no system prompt') }}"))
    (finding,) = found("template", model)
    assert "refuses a conversation (no system prompt)" in finding.what
    for rule in ("bos-twice", "prompt-mismatch", "prompt-ids", "eot-not-a-stop"):
        with pytest.raises(NotChecked, match="no system prompt"):
            found(rule, model)


def test_a_model_without_a_template_is_checked_by_its_end_of_turn(tiny_model: Path, copy_of: Copy, read: Read) -> None:
    folder = copy_of(tiny_model)
    (folder / "chat_template.jinja").unlink()
    model = read(folder)
    assert found("eot-not-a-stop", model) == []
    with pytest.raises(NotChecked, match="no chat template"):
        found("template", model)


@pytest.mark.parametrize(
    ("normalizer", "how"),
    [
        ({"type": "NFD"}, "in another normal form"),
        ({"type": "Replace", "pattern": {"String": "\u200d"}, "content": ""}, "as 'র্যাম'"),
    ],
)
def test_a_normaliser_that_changes_bengali(
    normalizer: dict[str, Any], how: str, tiny_model: Path, copy_of: Copy
) -> None:
    folder = copy_of(tiny_model)
    edit_json(folder / "tokenizer.json", lambda content: content.update(normalizer=normalizer))
    findings = found("roundtrip", read_model(folder))
    assert any(how in finding.what for finding in findings)


def test_a_tokenizer_that_normalises_to_nfc_needs_nobody_to(tiny_model: Path, copy_of: Copy) -> None:
    folder = copy_of(tiny_model)
    (finding,) = found("normal-form", read_model(folder))
    assert "others in NFD and" in finding.what
    assert "others with precomposed" in finding.what
    edit_json(folder / "tokenizer.json", lambda content: content.update(normalizer={"type": "NFC"}))
    model = read_model(folder)
    assert found("normal-form", model) == found("roundtrip", model) == []


def test_fertility_of_bytes_and_of_a_tokenizer_made_for_bengali(tmp_path: Path) -> None:
    train_tokenizer(iter(LINES), vocabulary=256 + len(CONTROL_TOKENS)).save_pretrained(tmp_path)
    (finding,) = found("fertility", read_model(tmp_path))
    lines = bengali_lines()
    in_bytes = sum(len(line.encode()) for line in lines) / sum(len(words(line)) for line in lines)
    assert finding.what.startswith(f"{in_bytes:.1f} tokens a Bengali word")
    assert found("fertility", read_model(find_model())) == []


def test_a_context_too_short_for_persona_and_reply(tiny_model: Path, copy_of: Copy, read: Read) -> None:
    folder = copy_of(tiny_model)
    edit_json(folder / "config.json", lambda content: content.update(max_position_embeddings=256))
    (finding,) = found("context", read(folder))
    assert "it holds 256 tokens" in finding.what
    edit_json(folder / "config.json", lambda content: content.update(max_position_embeddings=4096))
    assert found("context", read(folder)) == []


@pytest.mark.skipif(not LLAMA3_VOCABULARY.is_file(), reason="the Llama 3 vocabulary is not here")
def test_llama_3s_vocabulary_is_near_the_level_of_bytes() -> None:
    model = read_model(LLAMA3_VOCABULARY)
    (finding,) = found("fertility", model)
    assert finding.what.startswith("6.6 tokens a Bengali word")
    assert found("roundtrip", model) == found("context", model) == found("eot-not-a-stop", model) == []
    assert model.context == 8192


def test_what_is_read_of_both_forms_is_the_same(tiny_model: Path, tiny_gguf: Path) -> None:
    folder, file = read_model(tiny_model), read_model(tiny_gguf)
    text = "মন খারাপ <|eot_id|>"
    assert folder.encode_text(text) == file.encode_text(text)
    assert folder.encode_rendered(text) == file.encode_rendered(text) == file.encode_as_called(text)
    assert folder.encode_rendered(text)[-1] == folder.id_of(END_OF_TURN) == file.id_of(END_OF_TURN)
    assert folder.bos == file.bos == file.id_of(BEGIN_OF_TEXT)
    assert folder.pad == file.pad == file.id_of(PADDING)
    assert folder.context == file.context
    assert folder.token(folder.id_of(END_OF_TURN) or 0) == END_OF_TURN
    assert folder.id_of("<|im_end|>") is file.id_of("<|im_end|>") is None


def test_folders_and_files_without_a_tokenizer(tmp_path: Path, tiny_model: Path, copy_of: Copy) -> None:
    assert not has_tokenizer(tmp_path)
    with pytest.raises(EvalError, match="has no tokenizer"):
        read_model(tmp_path)
    folder = copy_of(tiny_model)
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(EvalError, match="cannot be loaded"):
        read_model(folder)
    (tmp_path / "cut.gguf").write_bytes(b"GGUF\x03")
    with pytest.raises(EngineError, match="cannot be loaded"):
        read_model(tmp_path / "cut.gguf")
