"""Which replies of two record sets answer the same item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from eval_harness.errors import EvalError
from eval_harness.normalise import normalise
from eval_harness.record_sets import RecordSet
from eval_harness.records import Record


@dataclass(frozen=True, slots=True)
class Pairs:
    """`base[i]` and `other[i]` answer the same item, of the conversation `conversations[i]`. `only_base` and
    `only_other` count the replies without a counterpart. `notes` are sentences about what was left out or assumed."""

    base: list[Record]
    other: list[Record]
    conversations: list[str]
    only_base: int
    only_other: int
    notes: list[str] = field(default_factory=list)

    def slices(self, pair: int) -> Mapping[str, str]:
        """What the item of a pair is a case of."""
        return {**self.other[pair].slices, **self.base[pair].slices}


def pair(base: RecordSet, other: RecordSet) -> Pairs:
    """Pair the replies by id and repeat; by the texts of question and reference where one set is of another program
    and the ids have nothing in common.

    What was asked must be the same. An earlier reply of the model itself and another system prompt may differ. Raises
    EvalError for an item of which it is not, and for fewer than two pairs.
    """
    notes = []
    keys = _by_id(base.records), _by_id(other.records)
    foreign = base.header is None or other.header is None
    if foreign and not keys[0].keys() & keys[1].keys():
        by_text = _by_text(base.records), _by_text(other.records)
        if by_text[0].keys() & by_text[1].keys():
            keys = by_text
            notes.append(f"{base.name} and {other.name} share no id: paired by the texts of question and reference.")
    common = [key for key in keys[0] if key in keys[1]]
    if len(common) < 2:
        raise EvalError(
            f"{base.name} and {other.name} have {len(common)} items in common of {len(base.records)} and "
            f"{len(other.records)}: compare runs on the same items"
        )
    ours, theirs = [keys[0][key] for key in common], [keys[1][key] for key in common]
    _check(base, other, ours, theirs)
    conversations, about = _conversations(base.name, other.name, ours, theirs)
    return Pairs(
        base=ours,
        other=theirs,
        conversations=conversations,
        only_base=len(base.records) - len(common),
        only_other=len(other.records) - len(common),
        notes=[
            *notes,
            *_about_unpaired(base, other, len(common)),
            *_about_unpaired(other, base, len(common)),
            *_about_prompts(ours, theirs),
            *about,
        ],
    )


def _by_id(records: Sequence[Record]) -> dict[Hashable, Record]:
    return {(record.id, record.repeat): record for record in records}


def _by_text(records: Sequence[Record]) -> dict[Hashable, Record]:
    """Records by the texts of question and reference; those with equal ones are told apart by their order."""
    found: dict[Hashable, Record] = {}
    before: Counter[Hashable] = Counter()
    for record in records:
        text = normalise(record.question), normalise(record.reference)
        if any(text):
            found[text, before[text]] = record
            before[text] += 1
    return found


def _check(base: RecordSet, other: RecordSet, ours: Sequence[Record], theirs: Sequence[Record]) -> None:
    """Raise EvalError naming the first item of which not the same was asked."""
    foreign = base.header is None or other.header is None
    same_system = base.header and other.header and base.header.system_prompt == other.header.system_prompt
    for one, two in zip(ours, theirs, strict=True):
        asked = (one.question, two.question) if foreign else (_said(one), _said(two))
        fault = _differing("question", *asked) or _differing("reference", one.reference, two.reference)
        same_prompt = same_system and one.messages == two.messages and one.unseen == two.unseen
        if not fault and same_prompt and one.prompt_sha256 != two.prompt_sha256:
            fault = "its prompt has two hashes, though the messages are the same: was a file edited?"
        if fault:
            # The ids of a table may be no more than the numbers of its rows, which tell a reader little.
            item = f"'{one.id}' ({_short(one.question)})" if foreign else f"'{one.id}'"
            repeat = f", repeat {one.repeat}," if one.repeat else ""
            raise EvalError(
                f"the item {item}{repeat} is not the same in {base.name} and {other.name}: {fault} "
                "Compare runs on the same items"
            )


def _said(record: Record) -> str:
    """All that the person said before the reply."""
    return "\n".join(message.content for message in record.messages if message.role == "user")


def _differing(what: str, one: str, two: str) -> str:
    """How two texts differ, as a sentence; "" where they do not or where one file does not have it."""
    one, two = normalise(one), normalise(two)
    if not one or not two or one == two:
        return ""
    same = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return f"its {what} is '{_short(one, same - 20)}' and '{_short(two, same - 20)}'."


def _short(text: str, start: int = 0) -> str:
    start = max(0, start)
    part = " ".join(text[start : start + 60].split())
    return f"{'…' if start else ''}{part}{'…' if start + 60 < len(text) else ''}"


def _about_unpaired(mine: RecordSet, its: RecordSet, common: int) -> list[str]:
    """What part of `mine` is left out for the want of a reply in `its`."""
    count = len(mine.records) - common
    if not count:
        return []
    own = {(record.id, record.repeat) for record in mine.records}
    skipped = sum(1 for entry in its.skipped if (entry.id, entry.repeat) in own)
    why = f" ({skipped} of them skipped in {its.name})" if skipped else ""
    return [f"{count} of {len(mine.records)} replies of {mine.name} have no counterpart in {its.name}{why}: left out."]


def _about_prompts(ours: Sequence[Record], theirs: Sequence[Record]) -> list[str]:
    notes = []
    pairs = list(zip(ours, theirs, strict=True))
    if unlike := sum(1 for one, two in pairs if one.messages and two.messages and _earlier(one) != _earlier(two)):
        notes.append(
            f"In {unlike} of {len(pairs)} pairs what went before the reply is not the same: it holds each model's "
            "own earlier replies, or one file has only its end."
        )
    if unchecked := sum(1 for one, two in pairs if not _comparable(one, two)):
        notes.append(f"{unchecked} of {len(pairs)} pairs share neither question nor reference to be checked by.")
    return notes


def _earlier(record: Record) -> tuple[str, ...]:
    return tuple(message.content for message in record.messages if message.role == "assistant")


def _comparable(one: Record, two: Record) -> bool:
    return bool((one.question.strip() and two.question.strip()) or (one.reference.strip() and two.reference.strip()))


def _conversations(
    base: str, other: str, ours: Sequence[Record], theirs: Sequence[Record]
) -> tuple[list[str], list[str]]:
    """The conversation of each pair, and a sentence where the files do not agree. The file that puts more replies into
    one conversation is believed: a table often has no such column, and to take turns for independent is worse."""
    one = [record.conversation_id for record in ours]
    two = [record.conversation_id for record in theirs]
    count, counts = len(set(one)), len(set(two))
    if len(set(zip(one, two, strict=True))) == count == counts:
        return one, []
    believed = other if counts < count else base
    return (two if counts < count else one), [f"The conversations are those of {believed}; the other file has others."]
