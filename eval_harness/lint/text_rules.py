"""Rules over the texts of a record file: what got into them, and what makes two sides incomparable."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import regex

from eval_harness.lint.replies import SIDES, Replies, Side
from eval_harness.lint.rule import Finding, NotChecked, share_of, shortened
from sahayok.bengali import ZWJ, ZWNJ, bengali_share, nfc

_BOTH_WAYS: tuple[tuple[Side, Side], ...] = (("reference", "reply"), ("reply", "reference"))

FEW = 5
"""Texts that must show a habit before its absence on the other side means anything."""
LEAST_BENGALI = 0.5
MEANT_OTHERWISE = ("romanised", "mixed")
"""Registers whose questions are meant to be in another script."""

# Of Llama 3 and ChatML, Llama 2 and Mistral, Gemma, BERT; and the marks with which tokenizers write a space.
_SPECIAL = regex.compile(
    r"<\|[A-Za-z0-9_]+\|>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|"
    r"\[(?:PAD|CLS|SEP|UNK|MASK)\]|</?think>|[\u0120\u2581]"
)
_ERROR = regex.compile(
    r"\s*(?:Traceback \(most recent call last\)|(?:\w+\.)*\w*(?:Error|Exception)\b(?![\s-]*\p{Bengali})|"
    r"CUDA out of memory|(?:None|NaN|nan|null|undefined|N/A|#N/A|#VALUE!|\[?ERROR\]?.*|0(?:\.0+)?)\s*$)"
)
_LATIN_DANDA = regex.compile(r"(?<=[\p{Bengali}&&[\p{L}\p{M}]])\s?[|]", regex.V1)
_STOP_FOR_DANDA = regex.compile(r"(?<=[\p{Bengali}&&[\p{L}\p{M}]])\.(?=\s|$)", regex.V1)


def special_tokens(replies: Replies) -> Iterator[Finding]:
    """A token of a chat format stands in a reference or a reply as text, and is scored as words."""
    for side in ("reference", "reply"):
        for record, text in replies.of_side(side):
            if match := _SPECIAL.search(text):
                yield Finding(
                    record.id,
                    f"the {side} holds {match.group()!r}",
                    "cut special tokens before writing records (decode with skip_special_tokens)",
                )


def error_messages(replies: Replies) -> Iterator[Finding]:
    """An exception or a missing value was written down as a text, and is scored as one."""
    for side in ("reference", "reply"):
        for record, text in replies.of_side(side):
            if _ERROR.match(text):
                yield Finding(
                    record.id,
                    f"the {side} is {shortened(text)}: no words but what a program says",
                    "find the failure and generate it again; leave the row out until then",
                )


def normal_form(replies: Replies) -> Iterator[Finding]:
    """Texts that are not in NFC: equal words differ for whoever compares without normalising."""
    for side, (count, total, example) in _habits(replies, lambda text: text != nfc(text)).items():
        if count:
            yield Finding(
                f"{side}s",
                f"{share_of(count, total)} are not in NFC, such as {example}; {_others(replies, side)}",
                "write every side in NFC (scores here normalise, other programs' may not)",
            )


def joiners(replies: Replies) -> Iterator[Finding]:
    """Zero-width joiners on one side only."""
    return _one_sided(replies, "a zero-width joiner", lambda text: ZWJ in text or ZWNJ in text)


def danda(replies: Replies) -> Iterator[Finding]:
    """A Latin mark in the danda's place on one side only."""
    yield from _one_sided(replies, "'|' for the danda", lambda text: bool(_LATIN_DANDA.search(text)), few=1)
    yield from _one_sided(replies, "a full stop for the danda", lambda text: bool(_STOP_FOR_DANDA.search(text)))


def digits(replies: Replies) -> Iterator[Finding]:
    """One side writes its numbers in Bengali digits and the other in ASCII's."""
    _both(replies)
    ascii_digits = _habits(replies, lambda text: bool(regex.search("[0-9]", text)))
    bengali = _habits(replies, lambda text: bool(regex.search("[০-৯]", text)))
    for one, other in _BOTH_WAYS:
        here, there = bengali[one], ascii_digits[other]
        if here[0] >= FEW and there[0] >= FEW and not ascii_digits[one][0] and not bengali[other][0]:
            yield Finding(
                f"{other} and {one}",
                f"numbers are in ASCII digits in {share_of(*there[:2])} texts on the side {other}, such as {there[2]}, "
                f"and in Bengali ones in {share_of(*here[:2])} on the side {one}, such as {here[2]}",
                "read the lenient scores, which take them for the same",
            )


def script(replies: Replies) -> Iterator[Finding]:
    """Questions or references that are not in Bengali script: a wrong column, or a translation that failed."""
    for side in ("question", "reference"):
        texts = [
            (record, text)
            for record, text in replies.of_side(side)
            if side == "reference"
            or not ("input" in record.slices or record.slices.get("register", "") in MEANT_OTHERWISE)
        ]
        foreign = [(record, text) for record, text in texts if bengali_share(text) < LEAST_BENGALI]
        if foreign:
            record, text = foreign[0]
            yield Finding(
                f"{side}s",
                f"{share_of(len(foreign), len(texts))} are mostly in another script, such as {record.id}: "
                f"{shortened(text)}",
                "is it the right column? take what is not Bengali out, or mark it as a case of its own",
            )


def empty_replies(replies: Replies) -> Iterator[Finding]:
    """Replies without a word: the model's own, or a failure that was written down as one."""
    for record in replies.records:
        if not record.reply.strip():
            yield Finding(record.id, "the reply is empty", "find out whether the model ended at once or the run failed")


Habit = tuple[int, int, str]
"""How many texts of a side have it, of how many, and the id of the first."""


def _habits(replies: Replies, has: Callable[[str], bool]) -> dict[Side, Habit]:
    found: dict[Side, Habit] = {}
    for side in SIDES:
        texts = replies.of_side(side)
        ids = [record.id for record, text in texts if has(text)]
        found[side] = (len(ids), len(texts), ids[0] if ids else "")
    return found


def _one_sided(replies: Replies, what: str, has: Callable[[str], bool], few: int = FEW) -> Iterator[Finding]:
    _both(replies)
    habits = _habits(replies, has)
    for one, other in _BOTH_WAYS:
        count, total, example = habits[one]
        if count >= few and not habits[other][0]:
            yield Finding(
                f"{one} and {other}",
                f"{share_of(count, total)} texts on the side {one} have {what}, such as {example}, and none of the "
                f"{habits[other][1]} on the side {other}",
                "was one side cleaned and the other not? treat both alike before they are compared",
            )


def _both(replies: Replies) -> None:
    for side in ("reference", "reply"):
        if not replies.of_side(side):
            raise NotChecked(f"there is no {side}")


def _others(replies: Replies, side: Side) -> str:
    clean = [
        f"every {other}"
        for other in SIDES
        if other != side and (texts := replies.of_side(other)) and all(text == nfc(text) for _, text in texts)
    ]
    return f"{' and '.join(clean)} is" if clean else "nor are the other sides"
