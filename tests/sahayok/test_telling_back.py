from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahayok.bengali import nfc, words
from sahayok.telling_back import MOST_WORDS, is_bare, must_not_be_repeated, tells_something, told_back

TABLE = tomllib.loads((resources.files("sahayok") / "data" / "telling_back.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("আমার বিড়ালটা কাল মারা গেছে", "আপনার বিড়ালটা কাল মারা গেছে।"),
        ("পরীক্ষায় ফেল করেছি! বাড়ি যেতে পারছি না...", "পরীক্ষায় ফেল করেছেন। বাড়ি যেতে পারছেন না।"),
        ("আমি তো কিছুই করিনি, তবু সবাই দোষ দেয়।", "আপনি তো কিছুই করেননি, তবু সবাই দোষ দেয়।"),
        ("নমস্কার। আমার চাকরিটা চলে গেছে।", "আপনার চাকরিটা চলে গেছে।"),
        ("আপনি কি শুনছেন? আজ আবার ঝগড়া হলো।", "আজ আবার ঝগড়া হলো।"),
        ("নম্বরটা ০১৭১২৩৪। কেউ ধরে না ফোন।", "কেউ ধরে না ফোন।"),
        ("হ্যাঁ, হাত কাঁপতেছিল খুব", "হাত কাঁপছিল খুব।"),
        ("না, আমি কাউকে বলিনি", "আপনি কাউকে বলেননি।"),
        ("না খেয়ে বসে আছি আজ", "না খেয়ে বসে আছেন আজ।"),
        ("জানো, আজ চাকরি পেয়েছি", "আজ চাকরি পেয়েছেন।"),
        ("কাল পরীক্ষা, আমি ভয়ে শুয়ে আছি, তুমি কিছু বলো", "কাল পরীক্ষা, আপনি ভয়ে শুয়ে আছেন।"),
        ("কাল ডাক্তার দেখাব!!", "কাল ডাক্তার দেখাবেন ভাবছেন।"),
        ("আর কাউকে বিশ্বাস করব না।", "আর কাউকে বিশ্বাস করবেন না ভাবছেন।"),
        ("মা কাল আসবে বলেছে", "মা কাল আসবে বলেছে।"),
        ("ভাবি হেসে সালাম দিল। বাসায় বলে দেবে?", "ভাবি হেসে সালাম দিল। বাসায় বলে দেবে কি না, এই প্রশ্নটা মনে ঘুরছে।"),
        ("পেনশনে সংসার চলবে তো?", "পেনশনে সংসার চলবে কি না, এই প্রশ্নটা মনে ঘুরছে।"),
        ("হাসব না কাঁদব কিছু বুঝি না", "হাসবেন না কাঁদবেন কিছু বুঝতে পারছেন না।"),
        ("রাতদিন কাঁথা ধুই আমি", "রাতদিন কাঁথা ধুয়ে দেন আপনি।"),
        ("জাজ গান শুনে নাই", "জাজ গান শুনে নাই।"),
        ("পকেটে চিঠিটা ভরে ফেললাম!!", "পকেটে চিঠিটা ভরে ফেললেন।"),
        ("মাছ আমি কাটি, পেটি যায় ননদের পাতে", "মাছ আপনি কাটেন, পেটি যায় ননদের পাতে।"),
        ("আমারে দিয়া কিছু হইব না", "আপনার মনে হচ্ছে, আপনাকে দিয়ে কিছু হবে না।"),
        ("আমি ভালো মা না", "আপনার মনে হচ্ছে, আপনি ভালো মা না।"),
        ("মনে হয় আমার বড় কোনো অসুখ হয়েছে", "আপনার মনে হচ্ছে, আপনার বড় কোনো অসুখ হয়েছে।"),
        ("কেন জানি না মনটা খুব খারাপ", "কেন যেন মনটা খুব খারাপ।"),
        ("সবাই বউকে দোষ দিয়ে কথা বলছে, আমি চুপ ছিলাম", "সবাই বউকে দোষ দিয়ে কথা বলছে, আপনি চুপ ছিলেন।"),
        ("ছেলে আমগাছটাকে বলছে, এটা আমার ভাই।", "ছেলে আমগাছটাকে বলছে, এটা আমার ভাই।"),
        ("মা আর কথা বলেন না। সারাদিন বাগানে মাটি কোপান।", "মা আর কথা বলেন না। সারাদিন বাগানে মাটি কোপান।"),
        ("চাকরিটা নেই", "চাকরিটা নেই।"),
        ("কুকুরে কামড়াইছে", "কুকুরে কামড়েছে।"),
        ("কাল মাঠে পাঁচজন লোক লাগব।", "কাল মাঠে পাঁচজন লোক লাগবে।"),
        ("বাসায় নয়জন মানুষ। তবু কেউ আমার সাথে কথা বলে না।", "বাসায় নয়জন মানুষ। তবু আপনার মনে হচ্ছে, কেউ আপনার সাথে কথা বলে না।"),
        ("বাবাকে ফেলে রাখল, কিছু বললেই ধমক। এখনও ফুঁসছি।", "বাবাকে ফেলে রাখল, কিছু বললেই ধমক। এখনও ফুঁসছেন।"),
        ("চাল নিজেই খাইয়া ফালাইছে! রাগ হইব না?", "চাল নিজেই খেয়ে ফেলেছে।"),
        ("বাজারে কেউ কিছু বলল না। I'm so angry!", "বাজারে কেউ কিছু বলল না।"),
        ("কি খবর? ঘাটে বসে আছি, তাই লিখলাম", "ঘাটে বসে আছেন, তাই লিখলেন।"),
        ("রাতে কেন জানি কান্না এল", "রাতে কেন যেন কান্না এল।"),
        ("কেডা জানি জালটা কেটে দিছে", "কেডা যেন জালটা কেটে দিয়েছে।"),
        ("শোনো না, চান্স পেয়েছি আজ", "চান্স পেয়েছেন আজ।"),
        ("চোখে জল আসি গেল আজ", "চোখে জল আসি গেল আজ।"),
        ("সবাই বলে তুই তো ভালো, আর আমার হাত কাঁপতেছে", "সবাই বলে তুই তো ভালো। আর আপনার হাত কাঁপছে।"),
        ("হামাদের বাড়িটা নদীতে গেল গো", "আপনাদের বাড়িটা নদীতে গেল গো।"),
        ("পরীক্ষাটা ভালোয় ভালোয় শেষ। আইজ চেরাগ ন নিবাই ঘুমাই গেইলাম", "পরীক্ষাটা ভালোয় ভালোয় শেষ।"),
        ("লিস্ট আমাকে করতে বলছে, ছেলেটার নাম দিলাম", "লিস্ট আপনাকে করতে বলছে, ছেলেটার নাম দিলেন।"),
        ("ছেলেকে বলেছিলাম সাইকেল কিনে দেব", "ছেলেকে বলেছিলেন সাইকেল কিনে দেবেন।"),
        ("দাওয়াতে যাই না, ওড়না কেউ সরিয়ে ফেললে?", "দাওয়াতে যান না, ওড়না কেউ সরিয়ে ফেললে কী হবে, এই প্রশ্নটা মনে ঘুরছে।"),
        ("আজ জোরে একটা ঝাড়ি দিছি", "আজ জোরে একটা ঝাড়ি দিয়েছেন।"),
        ("সাপ দেখে পা ফেলতে পারছি না", "সাপ দেখে পা ফেলতে পারছেন না।"),
        ("পাশের বাড়ির বাচ্চারা চেঁচায়, আমার ঘরে শুধু ফ্যানের শব্দ।", "পাশের বাড়ির বাচ্চারা চেঁচায়, আপনার ঘরে শুধু ফ্যানের শব্দ।"),
        ("বন্ধুর দোকানটা সস্তায় কিনে নিলাম ভালো লাভ হবে", "বন্ধুর দোকানটা সস্তায় কিনে নিলেন ভালো লাভ হবে।"),
        ("মেয়েটা দেখে ফেলেছে এখন মুখ দেখাই কেমনে", "মেয়েটা দেখে ফেলেছে এখন মুখ দেখান কীভাবে।"),
        ("আসল ব্যাটারি খুলে নকল লাগাই দিসে", "আসল ব্যাটারি খুলে নকল লাগাই দিয়েছে।"),
        ("মাকে একা রেখে অ্যাব্রড চলে এসেছি, গিল্টি লাগে", "মাকে একা রেখে অ্যাব্রড চলে এসেছেন, গিল্টি লাগে।"),
        ("সব আমার দোষ", "আপনার মনে হচ্ছে, সব আপনার দোষ।"),
        ("আমার জন্যই মা চলে গেলেন", "আপনার মনে হচ্ছে, আপনার জন্যই মা চলে গেলেন।"),
        ("আমার মনে হয় কেউ আমাকে চায় না", "আপনার মনে হচ্ছে, কেউ আপনাকে চায় না।"),
        ("আমি বেঁটে। সবাই হেসে মরল।", "আপনার মনে হচ্ছে, আপনি বেঁটে। সবাই হেসে মরল।"),
        ("আজ কেন এমন করলাম?", "আজ কেন এমন করলেন, এই প্রশ্নটা মনে ঘুরছে।"),
        ("কাকা সবার সামনে বলল, তোর দ্বারা কিছু হবে না।", "কাকা সবার সামনে বলল, তোর দ্বারা কিছু হবে না।"),
        ("দরজায় টোকা দিয়ে ছেলে বলল, আমি পাশে ঘুমাই?", "দরজায় টোকা দিয়ে ছেলে বলল, আমি পাশে ঘুমাই।"),
    ],
)
def test_what_is_told_is_said_back_in_whole_sentences(message: str, told: str) -> None:
    assert told_back(nfc(message)) == nfc(told)


