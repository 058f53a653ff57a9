from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from textual import events

from sahayok.engines.engine import Piece
from sahayok_tui.screens.chat import Reply
from sahayok_tui.strings import load_strings
from tests.sahayok_tui.pilot import LONG, window
from tests.sahayok_tui.waiting import alive

NO_MODEL = "/nowhere/model.gguf"
SAY = load_strings("bn")


async def test_the_greeting_says_what_this_is_and_the_prompt_has_the_cursor() -> None:
    async with window(NO_MODEL) as w:
        assert w.messages("counsellor") == [SAY("greeting")]
        assert w.texts(".remark") == [SAY("about")]
        assert w.app.focused is w.prompt


async def test_a_message_is_answered_and_the_talk_goes_on(tiny_gguf: Path) -> None:
    async with window(tiny_gguf) as w:
        await w.ready()
        await w.send("ঘুম আসে না")
        await w.until(lambda: len(w.chat.dialogue.answered) == 2)
        await w.send("কী করব?")
        await w.until(lambda: len(w.chat.dialogue.answered) == 4)
        assert w.messages("person") == ["ঘুম আসে না", "কী করব?"]
        said = [message.content for message in w.chat.dialogue.answered]
        assert said[0::2] == ["ঘুম আসে না", "কী করব?"]
        assert len(w.messages("counsellor")) == 3
        assert w.prompt.text == w.status == ""


async def test_only_white_space_is_not_sent() -> None:
    async with window(NO_MODEL) as w:
        await w.type("  ")
        await w.pilot.press("ctrl+j", "enter")
        assert w.messages("person") == []


async def test_what_is_sent_while_the_model_loads_is_kept_and_answered_together(tiny_gguf: Path) -> None:
    async with window(tiny_gguf) as w:
        os.kill(w.engine_pid, signal.SIGSTOP)
        await w.send("এক")
        await w.send("দুই")
        await w.type("তিন")
        await w.pilot.pause()
        assert w.chat.state == "loading"
        assert w.notes() == [SAY("note_waiting")] * 2
        assert w.status.startswith(SAY("loading", percent="").removesuffix("%"))
        os.kill(w.engine_pid, signal.SIGCONT)
        await w.until(lambda: len(w.chat.dialogue.answered) == 2)
        assert w.chat.dialogue.answered.messages[0].content == "এক\n\nদুই"
        assert SAY("note_waiting") not in w.notes()
        assert w.prompt.text == "তিন"


async def test_esc_stops_and_keeps_what_came(tiny_gguf: Path) -> None:
    async with window(tiny_gguf, sampling=LONG) as w:
        await w.ready()
        await w.send("কথা")
        await w.until(lambda: len(w.messages("counsellor")) == 2)
        w.press("escape")
        await w.until(lambda: len(w.chat.dialogue.answered) == 2)
        assert w.notes() == [SAY("note_stopped")]
        assert w.chat.dialogue.answered.messages[1].content
        assert w.chat.state == "ready"


async def test_esc_before_the_first_word_loses_no_word(tiny_gguf: Path) -> None:
    async with window(tiny_gguf) as w:
        await w.ready()
        os.kill(w.engine_pid, signal.SIGSTOP)
        await w.send("এক")
        await w.until(lambda: w.status == SAY("thinking"))
        w.press("escape")
        await w.until(lambda: w.status == SAY("stopping"))
        os.kill(w.engine_pid, signal.SIGCONT)
        await w.until(lambda: w.status == "")
        await w.send("দুই")
        await w.until(lambda: len(w.chat.dialogue.answered) == 2)
        assert w.chat.dialogue.answered.messages[0].content.endswith("দুই")
        assert "এক" in "".join(message.content for message in w.chat.dialogue.answered)


async def test_what_is_sent_during_a_reply_stands_below_it_and_is_answered_next(tiny_gguf: Path) -> None:
    async with window(tiny_gguf) as w:
        await w.ready()
        os.kill(w.engine_pid, signal.SIGSTOP)
        await w.send("এক")
        await w.send("দুই")
        os.kill(w.engine_pid, signal.SIGCONT)
        await w.until(lambda: len(w.chat.dialogue.answered) == 4)
        order = [next(iter(view.classes & {"person", "counsellor"})) for view in w.chat.query(".message")]
        assert order == ["counsellor", "person", "counsellor", "person", "counsellor"]


async def test_a_new_conversation_forgets_the_old_one_and_keeps_the_prompt(tiny_gguf: Path) -> None:
    async with window(tiny_gguf, sampling=LONG) as w:
        await w.ready()
        await w.send("পুরোনো কথা")
        await w.until(lambda: len(w.messages("counsellor")) == 2)
        await w.type("নতুন")
        w.press("ctrl+n")
        await w.until(lambda: w.messages("person") == [])
        assert w.messages("counsellor") == [SAY("greeting")]
        assert w.prompt.text == "নতুন"
        w.press("enter")
        await w.until(lambda: len(w.chat.dialogue.answered) == 2)
        assert w.chat.dialogue.answered.messages[0].content == "নতুন"
        assert w.messages("person") == ["নতুন"]


async def test_a_paste_of_a_hundred_thousand_characters_is_told_to_be_too_long_and_given_back(tiny_gguf: Path) -> None:
    novel = ("চাকরিটা চলে যাওয়ার পর থেকে মনটা ভারী। " * 3000)[:99_999] + "শ"
    async with window(tiny_gguf) as w:
        await w.ready()
        await w.paste(novel)
        assert w.prompt.text == novel
        w.press("enter")
        await w.until(lambda: SAY("note_too_long") in w.texts(".remark"))
        assert w.prompt.text == novel
        w.prompt.clear()
        await w.send("ছোট করে")
        await w.until(lambda: len(w.chat.dialogue.answered) == 2)
        assert w.chat.dialogue.answered.messages[0].content == "ছোট করে"


