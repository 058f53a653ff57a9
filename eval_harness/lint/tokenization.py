"""Rules over how a model's tokenizer treats Bengali, and how much its context holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources

from eval_harness.lint.model import MESSAGES, ModelTokens
from eval_harness.lint.rule import Finding, NotChecked
from sahayok.bengali import ZWJ, ZWNJ, bengali_share, nfc, words
from sahayok.conversation import Conversation
from sahayok.llama3 import encode_prompt
from sahayok.persona import load_persona

MOST_TOKENS_A_WORD = 4
"""Llama 3's tokenizer takes 7.2 a Bengali word, one made for Bengali 1.6."""
SHORTEST_LINE_WORDS = 4

TEXTS = {
    "letters with a nukta (ড় ঢ় য়)": nfc("বাড়ি গাঢ় সময়"),
    "vowel signs of two parts (ো ৌ)": "ভালো বৌদি",
    "a zero-width joiner": f"র{ZWJ}্যাম",
    "a zero-width non-joiner": f"উদ্{ZWNJ}যাপন",
    "conjuncts": "ক্ষমা, জ্ঞান, আকাঙ্ক্ষা, স্ত্রী",
    "Bengali digits and the danda": "১২.৫ টাকা। ৩টা বাজে।",
}
"""Texts in NFC, by what is particular about each."""


def text_comes_back(model: ModelTokens) -> Iterator[Finding]:
    """Encoding and decoding changes a Bengali text: the model reads, or writes, something else."""
    for what, text in TEXTS.items():
        back = model.decode(model.encode_text(text)).strip()  # some tokenizers put a space first
        if back != text:
            how = "in another normal form" if nfc(back) == text else f"as {back!r}"
            yield Finding(
                "tokenizer",
                f"{what}: {text!r} comes back {how}",
                "use a tokenizer without this normaliser: what the model writes is not what is compared",
            )


def normal_form_is_kept(model: ModelTokens) -> Iterator[Finding]:
    """The same text in another normal form gets other tokens."""
    text = " ".join(TEXTS.values())
    ids = model.encode_text(text)
    others = {
        "in NFD": model.encode_text(unicodedata.normalize("NFD", text)),
        "with precomposed ড় ঢ় য়": model.encode_text(_precomposed(text)),
    }
    if differing := [f"{len(found)} others {form}" for form, found in others.items() if found != ids]:
        yield Finding(
            "tokenizer",
            f"the same words are {len(ids)} tokens in NFC, {' and '.join(differing)}",
            "bring every text to NFC before it is encoded, in training and here (sahayok.bengali.nfc)",
        )


def few_tokens_a_word(model: ModelTokens) -> Iterator[Finding]:
    """Fertility: tokens a Bengali word (Rust et al. 2021)."""
    lines = bengali_lines()
    tokens, spoken = sum(len(model.encode_text(line)) for line in lines), sum(len(words(line)) for line in lines)
    if tokens > MOST_TOKENS_A_WORD * spoken:
        yield Finding(
            "tokenizer",
            f"{tokens / spoken:.1f} tokens a Bengali word ({len(lines)} lines): scores over its pieces are near the "
            "level of bytes, and its perplexity a token looks small",
            "report bits a byte and word-level scores, never BLEU or ROUGE over the pieces alone",
        )


def context_is_long_enough(model: ModelTokens) -> Iterator[Finding]:
    """The persona, a short conversation and the longest reply do not fit."""
    if model.context is None:
        raise NotChecked("nothing says how long the model's context is")
    persona = load_persona()
    messages = persona.prompt(Conversation(MESSAGES))
    try:
        prompt = len(encode_prompt(messages, model.encode_text, model.control))
    except NotChecked:  # a vocabulary of another chat format
        prompt = len(model.encode_rendered(model.render(messages, True)))
    needed = prompt + persona.sampling.max_tokens
    if needed > model.context:
        yield Finding(
            "context",
            f"it holds {model.context} tokens, and persona, three short messages and a reply of "
            f"{persona.sampling.max_tokens} are {needed}",
            "take a model with a longer context: replies would be cut and items left out",
        )


def _precomposed(text: str) -> str:
    """With U+09DC, U+09DD and U+09DF, as keyboards write them and NFC does not."""
    for letter in "\u09dc\u09dd\u09df":
        text = text.replace(nfc(letter), letter)
    return text


@cache
def bengali_lines() -> list[str]:
    """The lines of the export check that are everyday Bengali."""
    lines = (resources.files("export") / "verification_lines.txt").read_text(encoding="utf-8").split("\n")
    return [line for line in lines if len(words(line)) >= SHORTEST_LINE_WORDS and bengali_share(line) == 1.0]
