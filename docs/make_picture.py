"""Make docs/chat.png, the README's picture: `python docs/make_picture.py` (Debian: librsvg2-bin, fonts-noto-core).

The real app talks with the embedded model; Textual draws itself as SVG and rsvg-convert shapes the Bengali.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
from dataclasses import replace
from pathlib import Path

from sahayok.models import EMBEDDED
from sahayok.persona import load_persona
from sahayok_tui.app import SahayokApp
from sahayok_tui.engine_process import ModelChoice
from sahayok_tui.screens.chat import ChatScreen
from sahayok_tui.widgets.prompt import Prompt
from sahayok_tui.widgets.status_line import StatusLine

SAID = ["amar biral ta kal mara gechhe", "সব আমার দোষ, আগে ডাক্তার দেখাইনি"]
WIDTH, HEIGHT = 88, 26
PIXELS = 1200
SEED = 2


async def picture() -> str:
    app = SahayokApp(ModelChoice(EMBEDDED), sampling=replace(load_persona().sampling, seed=SEED))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        chat = app.screen
        assert isinstance(chat, ChatScreen)
        while chat.state != "ready":
            await pilot.pause(0.1)
        for text in SAID:
            chat.query_one(Prompt).load_text(text)
            await pilot.press("enter")
            await pilot.pause(0.5)
            while chat.query_one(StatusLine).text:
                await pilot.pause(0.1)
        await pilot.pause(0.5)
        return app.export_screenshot(title="sahayok-chat")


def shaped(svg: str) -> str:
    """Without the fixed width of each run of text, which tears clusters apart, and with fonts that have Bengali."""
    svg = re.sub(r'textLength="[^"]*"', "", svg)
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return re.sub(r"font-family: [^;]*;", "font-family: 'DejaVu Sans Mono', 'Noto Sans Bengali';", svg)


def main() -> None:
    svg, png = Path(__file__).with_name("chat.svg"), Path(__file__).with_name("chat.png")
    svg.write_text(shaped(asyncio.run(picture())), "utf-8")
    subprocess.run(["rsvg-convert", "-w", str(PIXELS), "-o", png, svg], check=True)  # noqa: S603, S607 - a fixed command
    svg.unlink()


if __name__ == "__main__":
    main()
