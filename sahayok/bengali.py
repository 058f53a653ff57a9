"""The one place that knows the Bengali script: normal form, grapheme clusters, words, sentences, share of the script.

Unicode facts used here (Unicode 16, chapter 12.2 and UAX #29):
- NFC *decomposes* the letters U+09DC, U+09DD, U+09DF (ড় ঢ় য়) into letter + nukta: they are composition exclusions.
- A conjunct (letter, virama, letter) is one grapheme cluster since Unicode 15.1 (rule GB9c).
- The danda (।) and double danda (॥) end sentences and belong to the Devanagari block, shared by all Indic scripts.
"""

from __future__ import annotations

import codecs
import unicodedata

import regex

VIRAMA = "\u09cd"
ZWNJ, ZWJ = "\u200c", "\u200d"
SENTENCE_END = "।॥?!…"

_CLUSTER = regex.compile(r"\X")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}\u200c\u200d]+(?:[.,:'’-][\p{L}\p{M}\p{N}]+)*")
_SENTENCE = regex.compile(r"\S.*?(?:[।॥?!…]+[\"'”’)]*(?=\s|$)|\n|$)", regex.DOTALL)
_LETTER_OR_MARK = regex.compile(r"[\p{L}\p{M}]")
_BENGALI_LETTER_OR_MARK = regex.compile(r"[\p{L}\p{M}--[^\u0980-\u09ff]]", regex.V1)


def nfc(text: str) -> str:
    """The normal form used everywhere in this project."""
    return unicodedata.normalize("NFC", text)


def clusters(text: str) -> list[str]:
    """Extended grapheme clusters (UAX #29): what a reader takes for one letter, conjuncts whole."""
    return [match.group() for match in _CLUSTER.finditer(text)]


def words(text: str) -> list[str]:
    """Words: runs of letters, marks and digits, with inner '.', ',', ':', apostrophe or hyphen (১২.৫, মা-বাবা)."""
    return [match.group() for match in _WORD.finditer(text)]


def sentences(text: str) -> list[str]:
    """Sentences, each with its closing mark; a line break ends one too. A last piece without a mark is kept."""
    return [sentence.strip() for sentence in _SENTENCE.findall(text) if sentence.strip()]


def ends_complete(text: str) -> bool:
    """Whether the text ends as a finished sentence does: with । ॥ ? ! or …, perhaps inside closing quotes."""
    return text.rstrip(" \n\t\"'”’)").endswith(tuple(SENTENCE_END))


def bengali_share(text: str) -> float:
    """Share of the letters and marks that are Bengali, 0 to 1; 1.0 for a text without letters (nothing is foreign)."""
    total = len(_LETTER_OR_MARK.findall(text))
    return len(_BENGALI_LETTER_OR_MARK.findall(text)) / total if total else 1.0


def is_bengali_letter_or_mark(character: str) -> bool:
    return "\u0980" <= character <= "\u09ff" and unicodedata.category(character)[0] in "LM"


class ClusterStream:
    """Turns the bytes of tokens into text that always ends on a grapheme cluster boundary.

    The last cluster is held back, since the next token may still change it (a vowel sign, a virama and the letter
    under it); so is a pair of bytes that is not a whole character yet. Bytes that can never become UTF-8 come out
    as U+FFFD, so that a fault of the model is seen and counted rather than hidden.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._held = ""

    def feed(self, data: bytes) -> str:
        """Take the bytes of one token; return the text that is now certain, in NFC (often empty)."""
        self._held += self._decoder.decode(data)
        return self._release(self._boundary())

    def flush(self) -> str:
        """Return what is left. Call once, at the end."""
        self._held += self._decoder.decode(b"", final=True)
        return self._release(len(self._held))

    def _boundary(self) -> int:
        """Where the last cluster begins."""
        start = 0
        for cluster in _CLUSTER.finditer(self._held):
            start = int(cluster.start())
        return start

    def _release(self, end: int) -> str:
        text, self._held = self._held[:end], self._held[end:]
        return nfc(text)
