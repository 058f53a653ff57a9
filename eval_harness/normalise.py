"""The one normal form in which replies and references are compared, and a lenient one."""

from __future__ import annotations

import regex

from sahayok.bengali import ZWJ, ZWNJ, nfc

SIGNATURE = "norm:nfc-nojoiners-v1"

_NO_JOINERS = str.maketrans("", "", ZWJ + ZWNJ)
_DIGITS = str.maketrans("০১২৩৪৫৬৭৮৯", "0123456789")
_FINAL_STOP = regex.compile(r"(?<=[\p{Bengali}&&[\p{L}\p{M}]])\.(?=[\"'”’)]*$)", regex.V1)


def normalise(text: str) -> str:
    """NFC, without zero-width joiners, white space folded to single spaces. For scoring only, never for display:
    the joiners change how a conjunct looks and hardly ever which word it is."""
    # The joiners go first: a mark behind one may compose with the letter before it.
    return " ".join(nfc(text.translate(_NO_JOINERS)).split())


def lenient(text: str) -> str:
    """A normalised text with the digits ০-৯ as 0-9, and with "।" for a full stop that ends it after a Bengali letter
    or mark, quotes and brackets closed behind it or not: the spellings of a keyboard without Bengali signs."""
    with_danda: str = _FINAL_STOP.sub("।", text.translate(_DIGITS))
    return with_danda
