from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from training.near import Match, grams, near_duplicates

SENTENCE = "পরীক্ষার আগের রাতে কিছুতেই ঘুম আসছিল না"


def by_hand(text: str, others: list[str]) -> Match | None:
    """The definition, pair by pair."""
    own = grams(text)
    matches = []
    for index, other in enumerate(others):
        common, union = len(own & grams(other)), len(own | grams(other))
        if Fraction(common, len(own)) >= Fraction(4, 5):
            matches.append(Match(common / union, common / len(own), index))
    return max(matches, key=lambda match: (match.jaccard, match.containment, -match.other), default=None)


# A small alphabet, so that texts share grams by chance.
texts = st.text(alphabet="কখ ি", min_size=1, max_size=30)


@given(st.lists(texts, max_size=6), st.lists(texts, max_size=12))
def test_the_filter_loses_nothing_and_adds_nothing(few: list[str], many: list[str]) -> None:
    expected = {text: match for text in few if (match := by_hand(text, many))}
    assert near_duplicates(few, many) == expected


def test_grams() -> None:
    assert grams("abcdef") == {"abcde", "bcdef"}
    assert grams("abc") == {"abc"}


def test_jaccard_and_containment_by_hand() -> None:
    # 16 grams in the first text of 20 letters; the second has a letter more at the end and so one gram more.
    letters = "abcdefghijklmnopqrst"
    assert near_duplicates([letters], [letters + "u"]) == {letters: Match(16 / 17, 1.0, 0)}


def test_a_text_inside_a_longer_one_is_found_and_an_unrelated_one_is_not() -> None:
    longer = f"{SENTENCE} বারবার মনে হচ্ছিল সব ভুলে গেছি"
    found = near_duplicates([SENTENCE], ["বন্ধুর সঙ্গে অনেক দিন পর দেখা হলো", longer])
    assert found[SENTENCE].other == 1
    assert found[SENTENCE].containment == 1.0
    assert found[SENTENCE].jaccard < 1.0
    assert near_duplicates([longer], ["বন্ধুর সঙ্গে অনেক দিন পর দেখা হলো"]) == {}


def test_a_short_text_inside_the_item_is_no_duplicate_of_it() -> None:
    assert near_duplicates([f"{SENTENCE} বারবার মনে হচ্ছিল সব ভুলে গেছি"], [SENTENCE[:20]]) == {}
