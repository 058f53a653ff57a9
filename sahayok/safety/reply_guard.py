"""What a model's reply must pass, sentence by sentence, before anyone sees it."""

from __future__ import annotations

import re

from sahayok.bengali import SENTENCE_END
from sahayok.safety.feelings import Feeling, is_hurtful, is_opposite

# A number of three digits or more may be taken for one to call, or for a dose. Numbers come from the helpline table.
_NUMBER = re.compile(r"[0-9০-৯](?:[ -]?[0-9০-৯]){2,}")
_SENTENCE = re.compile(f"[^{SENTENCE_END}\n]*[{SENTENCE_END}\n]+[\"'”’)]*\\s*")

LONGEST_HELD = 200
"""Characters; a text without any end of sentence is looked at and let through in parts of this length."""


class Blocked(Exception):
    """A sentence that must not be shown."""


def holds_a_number(text: str) -> bool:
    """Whether a number stands in the text that may be taken for one to call, or for a dose."""
    return bool(_NUMBER.search(text))


class ReplyGuard:
    """Lets a streamed reply through in whole sentences, each looked at first."""

    def __init__(self, feeling: Feeling | None) -> None:
        self._feeling = feeling
        self._held = ""

    def feed(self, text: str) -> str:
        """Take a piece; return the sentences that are now whole. Raises Blocked before a bad one is returned."""
        self._held += text
        passed = ""
        # The last sentence is held until something follows it: its end may still grow ("…", a closing quote).
        while (match := _SENTENCE.match(self._held)) and match.end() < len(self._held):
            passed += self._look_at(match.group())
            self._held = self._held[match.end() :]
        if len(self._held) > LONGEST_HELD:
            end = self._held.rfind(" ") + 1 or len(self._held)
            passed += self._look_at(self._held[:end])
            self._held = self._held[end:]
        return passed

    def flush(self) -> str:
        """What is left at the end of the reply, whole sentence or not. Raises Blocked."""
        rest, self._held = self._held, ""
        return self._look_at(rest)

    def _look_at(self, sentence: str) -> str:
        if is_opposite(sentence, self._feeling) or is_hurtful(sentence) or holds_a_number(sentence):
            raise Blocked
        return sentence
