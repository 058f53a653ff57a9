"""The one normal form in which replies and references are compared."""

from __future__ import annotations

from sahayok.bengali import ZWJ, ZWNJ, nfc

SIGNATURE = "norm:nfc-nojoiners-v1"

_NO_JOINERS = str.maketrans("", "", ZWJ + ZWNJ)


def normalise(text: str) -> str:
    """NFC, without zero-width joiners, white space folded to single spaces. For scoring only, never for display:
    the joiners change how a conjunct looks and hardly ever which word it is."""
    # The joiners go first: a mark behind one may compose with the letter before it.
    return " ".join(nfc(text.translate(_NO_JOINERS)).split())