@pytest.mark.parametrize(
    "message",
    [
        "হ্যালো",
        "",
        "মা",
        "জানি না",
        "ধন্যবাদ",
        "আপনি কে?",
        "তোমার নাম কী?",
        "একটু থাকবে আমার কাছে?",
        "আমাকে একটা গল্প শোনাবেন?",
        "কী করব বলেন",
        "একটা গল্প শোনান",
        "ওষুধটা কয়টা করে খাব?",
        "!!!",
    ],
)
def test_a_message_that_tells_nothing_is_not_told_back(message: str) -> None:
    assert told_back(nfc(message)) is None


def test_only_the_first_question_is_told_back() -> None:
    assert told_back(nfc("টাকাটা কোথায় পাব? কাকে গিয়ে বলব?")) == nfc("টাকাটা কোথায় পাবেন, এই প্রশ্নটা মনে ঘুরছে।")


def test_of_a_long_message_the_last_sentence_stays_and_of_the_others_what_fits() -> None:
    sentences = [f"সকালে উঠে কাজ {number} শেষ করেছি।" for number in range(12)]
    told = told_back(nfc(" ".join(sentences)))
    assert told is not None
    assert told.endswith(nfc("কাজ 11 শেষ করেছেন।"))
    assert told.startswith(nfc("সকালে উঠে কাজ 0 শেষ করেছেন।"))
    assert len(words(told)) == 4 * 6 <= MOST_WORDS < 5 * 6


