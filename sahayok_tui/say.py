"""One reply on standard output, without a window: what `sahayok-chat --say` does."""

from __future__ import annotations

import sys
from dataclasses import replace
from threading import Event

from sahayok.conversation import Conversation
from sahayok.counsellor import Counsellor
from sahayok.persona import load_persona
from sahayok_tui.display_text import displayable
from sahayok_tui.engine_process import ModelChoice, RemoteEngine


def say(text: str, choice: ModelChoice, seed: int | None) -> None:
    """Print the reply to `text` as it comes. Raises EngineError, in one line, when there is none."""
    engine = RemoteEngine(choice)
    try:
        sampling = replace(load_persona().sampling, seed=seed)
        counsellor = Counsellor(engine, sampling=sampling, manner=choice.manner)
        for piece in counsellor.reply(Conversation().said(text), stop=Event()):
            sys.stdout.write(displayable(piece.text))
            sys.stdout.flush()
    finally:
        engine.close()
    sys.stdout.write("\n")
    sys.stdout.flush()
