"""The window in a test: real widgets, a real model's process, keys as a person presses them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from sahayok.engines.engine import Sampling
from sahayok_tui.app import SahayokApp
from sahayok_tui.engine_process import ModelChoice
from sahayok_tui.screens.chat import ChatScreen
from sahayok_tui.widgets.banner import Banner
from sahayok_tui.widgets.message import MessageView
from sahayok_tui.widgets.prompt import Prompt
from sahayok_tui.widgets.status_line import StatusLine
from tests.sahayok_tui.waiting import until

BRIEF = Sampling(seed=1, max_tokens=16)
LONG = Sampling(seed=1, max_tokens=1500)


class Window:
    """A person at the window."""

    def __init__(self, app: SahayokApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def chat(self) -> ChatScreen:
        chat = self.app.screen_stack[0]
        assert isinstance(chat, ChatScreen)
        return chat

    @property
    def prompt(self) -> Prompt:
        return self.chat.query_one(Prompt)

    @property
    def banner(self) -> Banner:
        return self.chat.query_one(Banner)

    @property
    def status(self) -> str:
        return self.chat.query_one(StatusLine).text

    @property
    def engine_pid(self) -> int:
        assert self.chat.engine is not None
        return self.chat.engine.pid

    def texts(self, selector: str) -> list[str]:
        """What the visible texts under `selector`, on the screen in front, say."""
        return [str(widget.render()) for widget in self.app.screen.query(selector).results(Static) if widget.display]

    def messages(self, speaker: str) -> list[str]:
        """What the messages of "person" or "counsellor" show, notes left out; the greeting is the first."""
        return [
            "\n\n".join(str(paragraph.render()) for paragraph in view.query(".paragraph").results(Static))
            for view in self.chat.query(f".{speaker}").results(MessageView)
        ]

    def notes(self) -> list[str]:
        return self.texts(".message .note")

    def press(self, key: str) -> None:
        """A key that names itself ("escape"). Unlike Pilot.press this does not wait for a quiet moment: while a reply
        streams in there is none."""
        self.app.post_message(events.Key(key, None))

    async def type(self, text: str) -> None:
        # Not Pilot.press, which drops the character of a key that has no Latin name.
        length = len(self.prompt.text) + len(text)
        for character in text:
            self.app.post_message(events.Key(character, character))
        await self.until(lambda: len(self.prompt.text) == length)

    async def send(self, text: str) -> None:
        """Type and send a text that is not only white space."""
        await self.type(text)
        sent = len(self.messages("person")) + 1
        self.press("enter")
        await self.until(lambda: len(self.messages("person")) == sent)

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        await until(condition)

    async def ready(self) -> None:
        await self.until(lambda: self.chat.state == "ready")

    async def lost(self) -> None:
        await self.until(lambda: self.chat.state == "lost")


@asynccontextmanager
async def window(
    model: Path | str, *, sampling: Sampling = BRIEF, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Window]:
    app = SahayokApp(ModelChoice(str(model), threads=1), sampling=sampling)
    async with app.run_test(size=size) as pilot:
        opened = Window(app, pilot)
        await opened.until(lambda: opened.chat.engine is not None)
        yield opened