@pytest.mark.parametrize("message", ["কাল রাতে", "একা", "ওরা পাস", "একা..."])
def test_a_word_or_two_tell_little(message: str) -> None:
    assert is_bare(nfc(message))


@pytest.mark.parametrize("message", ["জানি না", "হ্যালো", "", "তুমি কে", "কাল রাতে একা ছিলাম"])
def test_a_greeting_or_a_question_to_the_listener_is_not_bare(message: str) -> None:
    assert not is_bare(nfc(message))


def test_what_the_rules_do_not_reach_is_not_told_back_but_heard() -> None:
    message = nfc("চেরাগ ন নিবাই ঘুমাই গেইলাম, বদ্দার দোয়ান পুড়ি গেইয়ে।")
    assert told_back(message) is None
    assert tells_something(message)
    assert told_back(nfc("মোদের ঘরে পায়খানা নাই, কুটুম আইসিয়া মুখ বেঁকাইয়া চলি গেলা। কী লজ্জা বলত!")) is None
    assert not tells_something("আপনি কে?") and not tells_something("হ্যালো।")


@pytest.mark.parametrize("entry", TABLE["judgement"], ids=lambda entry: entry["example"])
def test_what_one_thinks_of_oneself_is_told_back_as_a_thought(entry: dict[str, str]) -> None:
    told, counter = told_back(nfc(entry["example"])), told_back(nfc(entry["counter"]))
    assert re.search(nfc(entry["pattern"]), nfc(entry["example"]))
    assert told is not None and told.startswith(nfc("আপনার মনে হচ্ছে, "))
    assert counter is not None and not counter.startswith(nfc("আপনার মনে হচ্ছে"))


@pytest.mark.parametrize("entry", TABLE["instead"], ids=lambda entry: entry["example"])
def test_no_turned_word_reproaches(entry: dict[str, str]) -> None:
    assert re.search(nfc(entry["pattern"]), nfc(entry["example"]))
    assert not re.search(nfc(entry["pattern"]), nfc(entry["says"]))


@pytest.mark.parametrize("entry", TABLE["never"], ids=lambda entry: entry["example"])
def test_every_pattern_finds_its_example_and_not_its_counter(entry: dict[str, str]) -> None:
    assert re.search(nfc(entry["pattern"]), nfc(entry["example"]))
    assert must_not_be_repeated(entry["example"])
    assert not must_not_be_repeated(entry["counter"])


@pytest.mark.parametrize("text", ["মরে যাইতে ইচ্ছা করে", "আমাকে বাঁচান", "মইরা যাইতে মন চায়", "মরতে চাই"])
def test_despair_is_not_repeated(text: str) -> None:
    assert must_not_be_repeated(nfc(text))


@pytest.mark.parametrize("text", ["মনটা বিষণ্ন হয়ে আছে", "বিষয়টা নিয়ে ভাবছি", "বিষাদ লাগে"])
def test_words_that_only_begin_so_are_told_back(text: str) -> None:
    assert not must_not_be_repeated(nfc(text))


@given(st.text(max_size=300))
def test_any_text_gives_whole_sentences_or_nothing(text: str) -> None:
    told = told_back(text)
    assert told is None or (told.endswith("।") and told == nfc(told))
