"""Does a reply answer a loss with gladness, or a joy with grief? A deterministic judgement by a reviewed lexicon.

The chat's reply guard (sahayok.safety.feelings) has word lists for the same fault. This module shares neither its
lists nor its way of matching: an instrument that shares the guard's blind spots reports that the guard works, whatever
slips by. The guard has to be quick and stop one sentence at a time; here a whole reply is read, spelling variants are
folded together, a negated word counts for what it then means, and what follows "but" outweighs what stands before it.
Only the idea of a sentence comes from the same place (sahayok.bengali).

A message is sad or glad by the strongest cue in it: what a person says of themself (3) beats what happened (2), which
beats what merely tends to be so (1: an illness, a hospital); a hard feeling that has gone, or a joy that only others
have (4), beats all. Equal cues for both are decided by the part after the last "but" or "now", if that has one of them
only; else the feeling is not clear.

A reply to sadness is opposite where one sentence of it rejoices, whatever the others say. A reply to gladness is
opposite where it grieves and nowhere rejoices: joy may well remember the hard time before it. How well the judgement
agrees with a reader is measured: eval_harness/fit/README.md.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from eval_harness.normalise import normalise
from sahayok.bengali import nfc, sentences, words
from sahayok.feeling_reader import PAINFUL
from sahayok.romanised import to_bengali

Feeling = Literal["sad", "glad"]
FEELINGS: tuple[Feeling, ...] = get_args(Feeling)
Tone = Literal["rejoices", "joy", "light", "grieves", "grief", "aside"]

REMEMBERED_MESSAGES = 3
"""How many of the person's last messages may say how they feel, when the newest does not."""

_NUKTA = "\u09bc"
_FOLDED_LETTERS = str.maketrans("ীূণশষঝ", "িুনসসজ", "ঁ")
_FOLDED_ROMAN = [("sh", "s"), ("ch", "c"), ("bh", "v"), ("ee", "i"), ("oo", "u"), ("z", "j")]
_INNER_CHHA = re.compile(r"(?<=[\u0980-\u09ff])ছ")
_DOUBLED = re.compile(r"(?<!\\)([a-z])\1+")
_CLAUSE_END = re.compile(r"[।॥?!…,;:.()]+")


def opposite(message: str, reply: str) -> bool | None:
    """Whether `reply` answers what the person feels in `message` with the opposite feeling.

    None (cannot tell) where the message shows no clear feeling or the reply has no words. False says only that the
    feeling is not the opposite one: whether a reply keeps to the subject is not judged.
    """
    return opposite_to(feeling_of(message), reply)


def opposite_to(feeling: Feeling | None, reply: str) -> bool | None:
    """`opposite` for a feeling that is known already."""
    if feeling is None or not words(reply):
        return None
    tones = [_tones(sentence) for sentence in sentences(reply)]
    if feeling == "sad":
        return any("rejoices" in found or ("joy" in found and not found & {"grieves", "grief"}) for found in tones)
    cheers = any("rejoices" in found or (found & {"joy", "light"} and "grieves" not in found) for found in tones)
    return any("grieves" in found for found in tones) and not cheers


UNCLEAR = frozenset({"neutral", "mixed"})


def feeling_of_person(messages: Sequence[str], label: str = "") -> Feeling | None:
    """What a person feels: as `label` names it (one of PAINFUL, "glad", or one of UNCLEAR), and without such a label
    the feeling of the newest of the messages (oldest first) that shows a clear one, of the last three."""
    if label in PAINFUL:
        return "sad"
    if label == "glad":
        return "glad"
    if label in UNCLEAR:
        return None
    read = [to_bengali(message) for message in messages[-REMEMBERED_MESSAGES:]]
    return next(filter(None, map(feeling_of, reversed(read))), None)


def feeling_of(message: str) -> Feeling | None:
    """Whether a message is sad (loss, fear, anger, shame, loneliness) or glad (joy, pride, gratitude, relief); None
    where it is neither, or as much one as the other."""
    plain = _plain(message)
    found = _strengths(plain)
    if found["sad"] == found["glad"]:
        found = _strengths(_lexicon().contrast.split(plain)[-1])
        if found["sad"] and found["glad"]:
            return None
    if found["sad"] == found["glad"]:
        return None
    return "sad" if found["sad"] > found["glad"] else "glad"


def lexicon_signature() -> str:
    """The lexicon's version and the beginning of its SHA-256, as part of a metric's signature."""
    return _lexicon().signature


