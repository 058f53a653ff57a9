"""A linear classifier of Bengali text over hashed character n-grams: small, and without torch or numpy.

A text's features (Bengali stems and spellings by sound among them) are hashed into a table of weights (Weinberger et
al. 2009), and the scores become probabilities by a softmax with a temperature (Guo et al. 2017). `training` fits the
weights; a file of them is a line of JSON and then the table under xz.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import math
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path

import regex

from sahayok.bengali import ZWJ, ZWNJ, nfc

FORMAT = "ngram-classifier 1"
SHORTEST, LONGEST = 3, 5
"""Characters of an n-gram; a space, and a mark of punctuation between spaces, count as characters of the text."""
STEM_CLUSTERS = 3
LONGEST_TEXT = 2000
"""Characters that are read, the last ones of a longer text."""

_TOKEN = regex.compile(r"[\u0980-\u0983\u0985-\u09e3\u09f0\u09f1a-z]+|[।!?…,]")
_MARKS = frozenset("।!?…,")
_STOP = regex.compile(r"[.|॥;\n]+")
_REPEATED = regex.compile(r"([।!?…,])(?:\s*\1)+")
_CLUSTER = regex.compile(
    r"[^\u09be-\u09cd\u0981-\u0983\u09bc](?:\u09bc|\u09cd[^\u09be-\u09cc])*[\u0981-\u0983\u09be-\u09cd\u09d7]*"
)
_VOWEL_SIGN_OR_NASAL = regex.compile(r"[\u0981\u0982\u09bc\u09be-\u09cc\u09d7]")
_SAME_SOUND = str.maketrans("ণশষঈঊয", "নসসইউজ")


class WeightsError(Exception):
    """A file of weights that cannot be used. Its text is one line that names the file and what is wrong."""


def features(text: str) -> set[str]:
    """The features of a text, of which each counts once.

    They are the same for all normal forms and with or without joiners and digits. Words, word pairs, stems (the first
    clusters of a word), spellings by sound (without vowel signs, letters of one sound made one) and n-grams over all.
    """
    tokens = _tokens(text)
    words = [token for token in tokens if token not in _MARKS]
    line = f" {' '.join(tokens)} "
    found = {line[at : at + n] for n in range(SHORTEST, LONGEST + 1) for at in range(len(line) - n + 1)}
    for kind, forms in (("W", words), ("T", [_stem(word) for word in words]), ("K", [_sound(word) for word in words])):
        found.update(f"{kind}{form}" for form in forms)
        found.update(f"{kind}{first}_{second}" for first, second in pairwise(forms))
    if words:
        found.add(f"E{words[-1]}")
    return found


def slots(text: str, size: int) -> list[int]:
    """Where the features of a text stand in a table of `size` rows, a power of two; sorted, each once."""
    return sorted({zlib.crc32(feature.encode()) & (size - 1) for feature in features(text)})


def _tokens(text: str) -> list[str]:
    plain = nfc(text[-LONGEST_TEXT:]).replace(ZWJ, "").replace(ZWNJ, "").lower()
    tokens: list[str] = _TOKEN.findall(_REPEATED.sub(r"\1", _STOP.sub("।", plain)))
    return tokens


def _stem(word: str) -> str:
    return "".join(_CLUSTER.findall(word)[:STEM_CLUSTERS])


def _sound(word: str) -> str:
    return str(_VOWEL_SIGN_OR_NASAL.sub("", word)).translate(_SAME_SOUND)


@dataclass(frozen=True, slots=True)
class LinearClassifier:
    """For each label a column of int8 weights, what one step of them is worth, and a bias (of scores that are already
    divided by the temperature)."""

    columns: Mapping[str, array[int]]
    scales: Sequence[float]
    biases: Sequence[float]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.columns)

    def probabilities(self, text: str) -> dict[str, float]:
        """How probable each label is; together 1. Of a text without a letter only the biases speak."""
        found = slots(text, len(next(iter(self.columns.values()))))
        norm = math.sqrt(len(found)) or 1.0
        scores = [
            scale * sum(map(column.__getitem__, found)) / norm + bias
            for column, scale, bias in zip(self.columns.values(), self.scales, self.biases, strict=True)
        ]
        highest = max(scores)
        powers = [math.exp(score - highest) for score in scores]
        return {label: power / sum(powers) for label, power in zip(self.labels, powers, strict=True)}

    def packed(self) -> bytes:
        """The bytes of a file of weights; `load` reads them."""
        table = b"".join(column.tobytes() for column in self.columns.values())
        header: dict[str, object] = {
            "format": FORMAT,
            "labels": self.labels,
            "size": len(table) // len(self.columns),
            "scales": list(self.scales),
            "biases": list(self.biases),
        }
        header["sha256"] = _digest(header, table)
        packed = lzma.compress(table, preset=9 | lzma.PRESET_EXTREME)
        return json.dumps(header, ensure_ascii=False).encode() + b"\n" + packed


def _digest(header: Mapping[str, object], table: bytes) -> str:
    return hashlib.sha256(json.dumps(header, sort_keys=True).encode() + table).hexdigest()


def load(file: Path | Traversable) -> LinearClassifier:
    """Read a file of weights. Raises WeightsError."""
    try:
        first, _, packed = file.read_bytes().partition(b"\n")
        header = json.loads(first)
        if header["format"] != FORMAT:
            raise WeightsError(f"{file}: it has the format {header['format']!r}, {FORMAT!r} is wanted")
        table = lzma.decompress(packed)
        labels, size = header["labels"], header["size"]
        if header.pop("sha256") != _digest(header, table) or len(table) != size * len(labels):
            raise ValueError("its SHA-256 is another")
    except OSError as error:
        raise WeightsError(f"{file}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, lzma.LZMAError) as error:
        raise WeightsError(f"{file}: the weights are damaged ({error}): install sahayok again") from None
    columns = {label: array("b", table[at * size : (at + 1) * size]) for at, label in enumerate(labels)}
    return LinearClassifier(columns, header["scales"], header["biases"])
