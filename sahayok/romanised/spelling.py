"""How a word divides into sounds, in Bengali script and in Latin letters, so that the two can be laid side by side.

Both sides become a list of pieces that takes turns: vowels, consonant, vowels, consonant, … vowels. A piece of vowels
may be empty (Bengali: the inherent vowel; Latin: "kmn"), and what people spell alike is one consonant class: স শ ষ চ ছ
are all S. A word's key is the string of its classes, so that "korchi", "korsi" and "krtsi" lie with করছি under KRS.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

CLASS_OF = {
    **dict.fromkeys("কখ", "K"),
    **dict.fromkeys("গঘ", "G"),
    **dict.fromkeys("চছশষস", "S"),
    **dict.fromkeys("জঝয", "J"),
    **dict.fromkeys("টঠতথৎ", "T"),
    **dict.fromkeys("ডঢদধ", "D"),
    **dict.fromkeys("পফ", "P"),
    **dict.fromkeys("বভ", "B"),
    **dict.fromkeys("ঙঞণনং", "N"),
    "ম": "M",
    **dict.fromkeys(("র", "ড়", "ঢ়", "ৃ", "ঋ"), "R"),
    "ল": "L",
    "হ": "H",
    "ক্ষ": "K",
    "জ্ঞ": "G",
    "হ্য": "J",  # সহ্য is said শোজ্ঝো
    "ঁ": "N",
}
"""The consonant class of each Bengali consonant sound."""

_BENGALI_UNIT = regex.compile(r"ক্ষ|জ্ঞ|(?<!^)হ্য|[ডঢ]়|য়|.", regex.DOTALL)
_LATIN_UNIT = regex.compile(
    r"(?P<K>kh*|q|ck)|(?P<S>tch|ch*|sh*)|(?P<G>gh*)|(?P<J>[jz]h*)|(?P<T>th*)|(?P<D>dh*)|(?P<P>ph*|f)"
    r"|(?P<B>bh*|vh*)|(?P<N>ngg?h?|n)|(?P<M>m)|(?P<R>rh*)|(?P<L>l)|(?P<H>h)|(?P<X>x)|(?P<V>[aeiouyw]+)"
)
_MOST_READINGS = 6
_SILENT_BELOW = {"ব": "কগজটণতথদধনশষসহ", "ম": "শষসতদ"}
"""A ব or ম joined under these letters is mostly not heard: স্বামী, আত্মা."""

Pieces = tuple[str, ...]
"""Vowels, consonant, vowels, consonant, … vowels: always an odd number."""


def latin_readings(word: str) -> list[tuple[str, Pieces]]:
    """Key and pieces of a word in small Latin letters: more than one where y
    may be a consonant (যদি, ইয়ার) or c a k ("clanto", "caca")."""
    readings = [_latin(word)]
    if regex.match("y[aeou]", word):
        key, pieces = _latin(word[1:])
        readings.append(("J" + key, ("", "y", *pieces)))
    if regex.search("c[lraout]", word):
        readings.append(_latin(regex.sub("c(?=[lraout])", "k", word)))
    return readings


def _latin(word: str) -> tuple[str, Pieces]:
    key, pieces = "", [""]
    for match in _LATIN_UNIT.finditer(word):
        kind, unit = match.lastgroup, match.group()
        if kind == "V":
            pieces[-1] += unit
        elif kind == "X":
            key += "KS"
            pieces += ["k", "", "s", ""]
        elif key and key[-1] == kind and not pieces[-1]:
            pieces[-2] += unit
        else:
            key += str(kind)
            pieces += [unit, ""]
    return key, tuple(pieces)


def bengali_readings(word: str) -> list[tuple[str, Pieces]]:
    """Every key under which a Bengali word is looked for, with the pieces there; the pieces joined are the word."""
    partial: list[tuple[str, list[str]]] = [("", [""])]
    units = [match.group() for match in _BENGALI_UNIT.finditer(word)]
    for place, unit in enumerate(units):
        before = units[place - 1] if place else ""
        two_before = units[place - 2] if place > 1 else ""
        partial = [
            longer
            for key, pieces in partial
            for longer in _with_unit(key, pieces, unit, two_before if before == "্" else "")
        ][:_MOST_READINGS]
    return list(dict.fromkeys((key, tuple(pieces)) for key, pieces in partial))


def _with_unit(key: str, pieces: list[str], unit: str, carrier: str) -> Iterator[tuple[str, list[str]]]:
    """A reading gone on by one unit, in each way it can be heard. `carrier` is the letter it is joined under."""
    kind = CLASS_OF.get(unit)
    as_vowel = (key, [*pieces[:-1], pieces[-1] + unit])
    if kind is None or (unit == "য" and carrier not in ("", "র")):  # a vowel, ্, য়; ya-phala
        yield as_vowel
        return
    if unit == "ঁ":
        yield as_vowel
    if carrier and carrier[-1] in _SILENT_BELOW.get(unit, ""):
        yield as_vowel
    joined = (key, [*pieces[:-2], pieces[-2] + pieces[-1] + unit, ""]) if key else as_vowel
    if key and key[-1] == kind and pieces[-1] == "্":
        yield joined
        return
    if key and pieces[-1] in ("", "্") and (key[-1] == kind or (key[-1] == "N" and kind == "G")):
        yield joined
        if pieces[-1] == "্":
            return
    yield key + kind, [*pieces, unit, ""]
    if unit == "ক্ষ":
        yield key + "KS", [*pieces, "ক", "্", "ষ", ""]
    elif unit == "হ্য":
        yield key + "H", [*pieces, "হ", "্য"]
