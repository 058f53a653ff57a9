"""English words by their spelling alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahayok.bengali import nfc
from sahayok.romanised.english_rule import by_english_rule, looks_english

SPELT = """
planet প্ল্যানেট, bracket ব্র্যাকেট, tractor ট্র্যাক্টর, cabinet ক্যাবিনেট, magnet ম্যাগনেট, panther প্যান্থার,
rocket রকেট, socket সকেট, locket লকেট, jacket জ্যাকেট, racket র‍্যাকেট, blanket ব্ল্যাংকেট, helmet হেলমেট,
bucket বাকেট, velvet ভেলভেট, magic ম্যাজিক, comic কমিক, plastic প্লাস্টিক, elastic ইলাস্টিক, classic ক্লাসিক,
logical লজিক্যাল, magical ম্যাজিক্যাল, tropical ট্রপিক্যাল, critical ক্রিটিক্যাল, election ইলেকশন, rotation
রোটেশন, donation ডোনেশন, translation ট্রান্সলেশন, foundation ফাউন্ডেশন, formation ফর্মেশন, sanction স্যাংশন,
mission মিশন, mansion ম্যানশন, fusion ফিউশন, shipment শিপমেন্ট, statement স্টেটমেন্ট, movement মুভমেন্ট,
amendment অ্যামেন্ডমেন্ট, judgment জাজমেন্ট, fragment ফ্র্যাগমেন্ট, softness সফটনেস, darkness ডার্কনেস, sickness
সিকনেস, weakness উইকনেস, coldness কোল্ডনেস, boldness বোল্ডনেস, hopeful হোপফুল, harmful হার্মফুল, painless
পেইনলেস, endless এন্ডলেস, homeless হোমলেস, timeless টাইমলেস, spotless স্পটলেস, priceless প্রাইসলেস, leadership
লিডারশিপ, membership মেম্বারশিপ, ownership ওনারশিপ, hardship হার্ডশিপ, mixture মিক্সচার, puncture পাংচার,
structure স্ট্রাকচার, slate স্লেট, skate স্কেট, blade ব্লেড, spade স্পেড, flame ফ্লেম, brave ব্রেভ, grave গ্রেভ,
stove স্টোভ, globe গ্লোব, stone স্টোন, spoke স্পোক, slope স্লোপ, spice স্পাইস, slice স্লাইস, spike স্পাইক, bride
ব্রাইড, flute ফ্লুট, brute ব্রুট, prune প্রুন, sheep শিপ, steel স্টিল, wheel হুইল, green গ্রিন, steam স্টিম,
peach পিচ, bleach ব্লিচ, spoon স্পুন, broom ব্রুম, groom গ্রুম, stool স্টুল, cloud ক্লাউড, mouth মাউথ, south
সাউথ, mouse মাউস, brown ব্রাউন, crown ক্রাউন, clown ক্লাউন, town টাউন, bright ব্রাইট, slight স্লাইট, knight
নাইট, insight ইনসাইট, highlight হাইলাইট, sunlight সানলাইট, torch টর্চ, bench বেঞ্চ, trench ট্রেঞ্চ, pinch পিঞ্চ,
brush ব্রাশ, trash ট্র্যাশ, splash স্প্ল্যাশ, flash ফ্ল্যাশ, polish পলিশ, sprint স্প্রিন্ট, mint মিন্ট, tent
টেন্ট, front ফ্রন্ট, hunt হান্ট, stunt স্টান্ট, sand স্যান্ড, grand গ্র্যান্ড, blend ব্লেন্ড, bond বন্ড, pond
পন্ড, lamp ল্যাম্প, stamp স্ট্যাম্প, swamp সোয়াম্প, jump জাম্প, sport স্পোর্ট, export এক্সপোর্ট, carbon কার্বন,
tailor টেইলর, sector সেক্টর, printer প্রিন্টার, scanner স্ক্যানার, planner প্ল্যানার, hunter হান্টার, counter
কাউন্টার, plaster প্লাস্টার, cluster ক্লাস্টার, poster পোস্টার, monster মনস্টার, rabbit র‍্যাবিট, exit এক্সিট,
summit সামিট, magnetic ম্যাগনেটিক, athletic অ্যাথলেটিক, organic অর্গানিক, mechanic মেকানিক, liberty লিবার্টি,
unity ইউনিটি, ability অ্যাবিলিটি, clarity ক্ল্যারিটি, density ডেনসিটি, facility ফ্যাসিলিটি, humidity হিউমিডিটি,
washable ওয়াশেবল, flexible ফ্লেক্সিবল, visible ভিজিবল, suitable সুটেবল, adjustable অ্যাডজাস্টেবল, printable
প্রিন্টেবল, insist ইনসিস্ট, consist কনসিস্ট, activist অ্যাক্টিভিস্ট, pianist পিয়ানিস্ট
"""
"""Words that were written down before the rules, which read most of them rightly at once."""


@pytest.mark.parametrize("line", SPELT.replace("\n", " ").strip().split(", "))
def test_words_are_written_as_they_sound(line: str) -> None:
    word, spelling = line.split()
    assert by_english_rule(word) == nfc(spelling)


def test_small_words_have_spellings_of_their_own() -> None:
    assert by_english_rule("one") == nfc("ওয়ান")
    assert by_english_rule("don't") == nfc("ডোন্ট")


@pytest.mark.parametrize("word", ["election", "kindness", "knight", "puncture", "restless", "adopted", "quick"])
def test_spellings_that_only_english_has(word: str) -> None:
    assert looks_english(word)


@pytest.mark.parametrize("word", ["bhalo", "lage", "mohammed", "bicched", "korte", "somoy", "jante", "ness", "ahmed"])
def test_spellings_that_bengali_has_too(word: str) -> None:
    assert not looks_english(word)


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz'"), min_size=1, max_size=20))
def test_any_word_is_written_in_bengali_script_or_stays(word: str) -> None:
    written = by_english_rule(word)
    assert written == word or not any("a" <= letter <= "z" for letter in written)
    assert written == nfc(written)
