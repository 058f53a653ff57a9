"""Messages in romanised Bengali: telling them from English, and writing them in Bengali script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from sahayok.bengali import nfc
from sahayok.romanised.candidates import by_hand
from sahayok.romanised.decode import Reading, Token, decode
from sahayok.romanised.english import ends_in_consonant, loanword, makes_sentences
from sahayok.romanised.english_rule import by_english_rule

SHORTEST_ENGLISH = 3
"""So many English words in a row may be English; fewer are loanwords in Bengali speech."""

_PIECE = regex.compile(
    r"(?P<kept>(?:https?://|www\.)\S+|\S+@\S+\.\S+|@\w+|(?<!\w)[:;=xX]-?[DPpOoSs3](?!\w))"
    r"|(?P<latin>[A-Za-z]+(?:['’][A-Za-z]+)*(?:-(?:e|te|er|r|ta|tar|ti|ke|ra|der|gulo|i|o)(?![A-Za-z]))?)"
    r"|(?P<bengali>[\u0980-\u09e5\u09f0-\u09ff\u200c\u200d]+)"
    r"|(?P<digits>[0-9০-৯]+)"
    r"|(?P<space>\s+)"
    r"|(?P<other>.)",
    regex.DOTALL,
)
_FULL_STOP = regex.compile(r"(?<=[\u0980-\u09ff])\.(?=\s|$|[\"'”’)])")
_ENDING_SIGNS = {"র": "ের", "এর": "ের", "এ": "ে", "এই": "েই", "এও": "েও"}
_DRAWN_OUT = regex.compile(r"(.)\1{2,}|(?<=..)([aiou])\2+$")


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A reading, and the places among the pieces that it stands for."""

    places: Sequence[int]
    reading: Reading
    word: str

    @property
    def kind(self) -> str:
        return self.reading.candidate.kind


def is_romanised(text: str) -> bool:
    """Whether a message is mostly Bengali in Latin letters, not English and not Bengali script."""
    pieces = _pieces(nfc(text))
    reads = _read(pieces)

    def letters(some: Sequence[_Read]) -> int:
        return sum(len(pieces[place].text) for read in some for place in read.places if pieces[place].kind == "latin")

    english = [read for run in _english_runs(pieces, reads) if _stays_english(run) for read in run]
    bengali = letters([read for read in reads if read.kind == "bengali"])
    script = sum(len(piece.text) for piece in pieces if piece.kind == "bengali")
    return 0 < bengali >= letters(english) and script <= letters(reads)


def to_bengali(text: str) -> str:
    """The message in NFC with its romanised words in Bengali script.

    English sentences stay, and so does all that is not in Latin letters; a full stop after a Bengali word becomes "।".
    A message of Latin letters in which no word is known to be Bengali stays as it is.
    """
    text = nfc(text)
    pieces = _pieces(text)
    reads = _read(pieces)
    if not reads or (not any(piece.kind == "bengali" for piece in pieces) and all(r.kind != "bengali" for r in reads)):
        return text
    written = [piece.text for piece in pieces]
    in_script = _in_script(pieces)
    for read in reads:
        first, last = read.places[0], read.places[-1]
        if read.kind != "english":
            after_number = first > 0 and pieces[first - 1].kind == "digits"
            counted = by_hand().counted.get(read.word) if after_number else None
            written[first : last + 1] = [counted or read.reading.candidate.text, *[""] * (last - first)]
    for run in _english_runs(pieces, reads):
        if not _stays_english(run):
            for read in run:
                written[read.places[0]] = _borrowed(read.word, in_script)
    for place in range(1, len(pieces)):
        if pieces[place].kind == "bengali" and pieces[place - 1].kind == "latin":
            written[place] = _ending_after(written[place - 1], written[place])
    return nfc(_FULL_STOP.sub("।", "".join(written)))


def _ending_after(word: str, ending: str) -> str:
    """An ending in Bengali script that was typed right after a word in Latin letters: "bossর" as বসের."""
    return _ENDING_SIGNS.get(ending, ending) if ends_in_consonant(word) else ending


def _pieces(text: str) -> list[_Piece]:
    return [_Piece(match.group(), str(match.lastgroup)) for match in _PIECE.finditer(text)]


def _read(pieces: Sequence[_Piece]) -> list[_Read]:
    """What the Latin words are read as, in order."""
    tokens: list[Token] = []
    places: list[int] = []
    breaks = True
    in_script = _in_script(pieces)
    reads: list[_Read] = []
    for place, piece in enumerate(pieces):
        if piece.kind in ("latin", "bengali"):
            latin = piece.kind == "latin"
            tokens.append(Token(_plain(piece.text) if latin else piece.text, breaks, latin, latin and in_script))
            places.append(place)
            breaks = False
        elif piece.kind != "space":
            breaks = True
    if not any(token.latin for token in tokens):
        return []
    for reading in decode(tokens):
        if tokens[reading.start].latin:
            reads.append(_Read(places[reading.start : reading.end], reading, tokens[reading.start].text))
    return reads


def _in_script(pieces: Sequence[_Piece]) -> bool:
    """Whether a message is in Bengali script with words in Latin letters among it: those are mostly English."""
    kinds = [piece.kind for piece in pieces]
    return kinds.count("bengali") >= kinds.count("latin")


def _plain(word: str) -> str:
    """Small letters, none drawn out ("khuuuub"), endings joined ("metro-te")."""
    return str(_DRAWN_OUT.sub(r"\1\2", word.lower().replace("’", "'").replace("-", "")))


def _english_runs(pieces: Sequence[_Piece], reads: Sequence[_Read]) -> list[list[_Read]]:
    """English words that stand in a row."""
    runs: list[list[_Read]] = []
    last: int | None = None
    for read in reads:
        if read.kind == "english":
            place = read.places[0]
            if last is not None and all(piece.kind == "space" for piece in pieces[last + 1 : place]):
                runs[-1].append(read)
            else:
                runs.append([read])
            last = place
    return runs


def _borrowed(word: str, in_script: bool) -> str:
    """A word that reads as English where no English sentence is: a loanword, a frequent Bengali word, or its sounds."""
    if (spelling := loanword(word)) is not None:
        return spelling
    return by_hand().words[word][0] if word in by_hand().words and not in_script else by_english_rule(word)


def _stays_english(run: Sequence[_Read]) -> bool:
    """Whether words in a row are English: at least SHORTEST_ENGLISH, with the small words that make a sentence of them.

    Without those they are loanwords in Bengali speech ("facebook group admin").
    """
    small = sum(makes_sentences(read.word) and read.word not in by_hand().words for read in run)
    return len(run) >= SHORTEST_ENGLISH and 3 * small >= len(run)
