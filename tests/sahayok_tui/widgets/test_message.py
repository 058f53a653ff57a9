from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

from sahayok_tui.widgets.message import SHOWN_CHARACTERS, MessageView


class _Page(App[None]):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.message = MessageView("counsellor", text)

    def compose(self) -> ComposeResult:
        yield self.message

    def shown(self) -> list[str]:
        return [str(widget.render()) for widget in self.message.query(Static) if widget.display]


async def test_it_grows_by_pieces_into_paragraphs_like_the_whole_text() -> None:
    text = "শুনছি।\nবলুন।\n\n \nআর কী মনে হয়?\n\n\nশেষ [b]কথা[/b]"
    whole, grown = _Page(text), _Page("")
    async with whole.run_test() as pilot:
        await pilot.pause()
        expected = whole.shown()
    async with grown.run_test() as pilot:
        for character in text:
            grown.message.append(character)
            grown.message.repaint()
        await pilot.pause()
        assert grown.shown() == expected == ["শুনছি।\nবলুন।", "আর কী মনে হয়?", "শেষ [b]কথা[/b]"]


async def test_a_note_stands_last_and_can_be_taken_away() -> None:
    page = _Page("কথা")
    async with page.run_test() as pilot:
        page.message.note("অপেক্ষায়")
        page.message.append("\n\nআরও")
        page.message.repaint()
        await pilot.pause()
        assert page.shown() == ["কথা", "আরও", "অপেক্ষায়"]
        page.message.note("")
        assert page.shown() == ["কথা", "আরও"]


async def test_a_book_is_shown_by_its_beginning() -> None:
    page = _Page("ক" * 100_000)
    async with page.run_test() as pilot:
        await pilot.pause()
        assert page.shown() == ["ক" * SHOWN_CHARACTERS + "…"]
