"""What may be put on a terminal of a text that someone, or a model, wrote."""

from __future__ import annotations

import re

from sahayok.bengali import ZWJ, nfc

# An escape character in a pasted text would speak to the terminal itself; a lone surrogate cannot be written to it;
# characters that turn the writing direction would hide what stands behind them.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
# Terminals count these as nothing, half a letter or two letters. Only after র, before য, does ZWJ change what is read.
_MISCOUNTED = re.compile(f"(?<!র)(?<!র\u09cd){ZWJ}|{ZWJ}(?!\u09cd?য)|\ufe0f|[\U0001f3fb-\U0001f3ff]")


def displayable(text: str) -> str:
    """`text` as it may be shown: the same words, with what breaks a line of the terminal left out.

    What the person wrote is kept and sent as it is; only the picture of it goes through here.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return nfc(_MISCOUNTED.sub("", _UNSHOWABLE.sub("", text)))
