from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Static

from sahayok.safety.helplines import Country, load_helplines
from sahayok_tui.screens.help_card import HelpCard
from sahayok_tui.strings import load_strings
from tests.sahayok_tui.pilot import Window, window

MORNING_IN_DHAKA = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 09:00: the two listening lines of Bangladesh are closed
NIGHT_IN_DHAKA = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # 00:00: both are open


async def _card(country: Country, moment: datetime, selector: str = "Static") -> list[str]:
    app = App[None]()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(HelpCard(load_strings("bn"), country, now=lambda: moment))
        await pilot.pause()
        return [str(widget.render()) for widget in app.screen.query(selector).results(Static)]


@pytest.mark.parametrize("country", ["BD", "IN"])
async def test_every_number_stands_there_as_in_the_table_own_country_first(country: Country) -> None:
    numbers = await _card(country, NIGHT_IN_DHAKA, ".number")
    other: Country = "IN" if country == "BD" else "BD"
    table = load_helplines()
    assert numbers == [line.number for of in (country, other) for line in table.of(of, NIGHT_IN_DHAKA)]


async def test_who_answers_now_comes_first_and_the_rest_say_when_they_open() -> None:
    states = await _card("BD", MORNING_IN_DHAKA, ".helpline .open, .helpline .closed")
    bangladesh = states[: len(load_helplines().of("BD"))]
    assert bangladesh[-2:] == ["এখন বন্ধ, খুলবে বিকেল ৩টায়", "এখন বন্ধ, খুলবে দুপুর ১২টায়"]
    assert all(state.startswith("এখন খোলা") for state in bangladesh[:-2])


async def test_an_open_line_says_until_when() -> None:
    states = await _card("BD", NIGHT_IN_DHAKA, ".helpline .open")
    assert states[:3] == ["এখন খোলা, রাত ৩টা পর্যন্ত", "এখন খোলা, রাত ২টা পর্যন্ত", "এখন খোলা, দিনরাত"]


async def test_no_other_number_is_on_the_card_and_the_day_of_checking_is() -> None:
    known = {line.number for line in load_helplines().helplines}
    texts = await _card("BD", NIGHT_IN_DHAKA)
    assert {text for text in texts if re.search(r"\d[\d\s-]+\d", text, re.ASCII)} == known
    verified = load_helplines().last_verified
    assert any(f"{load_strings('bn').number(verified.year)}।" in text for text in texts)


async def test_the_card_opens_with_no_model_with_a_loading_one_and_with_a_dead_one(tiny_gguf: Path) -> None:
    async def opens(w: Window) -> None:
        await w.pilot.press("f2")
        await w.until(lambda: isinstance(w.app.screen, HelpCard))
        await w.pilot.pause()
        assert load_helplines().helplines[0].number in w.texts(".number")
        await w.pilot.press("f2", "escape")
        await w.until(lambda: w.app.screen is w.chat)
        assert w.app.focused is w.prompt

    async with window("/nowhere/model.gguf") as w:
        await w.lost()
        await opens(w)
    async with window(tiny_gguf) as w:
        os.kill(w.engine_pid, signal.SIGSTOP)
        await opens(w)
        os.kill(w.engine_pid, signal.SIGKILL)
        await w.lost()
        await opens(w)
        await w.pilot.click(".people")
        await w.until(lambda: isinstance(w.app.screen, HelpCard))


async def test_the_card_opens_above_the_card_of_keys() -> None:
    async with window("/nowhere/model.gguf") as w:
        await w.pilot.press("f1")
        await w.until(lambda: w.app.screen is not w.chat)
        await w.pilot.pause()
        assert "Ctrl+Q" in w.texts(".key")
        await w.pilot.press("f2")
        await w.until(lambda: isinstance(w.app.screen, HelpCard))


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_the_last_line_can_be_scrolled_to(size: tuple[int, int]) -> None:
    async with window("/nowhere/model.gguf", size=size) as w:
        await w.pilot.press("f2")
        await w.until(lambda: isinstance(w.app.screen, HelpCard))
        await w.pilot.press("end")
        last: Callable[[], bool] = lambda: w.app.screen.query(".quiet").last().region.bottom <= size[1]  # noqa: E731
        await w.until(last)
