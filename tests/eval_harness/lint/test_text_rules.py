from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahayok.bengali import ZWJ
from tests.bengali_text import LINES
from tests.eval_harness.lint.subjects import asked, found, not_checked, replies_of

TEXT_RULES = ("special-token", "error-message", "not-nfc", "joiners", "danda", "digits", "script", "empty-reply")
PLAIN = "আমি আপনার কথা শুনছি।"


@pytest.mark.parametrize("rule", TEXT_RULES)
def test_sound_records_have_nothing(rule: str) -> None:
    assert found(rule, replies_of([asked(number, reply=PLAIN, reference=PLAIN) for number in range(8)])) == []


@pytest.mark.parametrize(
    "token", ["<|eot_id|>", "</s>", "<|im_end|>", "[/INST]", "<<SYS>>", "<end_of_turn>", "<pad>", "[PAD]", "Ġ", "▁"]
)
def test_special_tokens_are_found_in_both(token: str) -> None:
    records = [asked(0, reply=PLAIN + token), asked(1, reference=f"{token} {PLAIN}"), asked(2, question=token)]
    reference, reply = found("special-token", replies_of(records))
    assert (reference.where, reply.where) == ("x-001#1", "x-000#1")
    assert repr(token) in reply.what


@given(st.text(alphabet=st.characters(min_codepoint=0x0980, max_codepoint=0x09FF) | st.sampled_from(" ।?![]<>|/")))
def test_bengali_text_holds_no_special_token_and_is_no_error(text: str) -> None:
    replies = replies_of([asked(0, reply=text, reference=text)])
    assert found("special-token", replies) == []
    assert found("error-message", replies) == []


@pytest.mark.parametrize(
    "text",
    [
        "Error: the model gave no answer",
        "Traceback (most recent call last):\n  File",
        "torch.cuda.OutOfMemoryError: CUDA out of memory",
        "ValueError",
        "None",
        "nan",
        "0.0",
        " 0 ",
        "[ERROR] timeout",
    ],
)
def test_what_a_program_says_is_no_reply(text: str) -> None:
    (finding,) = found("error-message", replies_of([asked(0, reply=text)]))
    assert finding.where == "x-000#1"
    assert found("error-message", replies_of([asked(0, reference=text)]))[0].what.startswith("the reference")


@pytest.mark.parametrize("text", ["Error-টা কী লেখা ছিল?", "None বলবেন না।", "০", "10", "Nanur বাড়ি।", ""])
def test_what_a_person_says_is_no_error(text: str) -> None:
    assert found("error-message", replies_of([asked(0, reply=text)])) == []


def test_texts_that_are_not_nfc_are_counted_and_the_clean_sides_named() -> None:
    precomposed = "বা\u09dcি যাব।"  # NFC writes ড and a nukta
    (finding,) = found("not-nfc", replies_of([asked(0, reference=precomposed), asked(1)]))
    assert finding.where == "references"
    assert finding.what == "1 of 2 (50.0 %) are not in NFC, such as x-000#1; every question and every reply is"


def test_joiners_on_one_side_only() -> None:
    joined = f"র{ZWJ}্যাব এসেছে।"
    (finding,) = found("joiners", replies_of([asked(n, reference=joined, reply=PLAIN) for n in range(5)]))
    assert "5 of 5 (100.0 %) texts on the side reference have a zero-width joiner" in finding.what
    both = [asked(n, reference=joined, reply=joined if n == 0 else PLAIN) for n in range(5)]
    assert found("joiners", replies_of(both)) == []
    assert found("joiners", replies_of([asked(n, reference=joined, reply=PLAIN) for n in range(4)])) == []


def test_latin_marks_for_the_danda_on_one_side_only() -> None:
    bar = found("danda", replies_of([asked(0, reply="আমি শুনছি |", reference=PLAIN)]))
    assert ["'|' for the danda" in finding.what for finding in bar] == [True]
    stops = [asked(n, reply=PLAIN, reference="আমি শুনছি.") for n in range(5)]
    assert ["a full stop for the danda" in finding.what for finding in found("danda", replies_of(stops))] == [True]
    assert found("danda", replies_of([asked(0, reply="কী | ভালো", reference="আমি শুনছি |")])) == []


def test_digits_of_two_kinds() -> None:
    records = [asked(n, reply=f"{n} দিন", reference="৩ দিন") for n in range(5)]
    (finding,) = found("digits", replies_of(records))
    assert "ASCII digits in 5 of 5 (100.0 %) texts on the side reply" in finding.what
    assert found("digits", replies_of([*records, asked(9, reply="৩ দিন", reference="৩ দিন")])) == []
    assert found("digits", replies_of([asked(n, reply="3 দিন", reference="3 দিন") for n in range(5)])) == []


def test_another_script_is_a_wrong_column() -> None:
    (finding,) = found("script", replies_of([asked(0, reference="I am so sorry to hear that."), asked(1)]))
    assert (finding.where, finding.what) == (
        "references",
        '1 of 2 (50.0 %) are mostly in another script, such as x-000#1: "I am so sorry to hear that."',
    )
    assert found("script", replies_of([asked(0, question="mon kharap lagche")]))[0].where == "questions"


def test_questions_that_are_meant_to_be_romanised_are_none() -> None:
    for slices in ({"register": "romanised"}, {"input": "banglish"}):
        assert found("script", replies_of([asked(0, question="mon kharap lagche", slices=slices)])) == []


@given(st.sampled_from(["", " ", "\n\t "]))
def test_each_empty_reply_is_found(reply: str) -> None:
    assert [finding.where for finding in found("empty-reply", replies_of([asked(0, reply=reply), asked(1)]))] == [
        "x-000#1"
    ]


@pytest.mark.parametrize("rule", ["joiners", "danda", "digits"])
def test_one_side_alone_is_not_compared(rule: str) -> None:
    assert not_checked(rule, replies_of([asked(0, reference="", reply=LINES[0])])) == "there is no reference"
