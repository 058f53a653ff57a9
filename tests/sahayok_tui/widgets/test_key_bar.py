from __future__ import annotations

from textual.app import App, ComposeResult

from sahayok_tui.theme import THEME
from sahayok_tui.widgets.key_bar import Key, KeyBar


class _Page(App[None]):
    pressed = 0

    def on_mount(self) -> None:
        self.register_theme(THEME)
        self.theme = THEME.name

    def compose(self) -> ComposeResult:
        yield KeyBar(
            [Key("F2", "numbers", "app.count"), Key("F1", "keys", "app.bell"), Key("Ctrl+Q", "quit", "app.bell")]
        )

    def action_count(self) -> None:
        self.pressed += 1


async def test_as_many_keys_as_fit_are_shown_the_first_always() -> None:
    for width, shown in ((40, "F2 numbers   F1 keys   Ctrl+Q quit"), (20, "F2 numbers   F1 keys"), (5, "F2 numbers")):
        async with _Page().run_test(size=(width, 3)) as pilot:
            await pilot.pause()
            assert str(pilot.app.query_one(KeyBar).render()) == shown


async def test_a_key_can_be_clicked() -> None:
    page = _Page()
    async with page.run_test(size=(40, 3)) as pilot:
        await pilot.pause()
        await pilot.click(KeyBar, offset=(4, 0))
        await pilot.pause()
        assert page.pressed == 1
