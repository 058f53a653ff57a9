from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval_harness.rating.answers import Answer
from eval_harness.rating.sheet import Sheet
from tests.eval_harness.rating.made import GOOD, POOR, a_plan, digits

PLAN = a_plan()
RATER = "মীনা"


def a_sheet(before: Sequence[Answer] = (), rater: str = RATER) -> tuple[Sheet, list[Answer]]:
    saved: list[Answer] = []
    return Sheet(PLAN, rater, {(answer.rater, answer.key): answer for answer in before}, saved.append), saved


def give(sheet: Sheet, scores: Mapping[str, object]) -> None:
    sheet.scale = 0
    for digit in digits(scores):  # type: ignore[arg-type]
        assert sheet.choose(int(digit))


def test_values_are_given_scale_by_scale_and_saved_with_the_next() -> None:
    sheet, saved = a_sheet()
    key = sheet.current.key
    give(sheet, GOOD)
    assert saved == []
    assert sheet.next()
    assert saved == [Answer(PLAN.id, RATER, key, GOOD)]
    assert (sheet.position, sheet.scale, sheet.done, dict(sheet.values)) == (1, 0, 1, {})


def test_a_digit_that_the_scale_has_not_changes_nothing() -> None:
    sheet, _ = a_sheet()
    assert not sheet.choose(3)
    assert (sheet.scale, dict(sheet.values)) == (0, {})


def test_only_the_scales_of_the_plan_are_asked() -> None:
    plan = a_plan(scales=["fit"])
    saved: list[Answer] = []
    sheet = Sheet(plan, RATER, {}, saved.append)
    key = sheet.current.key
    assert [scale.key for scale in sheet.missing] == ["fit"]
    assert not sheet.choose(5)
    assert sheet.choose(3)
    assert sheet.next()
    assert saved == [Answer(plan.id, RATER, key, {"fit": "wrong_subject"})]


def test_nothing_is_saved_while_a_scale_has_no_value() -> None:
    sheet, saved = a_sheet()
    sheet.choose(1)
    sheet.ask(1)
    sheet.choose(1)
    assert not sheet.next()
    assert saved == []
    assert sheet.scales[sheet.scale].key == "interpretations"
    assert len(sheet.missing) == 6


def test_after_a_value_the_next_scale_without_one_is_asked() -> None:
    sheet, _ = a_sheet()
    give(sheet, GOOD)
    sheet.scale = 2
    sheet.choose(0)
    assert sheet.scale == 3
    sheet.ask(-1)
    sheet.ask(-1)
    assert sheet.scale == 1
    sheet.scale = 7
    sheet.choose(0)
    sheet.ask(1)
    assert sheet.scale == 7
    assert sheet.values["overall"] == 10


def test_a_correction_is_saved_and_an_unchanged_answer_is_not() -> None:
    sheet, saved = a_sheet()
    for _ in range(2):
        give(sheet, GOOD)
        sheet.next()
    sheet.back()
    sheet.back()
    sheet.back()
    assert sheet.position == 0
    assert dict(sheet.values) == GOOD
    give(sheet, POOR)
    sheet.next()
    sheet.next()
    assert [answer.scores for answer in saved] == [GOOD, GOOD, POOR]
    assert saved[2].key == saved[0].key
    assert (sheet.position, sheet.done) == (2, 2)


def test_what_was_begun_is_still_there_after_a_look_back() -> None:
    sheet, _ = a_sheet()
    give(sheet, GOOD)
    sheet.next()
    sheet.choose(1)
    sheet.back()
    sheet.next()
    assert dict(sheet.values) == {"emotional_reactions": 1}


def test_a_skip_is_saved_can_be_passed_and_can_be_rated_after_all() -> None:
    sheet, saved = a_sheet()
    sheet.skip("unreadable")
    sheet.back()
    assert sheet.next()
    assert [answer.skipped for answer in saved] == ["unreadable"]
    sheet.back()
    give(sheet, GOOD)
    sheet.next()
    assert saved[1] == Answer(PLAN.id, RATER, saved[0].key, GOOD)
    assert sheet.done == 1


def test_an_answer_can_become_a_skip() -> None:
    sheet, saved = a_sheet()
    give(sheet, GOOD)
    sheet.next()
    sheet.back()
    sheet.skip("too_heavy")
    assert saved[1] == Answer(PLAN.id, RATER, saved[0].key, {}, "too_heavy")


def test_it_begins_at_the_first_reply_without_an_answer_of_this_rater() -> None:
    order = PLAN.order(RATER)
    before = [Answer(PLAN.id, RATER, order[0].key, GOOD), Answer(PLAN.id, RATER, order[1].key, {}, "other")]
    other = [Answer(PLAN.id, "রহিম", shown.key, GOOD) for shown in order]
    sheet, _ = a_sheet([*other, *before])
    assert (sheet.position, sheet.done) == (2, 2)
    assert a_sheet(other, "রহিম")[0].ended
    assert a_sheet(other)[0].position == 0


def test_the_last_reply_ends_it() -> None:
    sheet, saved = a_sheet()
    while not sheet.ended:
        give(sheet, GOOD)
        sheet.next()
    assert [answer.key for answer in saved] == [shown.key for shown in PLAN.order(RATER)]
    sheet.back()
    assert sheet.current.key == saved[-1].key
