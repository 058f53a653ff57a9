from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bengali_text import LINES
from training.unwanted import FEWEST_SHINGLES, Sieve

STORY = (
    "সকালে উঠে জানালা খুলে দেখি উঠোনে শিউলি ফুল পড়ে আছে, মা তখনো ঘুমিয়ে, রান্নাঘরে কেউ নেই, কলের জল টুপটুপ করে পড়ছে আর দূরে "
    "কোথাও একটা ট্রেন যাচ্ছে, আমি চুপ করে দাঁড়িয়ে রইলাম, মনে হলো এমন সকাল অনেক দিন দেখিনি, বাবাকে চিঠি লিখতে হবে আজ, "
    "সেই যে নদীর ধারে বসে গল্প করতাম দুজনে, সে কথা কি তাঁর মনে আছে, থাকলে কি তিনিও এমন করে জানালায় দাঁড়ান কোনো দিন, জানি না"
)
TALK = "আজ সারা দিন ঘরে বসে পুরোনো চিঠি পড়লাম।"


def test_a_text_without_fault_goes_through_as_it_is() -> None:
    sieve = Sieve()
    assert sieve(f"{TALK}\n{STORY}") == f"{TALK}\n{STORY}"
    assert sieve.left_out == Counter()


def test_a_repeated_paragraph_is_left_out_also_when_a_few_words_differ() -> None:
    sieve = Sieve()
    assert sieve(STORY)
    changed = STORY.replace("শিউলি", "বকুল")
    assert sieve(f"{TALK}\n{changed}") == TALK
    assert sieve.left_out == Counter(repeated=len(changed))


def test_what_repeats_a_held_out_text_is_left_out() -> None:
    sieve = Sieve()
    sieve.hold_out(f"{TALK}\n{STORY}")
    assert sieve(STORY) == ""
    assert sieve(f"- {STORY}\n- তাই নাকি?") == ""
    assert sieve(TALK) == TALK, f"fewer than {FEWEST_SHINGLES} shingles tell nothing"
    assert set(sieve.left_out) == {"held out"}


def test_a_dialogue_may_repeat_what_stood_in_a_story() -> None:
    sieve = Sieve()
    dialogue = f"- {STORY}\n- তাই নাকি?"
    assert sieve(STORY) and sieve(dialogue) == dialogue


def test_a_list_is_left_out_and_two_points_are_not() -> None:
    sieve = Sieve()
    points = [f"{digit}. চাল ডাল তেল আর নুন আনতে হবে" for digit in "১২৩"]
    assert sieve("\n".join([TALK, *points, TALK])) == f"{TALK}\n{TALK}"
    assert sieve("\n".join([TALK, *points[:2]])) == "\n".join([TALK, *points[:2]])
    assert sieve.left_out == Counter(list=sum(map(len, points)))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("- সুমন রায়", "byline"),
        ("যোগাযোগ করুন kobi@example.org ঠিকানায়", "address"),
        ("ওই লোকটা একটা হারামজাদা, বুঝলে?", "obscene"),
    ],
)
def test_a_line_is_left_out_for_its_reason(line: str, reason: str) -> None:
    sieve = Sieve()
    assert sieve(f"{TALK}\n{line}") == TALK
    assert sieve.left_out == Counter({reason: len(line)})


def test_a_dash_in_the_midst_is_no_byline() -> None:
    text = "\n".join([TALK] * 3 + ["- কেন যাব না"] + [TALK] * 3)
    assert Sieve()(text) == text


def test_a_quarrel_is_left_out_whole_and_a_word_of_it_is_not() -> None:
    sieve = Sieve()
    quarrel = f"{TALK}\nএই সরকার আর বিএনপি মিলে হরতাল ডাকে, নির্বাচন হয় না, রাজনীতি সব শেষ, মন্ত্রী চুপ।"
    assert sieve(quarrel) == ""
    assert sieve(f"{STORY} নির্বাচন এল, মন্ত্রী এলেন।").endswith("মন্ত্রী এলেন।")
    assert sieve.left_out == Counter(quarrel=len(quarrel))


@given(st.lists(st.sampled_from([*LINES, STORY, TALK]), max_size=12))
def test_what_goes_through_are_lines_of_the_text_in_their_order(lines: list[str]) -> None:
    text = "\n".join(lines)
    sieve = Sieve()
    kept = sieve(text)
    source = iter(text.split("\n"))
    assert all(line in source for line in kept.split("\n") if kept)
    counted = sum(sieve.left_out.values()) + len(kept.replace("\n", ""))
    assert len(text.replace("\n", "")) <= counted <= len(text)  # a text left out whole is counted with its line ends
