import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahayok.persona import load_persona
from sahayok.safety.feelings import Feeling
from sahayok.safety.reply_guard import LONGEST_HELD, Blocked, ReplyGuard


def test_sentences_come_out_whole() -> None:
    guard = ReplyGuard("sad")
    assert guard.feed("মন খারাপ হওয়া ") == ""
    assert guard.feed("স্বাভাবিক।") == ""
    assert guard.feed(" কী ") == "মন খারাপ হওয়া স্বাভাবিক। "
    assert guard.feed("হয়েছে?") == ""
    assert guard.flush() == "কী হয়েছে?"


@given(st.text(st.sampled_from('কখ ।?!…\n"’ab'), max_size=300), st.integers(1, 9))
def test_nothing_is_lost_or_changed(text: str, step: int) -> None:
    guard = ReplyGuard(None)
    passed = "".join(guard.feed(text[i : i + step]) for i in range(0, len(text), step)) + guard.flush()
    assert passed == text


def test_gladness_does_not_meet_sadness_however_it_is_cut() -> None:
    reply = "ফেল করেছেন, শুনে খুব ভালো লাগল। কোন পরীক্ষা?"
    for step in range(1, len(reply)):
        guard, shown = ReplyGuard("sad"), ""
        with pytest.raises(Blocked):
            for i in range(0, len(reply), step):
                shown += guard.feed(reply[i : i + step])
            shown += guard.flush()
        assert shown == ""


@pytest.mark.parametrize("text", ["ফোন করুন 01712345678 নম্বরে।", "১৬২৬৩ নম্বরে বলুন।", "5 0 0 খান।", "৯-৯-৯"])
def test_no_number_comes_from_a_model(text: str) -> None:
    guard = ReplyGuard(None)
    with pytest.raises(Blocked):
        guard.feed(text + " ")
        guard.flush()


def test_a_small_number_may_stand() -> None:
    guard = ReplyGuard(None)
    assert guard.feed("১২ দিন হলো।") + guard.flush() == "১২ দিন হলো।"


def test_a_text_without_sentences_is_not_held_for_ever() -> None:
    guard = ReplyGuard(None)
    text = "কথা " * LONGEST_HELD
    assert len(guard.feed(text)) > len(text) - LONGEST_HELD - 1


@pytest.mark.parametrize("feeling", ["sad", "glad", None])
def test_what_is_said_instead_passes_itself(feeling: Feeling | None) -> None:
    for text in load_persona().instead:
        guard = ReplyGuard(feeling)
        assert guard.feed(text) + guard.flush() == text