@dataclass(frozen=True, slots=True)
class Cue:
    """Words of a message by which it is taken for sad or glad; `negated` is the feeling when a negation follows."""

    pattern: re.Pattern[str]
    feeling: Feeling
    strength: int
    negated: Feeling | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """lexicon.toml, compiled. `negation` and `past` match from the end of a cue, `contrast` between the parts of a
    message; `unfelt` is taken out of it first."""

    signature: str
    contrast: re.Pattern[str]
    unfelt: re.Pattern[str]
    past: re.Pattern[str]
    negation: re.Pattern[str]
    cues: tuple[Cue, ...]
    tones: tuple[tuple[re.Pattern[str], Tone], ...]

    def undone(self, text: str, end: int) -> bool:
        """Whether the word of a reply that ends at `end` is negated or lies behind."""
        return bool(self.negation.match(text, end) or self.past.match(text, end))


def load_table() -> dict[str, Any]:
    """lexicon.toml as it stands; its own head says what the keys mean."""
    return tomllib.loads(_table_bytes().decode())


@cache
def _lexicon() -> Lexicon:
    table = load_table()
    forms: dict[str, str] = table["forms"]
    return Lexicon(
        signature=f"{table['version']}-{hashlib.sha256(_table_bytes()).hexdigest()[:12]}",
        contrast=_compiled(table["contrast"], forms),
        unfelt=_compiled(table["unfelt"], forms),
        past=re.compile(_expanded(table["past"], forms)),
        negation=re.compile("|".join(_expanded(pattern, forms) for pattern in table["negation"])),
        cues=tuple(
            Cue(_compiled(group["patterns"], forms), group["feeling"], group["strength"], group.get("negated"))
            for group in table["message"]
        ),
        tones=tuple((_compiled(group["patterns"], forms), group["tone"]) for group in table["reply"]),
    )


def _table_bytes() -> bytes:
    return (resources.files("eval_harness.fit") / "lexicon.toml").read_bytes()


def _strengths(text: str) -> dict[Feeling, int]:
    """The strongest cue for either feeling, 0 where there is none."""
    lexicon = _lexicon()
    strengths: dict[Feeling, int] = dict.fromkeys(FEELINGS, 0)
    for clause in _clauses(text):
        clause = lexicon.unfelt.sub(" ", clause)
        for cue in lexicon.cues:
            for match in cue.pattern.finditer(clause):
                negated = lexicon.negation.match(clause, match.end())
                feeling = cue.negated if negated else cue.feeling
                if feeling is not None:
                    strength = 1 if lexicon.past.match(clause, match.end()) else cue.strength
                    strengths[feeling] = max(strengths[feeling], strength)
    return strengths


def _tones(sentence: str) -> set[Tone]:
    """What a sentence of a reply does. Asides (thanks for telling, hopes) are taken out before anything else is read,
    and a negated word does nothing."""
    lexicon = _lexicon()
    found = set[Tone]()
    rest = " ".join(words(_plain(sentence)))
    for pattern, tone in lexicon.tones:
        if tone == "aside":
            rest = pattern.sub(" ", rest)
        elif any(not lexicon.undone(rest, match.end()) for match in pattern.finditer(rest)):
            found.add(tone)
    return found


def _clauses(plain: str) -> list[str]:
    """Runs of words between punctuation, single spaces between them."""
    return [clause for piece in _CLAUSE_END.split(plain) if (clause := " ".join(words(piece)))]


def _plain(text: str) -> str:
    return _folded(normalise(text.lower()))


def _folded(text: str) -> str:
    """`text` with the letters that people mix up written one way: long and short vowels, sibilants, nasal signs,
    ড় and র; in Latin letters sh and s, ch and c, bh and v, doubled letters. Works on patterns as on text."""
    for letter, plain in (("ড" + _NUKTA, "র"), ("ঢ" + _NUKTA, "র"), (_NUKTA, ""), ("লো", "ল"), ("ঙ্গ", "ং"), ("ঙ", "ং")):
        text = text.replace(letter, plain)
    text = _INNER_CHHA.sub("স", text).translate(_FOLDED_LETTERS)
    for roman, plain in _FOLDED_ROMAN:
        text = text.replace(roman, plain)
    return _DOUBLED.sub(r"\1", text)


def _compiled(patterns: Sequence[str], forms: dict[str, str]) -> re.Pattern[str]:
    """One expression for all patterns, each from the beginning of a word."""
    return re.compile("|".join(rf"(?<!\S)(?:{_expanded(pattern, forms)})" for pattern in patterns))


def _expanded(pattern: str, forms: dict[str, str]) -> str:
    """A pattern of the lexicon as a regular expression: {name} is a form, '>' the end of a word."""
    named = re.sub(r"\{([a-z_]+)\}", lambda match: forms[match.group(1)].replace("\n", ""), pattern)
    return _folded(nfc(named)).replace(">", r"(?!\S)")
