"""The terminal session: a conversation, one reply, and the scales below it, by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar, Literal

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from eval_harness.rating.cells import showable
from eval_harness.rating.scales import Scale, bengali_number, introduction, load_scales, load_texts
from eval_harness.rating.sheet import Sheet

Page = Literal["intro", "rating", "skip", "end"]


class RatingApp(App[None]):
    """A rater at work on `sheet`. `failed` is why an answer could not be saved; the session ends with it."""

    CSS_PATH = "session.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q,ctrl+c", "quit", priority=True)]

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"
        self.sheet = sheet
        self.page: Page = "intro"
        self.failed: OSError | None = None
        self._note = ""
        self._texts: Mapping[str, str] = load_texts()

    def compose(self) -> ComposeResult:
        yield Static(id="progress", markup=False)
        with VerticalScroll(id="talk", can_focus=False):
            yield Static(id="earlier", markup=False)
            yield Static(id="reply-heading", markup=False)
            yield Static(id="reply", classes="said", markup=False)
        yield Static(id="question", markup=False)
        yield Static(id="values", markup=False)
        yield Static(id="given", markup=False)
        yield Static(id="note", markup=False)
        yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell_progress)

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Every key goes through here, in the order of typing: a binding with priority would overtake the digits."""
        if event.character is not None and len(event.character) == 1 and event.character.isdecimal():
            self._digit(int(event.character))
            return
        match event.key:
            case "enter":
                self._enter()
            case "up" | "down" if self.page == "rating":
                self.sheet.ask(-1 if event.key == "up" else 1)
                self._show()
            case "left" | "backspace" if self.page in ("rating", "end"):
                self.sheet.back()
                self._turned()
            case "s" | "S" if self.page == "rating":
                self.page = "skip"
                self._show()
            case "escape" if self.page == "skip":
                self.page = "rating"
                self._show()
            case "pageup" | "pagedown":
                self._scroll(-1 if event.key == "pageup" else 1)
            case "q" | "Q":
                self.exit()

    def _digit(self, digit: int) -> None:
        """A digit of either script is a value, or a reason for not giving any."""
        if self.page == "rating":
            self.sheet.choose(digit)
            self._note = ""
            self._show()
        elif self.page == "skip" and 1 <= digit <= len(load_scales().skips):
            self._save(partial(self.sheet.skip, list(load_scales().skips)[digit - 1]))

    def _enter(self) -> None:
        if self.page == "intro":
            self._turned()
        elif self.page == "rating":
            self._save(self.sheet.next)

    def _scroll(self, pages: int) -> None:
        talk = self.query_one("#talk", VerticalScroll)
        talk.scroll_relative(y=pages * (talk.size.height - 1), animate=False)
        self.call_after_refresh(self._tell_progress)

    # What is shown

    def _save(self, step: Callable[[], bool]) -> None:
        """Take a step that may save an answer, and show what comes then."""
        try:
            moved = step()
        except OSError as error:
            self.failed = error
            self.exit()
            return
        if moved:
            self._turned()
        else:
            names = ", ".join(scale.bn.name for scale in self.sheet.missing)
            self._note = self._texts["missing"].format(scales=names)
            self._show()

    def _turned(self) -> None:
        self._note = ""
        self.page = "end" if self.sheet.ended else "rating"
        self._show()
        self.query_one("#talk", VerticalScroll).scroll_home(animate=False)

    def _show(self) -> None:
        sheet, texts = self.sheet, self._texts
        match self.page:
            case "intro":
                self._fill(earlier=introduction(sheet.scales), keys=texts["keys_start"])
            case "end":
                self._fill(earlier=texts["end"], keys=texts["keys_end"])
            case "skip":
                reasons = [f"{bengali_number(at)}  {bn}" for at, (bn, _) in enumerate(load_scales().skips.values(), 1)]
                self._fill_talk(question=texts["skip_question"], values="\n".join(reasons), keys=texts["keys_skip"])
            case "rating":
                scale = sheet.scales[sheet.scale]
                self._fill_talk(
                    question=f"{scale.bn.name}: {scale.bn.question}",
                    values="\n".join(self._value_lines(scale)),
                    given=", ".join(self._given(scale) for scale in sheet.scales),
                    note=self._note,
                    keys=texts["keys_rating"],
                )
        self.call_after_refresh(self._tell_progress)

    def _fill_talk(self, **below: str) -> None:
        exhibit = self.sheet.current.exhibit
        speakers = {"user": self._texts["person"], "assistant": self._texts["listener"]}
        said = [f"{speakers[message.role]}:\n{message.content.strip()}" for message in exhibit.messages]
        self._fill(
            earlier=showable("\n\n".join(said)) + "\n",
            **{"reply-heading": f"{self._texts['reply']}:"},
            reply=showable(exhibit.reply.strip()) or self._texts["empty"],
            **below,
        )

    def _fill(self, **texts: str) -> None:
        """Show these texts, and nothing where none is given."""
        for name in ("earlier", "reply-heading", "reply", "question", "values", "given", "note", "keys"):
            place = self.query_one(f"#{name}", Static)
            place.update(texts.get(name, ""))
            place.display = bool(texts.get(name))

    def _value_lines(self, scale: Scale) -> list[str]:
        """A line for each value with an anchor, and for one without that was chosen; a mark before the chosen one."""
        chosen = self.sheet.values.get(scale.key)
        lines = []
        for value in scale.values:
            anchor = scale.bn.anchors.get(str(value), "")
            if anchor or value == chosen:
                number = bengali_number(scale.number(value))
                key = f" ({self._texts['ten']})" if value == 10 else ""
                lines.append(f"{'►' if value == chosen else ' '} {number}{key}  {anchor}".rstrip())
        return lines

    def _given(self, scale: Scale) -> str:
        value = self.sheet.values.get(scale.key)
        given = f"{scale.bn.name}:{'–' if value is None else bengali_number(scale.number(value))}"
        return f"[{given}]" if scale is self.sheet.scales[self.sheet.scale] else given

    def _tell_progress(self) -> None:
        """The number of what is shown, and whether some of it is out of sight."""
        sheet, texts = self.sheet, self._texts
        parts = [texts["title"]]
        if self.page in ("rating", "skip"):
            number, total = bengali_number(sheet.position + 1), bengali_number(len(sheet.shown))
            parts = [texts["progress"].format(number=number, total=total)]
            if sheet.answer is not None:
                parts.append(texts["skipped_before" if sheet.answer.skipped else "done_before"])
        if self.query_one("#talk", VerticalScroll).max_scroll_y > 0:
            parts.append(texts["more"])
        self.query_one("#progress", Static).update(" · ".join(parts))
