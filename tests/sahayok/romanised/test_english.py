"""The list of loanwords, and English endings on its words."""

from __future__ import annotations

from importlib import resources

import pytest
import regex

from sahayok.bengali import nfc
from sahayok.romanised.english import ends_in_consonant, loanword

LINES = (resources.files("sahayok") / "romanised" / "loanwords.tsv").read_text(encoding="utf-8").splitlines()


def test_each_word_stands_once_and_in_order() -> None:
    words = [line.split("\t")[0] for line in LINES]
    assert words == sorted(set(words))


def test_a_line_is_a_word_and_its_spelling() -> None:
    line = regex.compile("[a-z]+\t[\u0980-\u09ff\u200c\u200d -]+")
    assert [text for text in LINES if not line.fullmatch(text) or nfc(text) != text] == []


@pytest.mark.parametrize(
    ("word", "spelling"),
    [
        ("annual", "অ্যানুয়াল"),
        ("client", "ক্লায়েন্ট"),
        ("urgent", "আর্জেন্ট"),
        ("text", "টেক্সট"),
        ("guilty", "গিল্টি"),
        ("tired", "টায়ার্ড"),
        ("friday", "ফ্রাইডে"),
        ("lonely", "লোনলি"),
        ("mom", "মম"),
        ("exm", "এক্সাম"),
        ("wp", "হোয়াটসঅ্যাপ"),
    ],
)
def test_words_are_written_by_sound_and_not_translated(word: str, spelling: str) -> None:
    assert loanword(word) == nfc(spelling)


@pytest.mark.parametrize(
    ("word", "spelling"),
    [
        ("flights", "ফ্লাইটস"),
        ("boss's", "বসস"),
        ("bosses", "বসেস"),
        ("hobbies", "হবিস"),
        ("companies", "কোম্পানিজ"),
        ("texting", "টেক্সটিং"),
        ("ignoring", "ইগনোরিং"),
        ("chatting", "চ্যাটিং"),
        ("replaying", None),
        ("uploaded", "আপলোডেড"),
        ("scammed", "স্ক্যামড"),
        ("verified", "ভেরিফাইড"),
        ("bossness", "বসনেস"),
        ("is", "ইজ"),
        ("khas", None),
        ("manus", None),
    ],
)
def test_english_endings(word: str, spelling: str | None) -> None:
    assert loanword(word) == (nfc(spelling) if spelling else None)


def test_ends_in_consonant() -> None:
    assert ends_in_consonant("বস")
    assert ends_in_consonant(nfc("বড়"))
    assert not ends_in_consonant("ডে")
    assert not ends_in_consonant("")
