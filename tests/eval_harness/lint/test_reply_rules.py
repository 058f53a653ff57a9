from __future__ import annotations

from eval_harness.lint.replies import Replies
from sahayok.engines.engine import Sampling
from tests.eval_harness.lint.subjects import asked, found, not_checked, of_others, replies_of

CAP = 64


def sound() -> Replies:
    return replies_of([asked(number) for number in range(6)])


def test_sound_records_have_nothing() -> None:
    for rule in ("cut-replies", "long-references", "reply-is-question", "reply-is-reference", "constant-reply"):
        assert found(rule, sound()) == []


def test_replies_that_the_cap_ended() -> None:
    by_length = asked(0, finish="length")
    ended_at_cap = asked(1, reply="আমি শুনছি আর", tokens=CAP)  # by its own end of turn, the last token allowed
    (finding,) = found("cut-replies", replies_of([ended_at_cap, by_length, asked(2), asked(3)]))
    assert finding.what == ("1 of 4 (25.0 %) were ended by the cap of 64 tokens or the context's end, such as x-000#1")


def test_others_replies_that_do_not_end() -> None:
    cut = [asked(number, reply="আমি শুনছি আর") for number in range(2)]
    whole = [asked(number, reply="আমি শুনছি।") for number in range(2, 8)]
    (finding,) = found("unfinished-replies", of_others([*cut, *whole]))
    assert "2 of 8 (25.0 %)" in finding.what
    assert found("unfinished-replies", of_others([*cut[:1], *whole])) == []
    assert "cut-replies" in not_checked("unfinished-replies", sound())
    assert "no header" in not_checked("cut-replies", of_others(whole))


def test_references_longer_than_the_cap() -> None:
    records = [asked(0, reference_tokens=CAP), asked(1, reference_tokens=CAP + 1), asked(2, reference_tokens=90)]
    (finding,) = found("long-references", replies_of(records))
    assert finding.what == "2 of 3 (66.7 %) are longer than the cap of 64 tokens, x-002#1 the longest (90)"
    assert found("long-references", replies_of(records[:1])) == []
    assert "how many tokens" in not_checked("long-references", replies_of([asked(0, likelihood=None)]))


def test_replies_that_repeat_their_question_or_are_their_reference() -> None:
    text = [f"{number} মনটা ভালো নেই" for number in range(10)]
    echo = [asked(number, question=text[number], reply=f" {text[number]}") for number in range(3)]
    copied = [asked(number, reference=text[number], reply=text[number]) for number in range(3)]
    rest = [asked(number) for number in range(3, 10)]
    (question,) = found("reply-is-question", replies_of([*echo, *rest]))
    assert "3 of 10 (30.0 %) are their own question" in question.what
    assert found("reply-is-reference", replies_of([*echo, *rest])) == []
    (reference,) = found("reply-is-reference", replies_of([*copied, *rest]))
    assert "3 of 10 (30.0 %) are their own reference" in reference.what
    assert found("reply-is-question", replies_of([*echo[:2], asked(2), *rest])) == []
    assert found("reply-is-question", replies_of([*echo, *(asked(number) for number in range(3, 60))])) == []


def test_a_side_that_is_not_there_is_not_compared() -> None:
    assert not_checked("reply-is-question", replies_of([asked(0, question="")])) == "there is no question"


def test_one_reply_for_many() -> None:
    same = [asked(number, reply="আমি শুনছি।") for number in range(3)]
    rest = [asked(number) for number in range(3, 10)]
    (finding,) = found("constant-reply", replies_of([*same, *rest]))
    assert finding.what == '3 of 10 (30.0 %) items get the same reply, "আমি শুনছি।"'
    assert found("constant-reply", replies_of([*same[:2], asked(2), *rest])) == []
    assert "fewer than 5" in not_checked("constant-reply", replies_of(same))


def test_repeats_at_temperature_0_are_no_constant_reply() -> None:
    repeats = [asked(number, repeat=repeat) for number in range(5) for repeat in range(4)]
    assert found("constant-reply", replies_of(repeats, repeats=4)) == []


def test_repeats_that_are_equal_though_drawn() -> None:
    equal = [asked(number, repeat=repeat, cached=repeat == 1) for number in range(4) for repeat in range(2)]
    own = [asked(number, repeat=repeat, reply=f"{repeat} {number}") for number in range(4, 8) for repeat in range(2)]
    (finding,) = found("equal-repeats", replies_of([*equal, *own[:2]], repeats=2))
    assert finding.what == (
        "all replies to 4 of 5 (80.0 %) items are equal at temperature 0.3, such as x-000#1; "
        "4 of them come from a cache"
    )
    assert found("equal-repeats", replies_of([*equal, *own], repeats=2)) == []
    cold = Sampling(temperature=0.0, seed=1)
    assert "temperature 0" in not_checked("equal-repeats", replies_of(equal, repeats=2, sampling=cold))
    assert "once" in not_checked("equal-repeats", replies_of([asked(0)]))