async def test_a_resize_in_the_middle_of_a_reply(tiny_gguf: Path) -> None:
    async with window(tiny_gguf, sampling=LONG) as w:
        await w.ready()
        await w.send("কথা")
        await w.until(lambda: len(w.messages("counsellor")) == 2)
        os.kill(w.engine_pid, signal.SIGSTOP)
        for width, height in ((40, 12), (120, 40), (20, 5), (80, 24)):
            await w.pilot.resize_terminal(width, height)
            await w.pilot.pause()
            assert all(view.region.right <= width for view in w.chat.query(".message"))
        os.kill(w.engine_pid, signal.SIGCONT)
        w.press("escape")
        await w.until(lambda: len(w.chat.dialogue.answered) == 2)


async def test_paging_scrolls_the_conversation_and_a_new_message_comes_back(tiny_gguf: Path) -> None:
    async with window(tiny_gguf, size=(40, 12)) as w:
        await w.ready()
        view = w.chat.query_one("ConversationView")
        await w.pilot.press("pageup")
        await w.pilot.pause()
        assert view.scroll_y < view.max_scroll_y
        assert w.app.focused is w.prompt
        await w.send("কথা")
        await w.until(lambda: len(w.chat.dialogue.answered) == 2)
        await w.until(lambda: view.scroll_y == view.max_scroll_y)


# When the model's process is gone


async def test_a_model_that_does_not_load_is_told_calmly_with_its_reason() -> None:
    async with window(NO_MODEL) as w:
        await w.type("লিখছিলাম")
        await w.lost()
        await w.pilot.pause()
        assert w.banner.display
        assert SAY("lost") in w.texts("Banner Static")
        assert any(NO_MODEL in text for text in w.texts("Banner .reason"))
        await w.type(" তখনও")
        assert w.prompt.text == "লিখছিলাম তখনও"


@pytest.mark.parametrize("restart", ["f5", "click"])
async def test_after_a_kill_in_the_middle_of_a_reply_the_talk_goes_on(tiny_gguf: Path, restart: str) -> None:
    async with window(tiny_gguf, sampling=LONG) as w:
        await w.ready()
        await w.send("কথা")
        await w.until(lambda: len(w.messages("counsellor")) == 2)
        await w.type("লেখা চলছে")
        killed = w.engine_pid
        os.kill(killed, signal.SIGKILL)
        await w.lost()
        await w.until(lambda: SAY("note_cut") in w.notes())
        assert w.banner.display
        assert w.prompt.text == "লেখা চলছে"
        assert len(w.chat.dialogue.answered) == 2
        if restart == "f5":
            w.press("f5")
        else:
            await w.pilot.pause()
            await w.pilot.click(".offer")
        await w.ready()
        assert w.engine_pid != killed
        assert not w.banner.display
        w.press("enter")
        await w.until(lambda: w.status == SAY("replying"))
        w.press("escape")
        await w.until(lambda: len(w.chat.dialogue.answered) == 4)
        assert w.messages("person") == ["কথা", "লেখা চলছে"]


async def test_what_was_not_answered_before_a_kill_is_answered_after_the_restart(tiny_gguf: Path) -> None:
    async with window(tiny_gguf) as w:
        await w.ready()
        os.kill(w.engine_pid, signal.SIGSTOP)
        await w.send("এক")
        await w.until(lambda: w.status == SAY("thinking"))
        os.kill(w.engine_pid, signal.SIGKILL)
        await w.lost()
        await w.send("দুই")
        await w.until(lambda: w.notes() == [SAY("note_waiting")] * 2)
        w.press("f5")
        await w.until(lambda: len(w.chat.dialogue.answered) == 2)
        assert w.chat.dialogue.answered.messages[0].content == "এক\n\nদুই"


async def test_a_restart_frees_a_model_that_is_stuck(tiny_gguf: Path) -> None:
    async with window(tiny_gguf) as w:
        await w.ready()
        os.kill(w.engine_pid, signal.SIGSTOP)
        await w.send("কথা")
        await w.until(lambda: w.status == SAY("thinking"))
        w.press("f5")
        await w.until(lambda: len(w.chat.dialogue.answered) == 2)


async def test_closing_the_window_ends_the_models_process_and_writes_no_file(
    tiny_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    async with window(tiny_gguf) as w:
        await w.ready()
        await w.send("কথা")
        await w.until(lambda: len(w.chat.dialogue.answered) == 2)
        pid = w.engine_pid
        await w.pilot.press("ctrl+q")
        await w.pilot.pause()
    assert not alive(pid)
    assert w.app.return_code == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_words_that_come_while_the_window_closes_are_let_go(tiny_gguf: Path) -> None:
    async with window(tiny_gguf, sampling=LONG) as w:
        await w.ready()
        await w.send("কথা")
        await w.until(lambda: len(w.messages("counsellor")) == 2)
        reply = Reply(w.chat.dialogue.turn(), w.chat.dialogue, [])
        w.app.exit(0)
        w.chat.post_message(w.chat.Spoke(reply, Piece("শেষ কথা")))
        w.chat.post_message(w.chat.Ended(reply))
    assert w.app.return_code == 0


async def test_enter_does_not_overtake_the_letters_before_it() -> None:
    async with window(NO_MODEL) as w:
        for _ in range(20):
            for character in "খুব একা লাগে":
                w.app.post_message(events.Key(character, character))
            w.app.post_message(events.Key("enter", None))
        await w.until(lambda: w.messages("person") == ["খুব একা লাগে"] * 20)
        assert w.prompt.text == ""
