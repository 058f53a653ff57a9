"""How the chat speaks through a model: freely through a large one, with help through a small one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manner:
    """`draws` replies are drawn, one after another, to choose among: for a model that is quick and small. With one the
    reply is streamed as it comes; with more it comes whole.

    `reviewed`: what a person tells is told back by rule and answered in sentences that people have approved
    (sahayok.composing); the model speaks where nothing is told. `reads_feelings`: the model was trained to say which
    feeling a message shows (sahayok.feeling_reader).
    """

    draws: int = 1
    reviewed: bool = False
    reads_feelings: bool = False


FREE = Manner()
"""The model speaks by itself."""
