"""The chat: what the person writes, what the counsellor answers, and the model's process behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from sahayok.counsellor import Counsellor
from sahayok.engines.engine import EngineError, Finish, Piece, PromptTooLong, Sampling
from sahayok_tui.dialogue import Dialogue, Turn
from sahayok_tui.engine_process import EngineEvent, EngineLost, Loading, Lost, ModelChoice, Ready, RemoteEngine
from sahayok_tui.strings import Strings
from sahayok_tui.widgets.banner import Banner
from sahayok_tui.widgets.conversation_view import ConversationView
from sahayok_tui.widgets.key_bar import Key, KeyBar
from sahayok_tui.widgets.message import MessageView
from sahayok_tui.widgets.prompt import Prompt
from sahayok_tui.widgets.status_line import StatusLine

REPAINTS_A_SECOND = 15

EngineState = Literal["loading", "ready", "lost"]


@dataclass(eq=False)
class Reply:
    """A reply in the making: which turn it ends, whose words it answers, and what came of it so far."""

    turn: Turn
    dialogue: Dialogue
    asked: list[MessageView]
    view: MessageView | None = None
    text: str = ""
    finish: Finish | None = None
    error: EngineError | None = None


class ChatScreen(Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop"),
        Binding("ctrl+n", "new", priority=True),
        Binding("f5", "restart"),
        Binding("pageup", "page(-1)", priority=True),
        Binding("pagedown", "page(1)", priority=True),
    ]

    class EngineTold(Message):
        """The model's process told something. `generation` counts the starts, so that a closed one is not heard."""

        def __init__(self, generation: int, event: EngineEvent) -> None:
            super().__init__()
            self.generation, self.event = generation, event

    class Spoke(Message):
        def __init__(self, reply: Reply, piece: Piece) -> None:
            super().__init__()
            self.reply, self.piece = reply, piece

    class Ended(Message):
        """Nothing more comes of `reply`; its engine is free again."""

        def __init__(self, reply: Reply) -> None:
            super().__init__()
            self.reply = reply

    def __init__(self, choice: ModelChoice, strings: Strings, sampling: Sampling | None = None) -> None:
        super().__init__()
        self._choice = choice
        self._strings = strings
        self._sampling = sampling
        self._dialogue = Dialogue()
        self._unanswered: list[MessageView] = []
        self._answer_due = False
        self._reply: Reply | None = None
        self._engine: RemoteEngine | None = None
        self._generation = 0
        self._state: EngineState = "loading"
        self._loading = Loading("load", 0.0)

    @property
    def engine(self) -> RemoteEngine | None:
        return self._engine

    @property
    def state(self) -> EngineState:
        return self._state

    @property
    def dialogue(self) -> Dialogue:
        return self._dialogue

    def compose(self) -> ComposeResult:
        yield ConversationView()
        yield Banner(self._strings)
        yield StatusLine()
        yield Prompt(self._strings("placeholder"))
        yield KeyBar(self._keys())

    def on_mount(self) -> None:
        self._conversation = self.query_one(ConversationView)
        self._banner = self.query_one(Banner)
        self._status = self.query_one(StatusLine)
        self._prompt = self.query_one(Prompt)
        self._repainting = self.set_interval(1 / REPAINTS_A_SECOND, self._repaint, pause=True)
        self._greet()
        self._prompt.focus()
        self._tell_state()
        # The person sees the window before the model's process takes its share of the computer.
        self.call_after_refresh(self._start_engine)

    def on_unmount(self) -> None:
        if self._engine is not None:
            self._engine.close()

    # What the person does

    @on(Prompt.Sent)
    def _sent(self, sent: Prompt.Sent) -> None:
        view = self._conversation.add("person", sent.text)
        self._conversation.anchor()
        self._dialogue.say(sent.text)
        self._unanswered.append(view)
        self._answer_due = True
        self._go_on()

    def action_stop(self) -> None:
        """Stop the reply; what came of it stays."""
        if self._reply is not None:
            self._reply.turn.stop.set()
            self._tell_state()

    def action_new(self) -> None:
        """Forget this conversation and begin another. What is being written in the prompt stays."""
        self.action_stop()
        self._dialogue = Dialogue()
        self._unanswered = []
        self._answer_due = False
        self._conversation.empty()
        self._greet()
        self._tell_state()

    def action_restart(self) -> None:
        """Start the model's process anew; what waits for an answer is answered then."""
        if self._engine is not None:
            self._engine.close()
        self._start_engine()

    def action_page(self, direction: int) -> None:
        """Scroll the conversation while the prompt keeps the cursor."""
        if direction < 0:
            self._conversation.scroll_page_up(animate=False)
        else:
            self._conversation.scroll_page_down(animate=False)

    def hint(self, text: str) -> None:
        """Say something on the status line, until something else happens."""
        self._status.show(text)

    # The model's process

    def _start_engine(self) -> None:
        self._generation += 1
        self._state, self._loading = "loading", Loading("load", 0.0)
        self._answer_due = self._dialogue.waiting > 0
        self._banner.display = False
        self._tell_state()
        generation = self._generation
        try:
            self._engine = RemoteEngine(
                self._choice, lambda event: self.post_message(self.EngineTold(generation, event))
            )
        except EngineLost as error:
            self._engine_told(self.EngineTold(generation, Lost(str(error))))

    @on(EngineTold)
    def _engine_told(self, told: EngineTold) -> None:
        if told.generation != self._generation or self._is_closing():
            return
        match told.event:
            case Loading() as loading:
                self._loading = loading
            case Ready():
                self._state = "ready"
            case Lost(reason):
                self._state = "lost"
                self._banner.tell(reason)
        self._go_on()

    # One reply

    def _go_on(self) -> None:
        """Begin the answer that is due, where nothing stands in its way, and show how things are."""
        if self._answer_due and self._state == "ready" and self._reply is None:
            self._answer_due = False
            for view in self._unanswered:
                view.note("")
            self._reply = Reply(self._dialogue.turn(), self._dialogue, self._unanswered)
            self._unanswered = []
            self._repainting.resume()
            self.run_worker(partial(self._speak, self._reply), thread=True)
        elif self._answer_due:
            self._mark_waiting()
        self._tell_state()

    def _speak(self, reply: Reply) -> None:
        """In a thread of its own: take the reply from the engine, piece by piece."""
        assert self._engine is not None
        try:
            counsellor = Counsellor(self._engine, sampling=self._sampling, manner=self._choice.manner)
            for piece in counsellor.reply(reply.turn.conversation, stop=reply.turn.stop):
                self.post_message(self.Spoke(reply, piece))
        except EngineError as error:
            reply.error = error
        except Exception as error:  # whatever it is, it must not take the window with it
            reply.error = EngineError(type(error).__name__)
        self.post_message(self.Ended(reply))

    @on(Spoke)
    def _spoke(self, spoke: Spoke) -> None:
        if self._is_closing():
            return
        reply, piece = spoke.reply, spoke.piece
        reply.text += piece.text
        reply.finish = piece.finish
        if not reply.text.strip() or reply.dialogue is not self._dialogue:
            return
        if reply.view is None:
            # Words that the person sent meanwhile stand below what they wait for.
            reply.view = self._conversation.add("counsellor", reply.text, after=reply.asked[-1])
            self._tell_state()
        else:
            reply.view.append(piece.text)

    @on(Ended)
    def _ended(self, ended: Ended) -> None:
        if self._is_closing():
            return
        self._repaint()
        self._repainting.pause()
        self._reply = None
        if ended.reply.dialogue is self._dialogue:
            self._close_turn(ended.reply)
        self._go_on()

    def _close_turn(self, reply: Reply) -> None:
        if isinstance(reply.error, PromptTooLong):
            self._dialogue.give_up(reply.turn)
            self._conversation.remark(self._strings("note_too_long"))
            if not self._prompt.text.strip():
                self._prompt.load_text(reply.turn.conversation.messages[-1].content)
        elif reply.view is not None:
            self._dialogue.answer(reply.turn, reply.text.strip())
            reply.view.note(self._end_note(reply))
        else:
            self._unanswered = [*reply.asked, *self._unanswered]
            if isinstance(reply.error, EngineLost):
                self._answer_due = True
            elif reply.finish == "stopped":
                self._conversation.remark(self._strings("note_stopped"))
            else:
                self._conversation.remark(self._strings("note_failed"))

    def _end_note(self, reply: Reply) -> str:
        if reply.error is not None:
            return self._strings("note_cut")
        if reply.finish == "stopped":
            return self._strings("note_stopped")
        return self._strings("note_length") if reply.finish == "length" else ""

    def _repaint(self) -> None:
        reply = self._reply
        if reply is not None and reply.view is not None and reply.dialogue is self._dialogue:
            reply.view.repaint()

    def _is_closing(self) -> bool:
        """Whether the window is on its way out: what the model still says then has no place to be shown."""
        return not self.is_attached

    # How things are

    def _greet(self) -> None:
        self._conversation.remark(self._strings("about"))
        self._conversation.add("counsellor", self._strings("greeting"))

    def _mark_waiting(self) -> None:
        for view in self._unanswered:
            view.note(self._strings("note_waiting"))

    def _tell_state(self) -> None:
        self.query_one(KeyBar).show(self._keys())
        if self._state == "lost":
            self._status.show()
        elif self._state == "loading":
            percent = self._strings.number(round(100 * self._loading.share))
            stage = "fetching" if self._loading.stage == "fetch" else "loading"
            hint = "loading_kept" if self._answer_due else "loading_write"
            self._status.show(
                self._strings(stage, percent=percent), share=self._loading.share, hint=self._strings(hint)
            )
        elif self._reply is None:
            self._status.show()
        else:
            self._status.show(self._strings(self._doing(self._reply)), working=True)

    def _doing(self, reply: Reply) -> str:
        if reply.turn.stop.is_set():
            return "stopping"
        return "thinking" if reply.view is None else "replying"

    def _keys(self) -> list[Key]:
        keys = [
            Key("F2", self._strings("key_help"), "app.help_card"),
            Key("F1", self._strings("key_keys"), "app.keys_card"),
            Key("Ctrl+N", self._strings("key_new"), "screen.new"),
            Key("Ctrl+Q", self._strings("key_quit"), "app.quit"),
        ]
        if self._reply is not None:
            keys.insert(1, Key("Esc", self._strings("key_stop"), "screen.stop"))
        return keys
