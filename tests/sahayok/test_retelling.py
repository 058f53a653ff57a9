"""A person's words turned to the listener: verbs of every tense, denial, dialects, nouns that stay, others' words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahayok.bengali import nfc
from sahayok.retelling import retold, retold_forms, said_again, turned

VERBS = {
    # every tense of one verb, in the standard
    "করি": "করেন",
    "করছি": "করছেন",
    "করেছি": "করেছেন",
    "করলাম": "করলেন",
    "বলছিলাম": "বলছিলেন",
    "করেছিলাম": "করেছিলেন",
    "করতাম": "করতেন",
    "করব": "করবেন",
    "করবো": "করবেন",
    "করিনি": "করেননি",
    # the stem's vowel
    "পারি": "পারেন",
    "থেকেছি": "থেকেছেন",
    "রেখেছিলাম": "রেখেছিলেন",
    "শুনি": "শোনেন",
    "শুনছি": "শুনছেন",
    "শুনিনি": "শোনেননি",
    "বুঝি": "বোঝেন",
    "উঠি": "ওঠেন",
    "লিখি": "লেখেন",
    "লিখব": "লিখবেন",
    "কিনেছি": "কিনেছেন",
    "এনেছি": "এনেছেন",
    "ভালোবাসি": "ভালোবাসেন",
    "ভালোবেসেছি": "ভালোবেসেছেন",
    # stems that end in a vowel
    "খাই": "খান",
    "খাইনি": "খাননি",
    "খাচ্ছি": "খাচ্ছেন",
    "খেলাম": "খেলেন",
    "খেতাম": "খেতেন",
    "খেয়েছি": "খেয়েছেন",
    "পাব": "পাবেন",
    "চাইলাম": "চাইলেন",
    "চাইব": "চাইবেন",
    "দিই": "দেন",
    "দিইনি": "দেননি",
    "দিয়েছি": "দিয়েছেন",
    "দেব": "দেবেন",
    "নিলে": "নিলে",
    "শুই": "শোন",
    "ছুঁয়েছি": "ছুঁয়েছেন",
    "হলাম": "হলেন",
    "হতাম": "হতেন",
    "ঘুমাই": "ঘুমান",
    "ঘুমোই": "ঘুমোন",
    "ঘুমিয়েছি": "ঘুমিয়েছেন",
    "দাঁড়ালাম": "দাঁড়ালেন",
    "শিখিয়েছি": "শিখিয়েছেন",
    "সামলেছি": "সামলেছেন",
    # irregular
    "আছি": "আছেন",
    "ছিলাম": "ছিলেন",
    "নই": "নন",
    "যাইনি": "যাননি",
    "গেলাম": "গেলেন",
    "গেছি": "গেছেন",
    "গিয়েছিলাম": "গিয়েছিলেন",
    "যেতাম": "যেতেন",
    "এলাম": "এলেন",
    "এসেছি": "এসেছেন",
    # dialects and misspellings
    "করতেছি": "করছেন",
    "করতাছি": "করছেন",
    "করসি": "করেছেন",
    "করুম": "করবেন",
    "খাইছি": "খেয়েছেন",
    "খাইতাম": "খেতেন",
    "খামু": "খাবেন",
    "দিছি": "দিয়েছেন",
    "গেছিলাম": "গিয়েছিলেন",
    "আইছি": "এসেছেন",
    "কইছি": "বলেছেন",
    "ঘুমাইতেছি": "ঘুমাচ্ছেন",
    "করিনাই": "করেননি",
    "কাদছি": "কাঁদছেন",
    "পারলুম": "পারলেন",
    "কইরা": "করে",
    "দেইখা": "দেখে",
    "যাইতে": "যেতে",
    "লাগতেছে": "লাগছে",
    "হইছে": "হয়েছে",
    "বানাইছে": "বানিয়েছে",
    "কইল": "বলল",
}

PRONOUNS = {
    "আমি": "আপনি",
    "আমিও": "আপনিও",
    "আমার": "আপনার",
    "আমাকেই": "আপনাকেই",
    "আমারে": "আপনাকে",
    "আমরা": "আপনারা",
    "আমাগো": "আপনাদের",
}

STAY = """
পাখি বাড়ি ছবি সখি গাড়ি ভালোবাসা শাড়ি চিঠি মাটি বাড়িতে ছুটি জমি চটি হাসি কাশি বাটি কুড়ি মুড়ি ভাই বই চাচি মাসি খুশি তৈরি
দেরি চুরি চাকরি সব খুব অভাব জবাব হিসাব কিতাব উৎসব ভাব সালাম কলম কাছে গাছে আছে ভালো কালো হাটে পায়ে গায়ে কাপে
করে করেছে বলল গেল হয়েছে থাকে করবে করুন আপনি আপনার তুমি
"""

SENTENCES = {
    "গেটটা আমি খোলা রেখেছিলাম, কুকুরটা বেরিয়ে গেছে": "গেটটা আপনি খোলা রেখেছিলেন, কুকুরটা বেরিয়ে গেছে",
    "বাড়ি যাই নাই।": "বাড়ি যাননি।",
    "কিছু বলি নি, শুধু শুনলাম!": "কিছু বলেননি, শুধু শুনলেন!",
    "সে আসে নাই, টাকাও নাই": "সে আসেনি, টাকাও নেই",
    "জানিনা কী করব": "জানেন না কী করবেন",
    # a verb where the clause ends with it, a noun elsewhere
    "রোজ আয়নায় নিজেকে দেখে আমি হাসি।": "রোজ আয়নায় নিজেকে দেখে আপনি হাসেন।",
    "মুখে কিন্তু হাসি।": "মুখে কিন্তু হাসি।",
    "চায়ে চিনি বেশি": "চায়ে চিনি বেশি",
    "ওকে চিনি না": "ওকে চেনেন না",
    "পুরোনো ভুলের কথা বারবার ভাবি": "পুরোনো ভুলের কথা বারবার ভাবেন",
    "ভাবি সবার সামনে বললেন": "ভাবি সবার সামনে বললেন",
    "ভাবি আর বাচ্চা ভালো আছে": "ভাবি আর বাচ্চা ভালো আছে",
    # others' words
    'মা বললেন, "আমি পারব না।" আমি কাঁদলাম।': 'মা বললেন, "আমি পারব না।" আপনি কাঁদলেন।',
    "ছেলে বলেছিল হোস্টেলে যাব না": "ছেলে বলেছিল হোস্টেলে যাব না",
    "উনি বললেন তুমি পড়ো, আমি আছি": "উনি বললেন তুমি পড়ো, আমি আছি",
    "ও বলল, পরে দেব": "ও বলল, পরে দেব",
    "বোতাম নেই বলে বের হব না": "বোতাম নেই বলে বের হবেন না",
    # an eastern dialect's করছি, "I have done"
    "বাজে কমেন্ট করছি, এখন স্ক্রিনশট ঘুরতেছে": "বাজে কমেন্ট করেছেন, এখন স্ক্রিনশট ঘুরছে",
    "চাকরি করছি কুড়ি বছর": "চাকরি করছেন কুড়ি বছর",
    "বস বলেছে কাল আমার ছুটি": "বস বলেছে কাল আপনার ছুটি",
    # the listener
    "আপনি কি আমাকে বুঝতে পারছেন?": "আমি কি আপনাকে বুঝতে পারছি?",
    "তুমি কি আমার কথা শুনছ?": "আমি কি আপনার কথা শুনছি?",
    "আপনি কোথায় থাকেন?": "আমি কোথায় থাকি?",
    "আপনি কে?": "আপনি কে?",
    "আপনি জানেন মা কী বলেছেন?": "আপনি জানেন মা কী বলেছেন?",
    "ধন্যবাদ আপনাকে": "ধন্যবাদ আপনাকে",
}


@pytest.mark.parametrize(("said", "told"), (VERBS | PRONOUNS).items())
def test_a_word_is_turned(said: str, told: str) -> None:
    assert retold(nfc(said)) == nfc(told)
    assert nfc(told) in retold_forms(said)


@pytest.mark.parametrize("word", STAY.split())
def test_a_word_stays(word: str) -> None:
    assert retold(word) == nfc(word)


@pytest.mark.parametrize(("said", "told"), SENTENCES.items())
def test_a_sentence_is_turned(said: str, told: str) -> None:
    assert retold(said) == nfc(told)


def test_forms_of_a_word() -> None:
    assert turned("পাখি") == ()
    assert turned("বলল") == ("বলল", "বললেন")
    assert retold_forms("টেবিল") == ("টেবিল",)
    assert retold_forms("পারিনি")[0] == "পারেননি"
    assert nfc("মেয়ের") in retold_forms("মাইয়ার")
    assert retold_forms("লাইগা") == ("জন্য",)
    assert retold_forms("হাসি")[0] == "হাসি"
    assert "হাসেন" in retold_forms("হাসি")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("মায়ের", "মা"),
        ("কুকুরটাও", "কুকুর"),
        ("পারেননি", "পারিনি"),
        ("আপনি", "আমি"),
        ("সন্ধ্যায়", "সন্দায়"),
        ("বললেন", "বলল"),
        ("বন্ধুদের", "বন্ধু"),
        ("হয়েছে", "হইছে"),
    ],
)
def test_said_again(word: str, message: str) -> None:
    assert said_again(word, ["আজ", message])
    assert not said_again(word, ["আজ", "টেবিল"])
    assert not said_again(word, [])


def test_not_said_again() -> None:
    assert not said_again("গরু", ["ছাগল", "নদী"])
    assert not said_again("পারলেন", ["পড়ছে"])
    assert not said_again("না", ["নেই"])


@given(st.text())
def test_any_text(text: str) -> None:
    told = retold(text)
    assert told == nfc(told)
    for word in text.split()[:5]:
        forms = retold_forms(word)
        assert forms
        assert all(form == nfc(form) for form in forms)
        assert said_again(word, [word])


@given(st.lists(st.sampled_from([*VERBS, *PRONOUNS, *STAY.split(), "না", "নাই", "নি", ",", "।", '"', "?", "\u200c"])))
def test_any_words(words: list[str]) -> None:
    told = retold(" ".join(words))
    assert told == nfc(told)


@given(st.lists(st.sampled_from([word for word in STAY.split() if word not in ("আপনি", "তুমি")]), max_size=8))
def test_without_a_first_person_nothing_changes(words: list[str]) -> None:
    text = nfc(" ".join(words))
    assert retold(text) == text
