from __future__ import annotations

import pytest

from tests.sahayok_tui.pilot import window

NO_MODEL = "/nowhere/model.gguf"


async def test_bengali_is_typed_and_enter_sends_it_as_it_is() -> None:
    async with window(NO_MODEL) as w:
        await w.send("আমার মন ভালো নেই।")
        assert w.messages("person") == ["আমার মন ভালো নেই।"]
        assert w.prompt.text == ""


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter"])
async def test_both_keys_make_a_new_line(key: str) -> None:
    async with window(NO_MODEL) as w:
        await w.type("এক")
        await w.pilot.press(key)
        await w.type("দুই")
        assert w.prompt.text == "এক\nদুই"
        await w.pilot.press("enter")
        await w.pilot.pause()
        assert w.messages("person") == ["এক\nদুই"]


async def test_it_grows_to_eight_lines() -> None:
    async with window(NO_MODEL, size=(80, 30)) as w:
        heights = []
        for _ in range(10):
            await w.pilot.pause()
            heights.append(w.prompt.size.height)
            await w.pilot.press("ctrl+j")
        assert heights == [1, 2, 3, 4, 5, 6, 7, 8, 8, 8]


async def test_a_paste_comes_once_with_its_lines_and_without_what_speaks_to_the_terminal() -> None:
    async with window(NO_MODEL) as w:
        await w.paste("এক\r\nদুই\x1b]0;x\x07")
        assert w.prompt.text == "এক\nদুই]0;x"
        assert w.messages("person") == []


async def test_ctrl_c_says_how_to_close() -> None:
    async with window(NO_MODEL) as w:
        await w.lost()
        await w.pilot.press("ctrl+c")
        await w.pilot.pause()
        assert "Ctrl+Q" in w.status
