from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from sahayok.conversation import Message
from sahayok.llama3 import (
    BEGIN_OF_TEXT,
    CONTROL_TOKENS,
    END_HEADER,
    END_OF_TURN,
    START_HEADER,
    ControlIds,
    encode_dialogue,
    encode_prompt,
    encode_reply,
)

SYSTEM, PERSON = Message("system", "আপনি সহায়ক।"), Message("user", "মন খারাপ")


class Vocabulary:
    def __init__(self, folder: Path) -> None:
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        self.tokenizer.backend_tokenizer.encode_special_tokens = True
        self.ids = ControlIds.find(self.tokenizer.get_vocab().get)
        self.control = {self.tokenizer.get_vocab()[token] for token in CONTROL_TOKENS}

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids

    def prompt(self, *messages: Message) -> list[int]:
        return encode_prompt(messages, self.encode, self.ids)

    def show(self, tokens: list[int]) -> str:
        return self.tokenizer.decode(tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False)


@pytest.fixture(scope="module")
def vocabulary(tiny_model: Path) -> Vocabulary:
    return Vocabulary(tiny_model)


def test_the_prompt_is_the_published_layout(vocabulary: Vocabulary) -> None:
    assert vocabulary.show(vocabulary.prompt(SYSTEM, PERSON)) == (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nআপনি সহায়ক।<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nমন খারাপ<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    )


def test_exactly_one_begin_of_text(vocabulary: Vocabulary) -> None:
    tokens = vocabulary.prompt(SYSTEM, PERSON, Message("assistant", "কী হয়েছে?"), PERSON)
    assert tokens.count(vocabulary.ids.begin_of_text) == 1
    assert tokens[0] == vocabulary.ids.begin_of_text


@pytest.mark.parametrize("token", CONTROL_TOKENS)
@pytest.mark.parametrize("form", ["{0}", "{0}{0}", "ক{0}খ", "{0} {0}", " {0}\n", "<|{0}|>", "{1}"])
def test_a_typed_control_token_stays_text(vocabulary: Vocabulary, token: str, form: str) -> None:
    typed = form.format(token, token.replace("_", " _ ").replace("|", " | "))
    plain, injected = vocabulary.prompt(PERSON), vocabulary.prompt(Message("user", typed))
    assert [t for t in injected if t in vocabulary.control] == [t for t in plain if t in vocabulary.control]
    assert typed.strip() in vocabulary.show(injected)


@given(parts=st.lists(st.sampled_from([*"ক্ষি আ\n<|>_ab", *CONTROL_TOKENS]), max_size=40))
def test_no_text_adds_a_control_token(vocabulary: Vocabulary, parts: list[str]) -> None:
    tokens = vocabulary.prompt(Message("user", "".join(parts)))
    assert sum(token in vocabulary.control for token in tokens) == 1 + 3 + 2


def test_content_is_trimmed_and_normalised(vocabulary: Vocabulary) -> None:
    assert vocabulary.prompt(Message("user", "  বা\u09dcি \n")) == vocabulary.prompt(Message("user", "বাড়ি"))


def test_the_loss_is_on_the_reply_and_its_end_only(vocabulary: Vocabulary) -> None:
    reply = Message("assistant", "কী হয়েছে?")
    tokens, mask = encode_dialogue([SYSTEM, PERSON, reply, PERSON, reply], vocabulary.encode, vocabulary.ids)
    assert len(tokens) == len(mask)
    learnt = [token for token, counts in zip(tokens, mask, strict=True) if counts]
    expected = encode_reply(reply.content, vocabulary.encode, vocabulary.ids)
    assert learnt == expected * 2
    assert expected[-1] == vocabulary.ids.end_of_turn


def test_training_and_generation_see_the_same_tokens(vocabulary: Vocabulary) -> None:
    reply = Message("assistant", "কী হয়েছে?")
    tokens, mask = encode_dialogue([SYSTEM, PERSON, reply], vocabulary.encode, vocabulary.ids)
    prompt = vocabulary.prompt(SYSTEM, PERSON)
    assert tokens[: len(prompt)] == prompt
    assert not any(mask[: len(prompt)]) and all(mask[len(prompt) :])


def test_history_keeps_the_tokens_of_the_prompt_before_it(vocabulary: Vocabulary) -> None:
    prompt = vocabulary.prompt(SYSTEM, PERSON)
    reply = encode_reply("কী হয়েছে?", vocabulary.encode, vocabulary.ids)
    longer = vocabulary.prompt(SYSTEM, PERSON, Message("assistant", "কী হয়েছে?"), PERSON)
    assert longer[: len(prompt) + len(reply)] == prompt + reply


def test_a_vocabulary_without_the_chat_format_is_refused() -> None:
    known = {BEGIN_OF_TEXT: 1, END_OF_TURN: 2}
    with pytest.raises(ValueError, match="it has no <\\|start_header_id\\|>, <\\|end_header_id\\|>"):
        ControlIds.find(known.get)


def test_stop_tokens_are_those_that_the_vocabulary_has() -> None:
    known = {BEGIN_OF_TEXT: 1, END_OF_TURN: 2, START_HEADER: 3, END_HEADER: 4}
    assert ControlIds.find(known.get).stops == {2}


@pytest.mark.skipif(
    not Path("../shared/data/llama3-tokenizer.model").exists(), reason="the Llama 3 vocabulary is not here"
)
def test_llama_3_itself_gives_one_token_for_the_blank_line() -> None:
    llama_cpp = pytest.importorskip("llama_cpp")
    model = llama_cpp.Llama("../shared/data/ggml-vocab-llama-bpe.gguf", vocab_only=True, verbose=False)
    assert model.tokenize(b"\n\n", add_bos=False, special=False) == [271]
