from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from eval_harness.rating.answers import Answer, append, read_answers
from eval_harness.rating.plan import Plan
from eval_harness.rating.scales import bengali_number, introduction, load_scales, load_texts
from eval_harness.rating.session import RatingApp
from eval_harness.rating.sheet import Sheet
from tests.eval_harness.rating.made import GOOD, a_plan, digits

PLAN = a_plan("nano", "big")
RATER = "মীনা"
SAY = load_texts()


class Session:
    """A rater at the screen."""

    def __init__(self, app: RatingApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        # Not Pilot.press alone: it drops the character of a key that has no Latin name.
        for key in keys:
            if len(key) == 1:
                self.app.post_message(events.Key(key, key))
            else:
                await self.pilot.press(key)
            await self.pilot.pause()

    def text(self, name: str) -> str:
        place = self.app.query_one(f"#{name}", Static)
        return str(place.render()) if place.display else ""

    def everything(self) -> str:
        return "\n".join(str(place.render()) for place in self.app.query(Static) if place.display)


@asynccontextmanager
async def session(path: Path, plan: Plan = PLAN, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Session]:
    before = read_answers(path).latest() if path.exists() else {}
    app = RatingApp(Sheet(plan, RATER, before, lambda answer: append(path, [answer])))
    async with app.run_test(size=size) as pilot:
        yield Session(app, pilot)


async def test_a_reply_is_rated_by_digits_and_saved_with_enter(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    first = PLAN.order(RATER)[0]
    async with session(path) as s:
        assert "৮টা প্রশ্নে" in s.text("earlier")
        await s.press("enter")
        assert s.text("progress").startswith("১ / ৪৪")
        assert first.exhibit.messages[-1].content in s.text("earlier")
        assert s.text("reply") == first.exhibit.reply
        await s.press(*digits(GOOD))
        assert not path.exists()
        await s.press("enter")
        assert read_answers(path).answers == (Answer(PLAN.id, RATER, first.key, GOOD),)
        assert s.text("progress").startswith("২ / ")


async def test_digits_of_the_bengali_keyboard_count(tmp_path: Path) -> None:
    async with session(tmp_path / "r.jsonl") as s:
        await s.press("enter", "১", "২", "০")
        assert list(s.app.sheet.values.values()) == [1, 2, 0]


async def test_what_is_chosen_has_a_mark_and_not_only_a_colour(tmp_path: Path) -> None:
    async with session(tmp_path / "r.jsonl") as s:
        await s.press("enter", "1", "up")
        assert [line[0] for line in s.text("values").splitlines()] == [" ", "►", " "]
        assert s.text("given").startswith("[মমতা:১], মন বোঝা:–, ")


async def test_a_value_without_an_anchor_is_shown_when_chosen(tmp_path: Path) -> None:
    async with session(tmp_path / "r.jsonl") as s:
        await s.press("enter", *["down"] * 7, "5")
        assert [line.split()[0] for line in s.text("values").splitlines()] == ["১", "৪", "►", "৭", "১০"]
        assert "► ৫" in s.text("values")
        assert s.app.sheet.values == {"overall": 5}


async def test_enter_with_a_scale_open_names_it(tmp_path: Path) -> None:
    async with session(tmp_path / "r.jsonl") as s:
        await s.press("enter", *digits(GOOD)[:-1], "enter")
        assert s.text("note") == SAY["missing"].format(scales="সব মিলিয়ে")
        assert not (tmp_path / "r.jsonl").exists()
        await s.press("0")
        assert s.text("note") == ""


async def test_a_plan_of_one_scale_asks_only_that_after_its_guide(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    plan = a_plan(scales=["fit"])
    fit = plan.asked[0].bn
    async with session(path, plan, size=(60, 20)) as s:
        await s.pilot.pause()
        assert s.text("earlier") == introduction(plan.asked)
        assert s.app.query_one("#talk").max_scroll_y == 0  # all of it can be seen
        await s.press("enter")
        assert s.text("question") == f"{fit.name}: {fit.question}"
        assert [line.strip() for line in s.text("values").splitlines()] == [
            f"{bengali_number(number)}  {anchor}" for number, anchor in enumerate(fit.anchors.values(), 1)
        ]
        await s.press("enter")
        assert s.text("note") == SAY["missing"].format(scales=fit.name)
        await s.press("৪", "enter")
        assert s.text("progress").startswith("২ / ")
    assert [dict(answer.scores) for answer in read_answers(path).answers] == [{"fit": "opposite"}]


async def test_back_corrects(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    async with session(path) as s:
        await s.press("enter", *digits(GOOD), "enter", "backspace")
        assert SAY["done_before"] in s.text("progress")
        await s.press("0", "enter", "left", "left")
        assert s.text("progress").startswith("১ / ")
    answers = read_answers(path)
    assert [answer.scores["emotional_reactions"] for answer in answers.answers] == [2, 0]
    assert len(answers.latest()) == 1


async def test_a_skip_asks_why(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    async with session(path) as s:
        await s.press("enter", "s")
        assert s.text("question") == SAY["skip_question"]
        assert len(s.text("values").splitlines()) == len(load_scales().skips)
        await s.press("9", "escape")
        assert s.text("progress").startswith("১ / ")
        assert not path.exists()
        await s.press("s", "3")
        assert s.text("progress").startswith("২ / ")
        await s.press("left")
        assert SAY["skipped_before"] in s.text("progress")
    assert [(answer.scores, answer.skipped) for answer in read_answers(path).answers] == [({}, "too_heavy")]


async def test_a_pause_goes_on_at_the_next_reply(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    async with session(path) as s:
        await s.press("enter", *digits(GOOD), "enter", "1", "q")
    async with session(path) as s:
        await s.press("enter")
        assert s.text("progress").startswith("২ / ")
        assert dict(s.app.sheet.values) == {}


async def test_the_end_can_be_left_to_correct(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    order = PLAN.order(RATER)
    append(path, [Answer(PLAN.id, RATER, shown.key, GOOD) for shown in order[:-1]])
    async with session(path) as s:
        await s.press("enter", *digits(GOOD), "enter")
        assert s.text("earlier") == SAY["end"]
        assert s.text("values") == ""
        await s.press("1", "s", "enter", "up")
        assert s.text("earlier") == SAY["end"]
        await s.press("left")
        assert s.text("reply") == order[-1].exhibit.reply
    assert len(read_answers(path).answers) == len(order)


async def test_nothing_shown_says_where_a_reply_is_from(tmp_path: Path) -> None:
    plan = replace(PLAN, exhibits=tuple(replace(exhibit, reply="একই উত্তর") for exhibit in PLAN.exhibits))
    async with session(tmp_path / "r.jsonl", plan) as s:
        await s.press("enter")
        for shown in plan.order(RATER):
            seen = s.everything()
            assert not any(source in seen for source in ("nano", "big", "model", "reference", "decoy"))
            assert shown.key not in seen
            assert shown.exhibit.item not in seen
            await s.press("s", "4")


async def test_what_the_reply_holds_is_text_and_nothing_else(tmp_path: Path) -> None:
    exhibit = replace(PLAN.exhibits[0], reply="[bold]ক[/bold]\x1b[31m লাল \u202e উল্টো", again="")
    async with session(tmp_path / "r.jsonl", replace(PLAN, exhibits=(exhibit,))) as s:
        await s.press("enter")
        assert s.text("reply") == "[bold]ক[/bold]\ufffd[31m লাল \ufffd উল্টো"


async def test_an_empty_reply_is_named(tmp_path: Path) -> None:
    exhibit = replace(PLAN.exhibits[0], reply=" \n", again="")
    async with session(tmp_path / "r.jsonl", replace(PLAN, exhibits=(exhibit,))) as s:
        await s.press("enter")
        assert s.text("reply") == SAY["empty"]


async def test_a_long_reply_can_be_read_in_a_small_window(tmp_path: Path) -> None:
    exhibit = replace(PLAN.exhibits[0], reply="দীর্ঘ কথা। " * 200, again="")
    async with session(tmp_path / "r.jsonl", replace(PLAN, exhibits=(exhibit,)), size=(60, 20)) as s:
        await s.press("enter")
        assert SAY["more"] in s.text("progress")
        talk = s.app.query_one("#talk")
        assert talk.size.height >= 3
        await s.press("pagedown")
        assert talk.scroll_y > 0
        await s.press("pageup")
        assert talk.scroll_y == 0


async def test_every_scale_fits_a_window_of_60_by_20(tmp_path: Path) -> None:
    async with session(tmp_path / "r.jsonl", size=(60, 20)) as s:
        await s.press("enter", "enter")
        for _ in load_scales().scales:
            keys = s.app.query_one("#keys")
            assert keys.region.bottom == 20
            assert s.app.query_one("#talk").size.height >= 3
            await s.press("down")


async def test_a_full_disk_ends_the_session_with_its_reason(tmp_path: Path) -> None:
    def full(answer: Answer) -> None:
        raise OSError(28, "No space left on device")

    app = RatingApp(Sheet(PLAN, RATER, {}, full))
    async with app.run_test() as pilot:
        await Session(app, pilot).press("enter", *digits(GOOD), "enter")
    assert app.failed is not None
    assert app.failed.errno == 28
