"""What the raters of a comparison see: which replies, in which order, under which key.

The rater sees a conversation and one reply. Where the reply is from stands only in the plan file; the screen, the form
and the answers know it by a key drawn at random.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval_harness.errors import EvalError
from eval_harness.rating.scales import OVERALL, Scale, load_scales
from eval_harness.record_sets import RecordSet
from eval_harness.records import Record
from sahayok.bengali import nfc, words
from sahayok.conversation import Message
from sahayok.files import write_whole

FORMAT = "sahayok-eval-rating-plan/2"
REFERENCE, DECOY, MODEL = "reference", "decoy", "model:"
REPEATED = 0.1
"""Share of the exhibits that a rater sees a second time."""
ITEMS_A_DECOY = 10
"""Where `overall` is not asked, one decoy for so many items: decoys then check the raters and are no lower bound."""
_DECOYS_NEAR = 5
"""A decoy is one of this many texts nearest in length, so that its length does not give it away."""
_ABOUT = ("situation", "feeling", "subject")
"""The slices that say what a message is about; a decoy is of another value of each."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A reply to rate, and the conversation before it. `again` is the key of its second showing, "" where it has none.

    `feeling` is what the item says the person feels, "" where it does not say. `sources` say where the reply is from:
    "model:NAME", "reference", "decoy"; several where they said the same.
    """

    key: str
    again: str
    item: str
    conversation_id: str
    feeling: str
    messages: tuple[Message, ...]
    reply: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An exhibit as it comes before a rater: under the key of its first or second showing."""

    key: str
    exhibit: Exhibit


@dataclass(frozen=True, slots=True)
class Plan:
    """`scales` are the keys of those that are asked, as they are in `scales_version`; `notes` say what was left out of
    the record sets, and why."""

    seed: int
    scales_version: int
    scales: tuple[str, ...]
    notes: tuple[str, ...]
    exhibits: tuple[Exhibit, ...]

    @property
    def id(self) -> str:
        """The same for equal plans: 16 hexadecimal digits of SHA-256."""
        return hashlib.sha256(json.dumps(self._content(), ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all showings."""
        return frozenset(key for exhibit in self.exhibits for key in (exhibit.key, exhibit.again) if key)

    @property
    def asked(self) -> tuple[Scale, ...]:
        return load_scales().asked(self.scales)

    @property
    def sources(self) -> tuple[str, ...]:
        """The models in alphabetical order, then reference and decoy."""
        named = {source for exhibit in self.exhibits for source in exhibit.sources}
        return (*sorted(named - {REFERENCE, DECOY}), *(source for source in (REFERENCE, DECOY) if source in named))

    def order(self, rater: str) -> tuple[Shown, ...]:
        """What a rater sees, in the rater's own order, which depends on the plan and the name alone.

        What is shown twice comes in the first and in the last third: by then it is no longer known by heart.
        """
        chance = random.Random(f"{self.id}/{rater}")
        once = [Shown(exhibit.key, exhibit) for exhibit in self.exhibits if not exhibit.again]
        chance.shuffle(once)
        third = len(once) // 3
        first = once[:third] + [Shown(exhibit.key, exhibit) for exhibit in self.exhibits if exhibit.again]
        last = once[len(once) - third :] + [Shown(exhibit.again, exhibit) for exhibit in self.exhibits if exhibit.again]
        chance.shuffle(first)
        chance.shuffle(last)
        return (*first, *once[third : len(once) - third], *last)

    def write(self, path: Path) -> None:
        """Raises OSError."""
        with write_whole(path) as file:
            file.write(json.dumps({"id": self.id, **self._content()}, ensure_ascii=False, indent=1).encode() + b"\n")

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Raises EvalError for a file that is missing, damaged, or made for scales of another version."""
        try:
            data = json.loads(path.read_bytes())
            if data["format"] != FORMAT:
                raise EvalError(
                    f"{path}: this is not a rating plan of the format {FORMAT}: make one under another --out"
                )
            if data["scales_version"] != load_scales().version:
                raise EvalError(
                    f"{path} was made for version {data['scales_version']} of the scales, this is version "
                    f"{load_scales().version}: make a new plan under another --out"
                )
            plan = cls(
                data["seed"],
                data["scales_version"],
                tuple(data["scales"]),
                tuple(data["notes"]),
                tuple(_exhibit(one) for one in data["exhibits"]),
            )
            whole = plan.id == data["id"]
        except FileNotFoundError:
            raise EvalError(f"no plan at {path}: give the plan file with --plan") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise EvalError(f"{path}: this is not a whole rating plan") from None
        if not whole:
            raise EvalError(f"{path} was changed since it was written: take the plan of the rating itself")
        return plan

    def _content(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "seed": self.seed,
            "scales_version": self.scales_version,
            "scales": list(self.scales),
            "notes": list(self.notes),
            "exhibits": [
                {
                    "key": exhibit.key,
                    "again": exhibit.again,
                    "item": exhibit.item,
                    "conversation_id": exhibit.conversation_id,
                    "feeling": exhibit.feeling,
                    "messages": [message.to_json() for message in exhibit.messages],
                    "reply": exhibit.reply,
                    "sources": list(exhibit.sources),
                }
                for exhibit in self.exhibits
            ],
        }


def make_plan(
    sets: Sequence[RecordSet], names: Sequence[str], items: int, seed: int, scales: Collection[str] | None = None
) -> Plan:
    """Draw `items` of those that all sets have, or all of them where there are fewer, as many conversations among them
    as possible, and mix their replies with the references and decoys: one for each item where `overall` is asked, else
    for each tenth. `names` tell the sets apart, `scales` are the keys of those to ask (None: all). Raises EvalError
    where too little is in common.
    """
    asked = load_scales().keys if scales is None else tuple(scale.key for scale in load_scales().asked(scales))
    common, notes = _in_common(sets)
    chance = random.Random(f"{seed}")
    chance.shuffle(common)
    drawn = _widely(common)[:items]
    which = f"All {len(common)}" if len(drawn) == len(common) else f"{len(drawn)} of {len(common)}"
    notes.append(f"{which} items that can be rated were drawn.")
    unlike = sum(
        len({nfc(record.reference).strip() for record in item if record.reference.strip()}) > 1 for item in drawn
    )
    if unlike:
        notes.append(f"{unlike} items have different references in different files: the first file's is shown.")
    without = sum(not _reference(item) for item in drawn)
    if without:
        notes.append(f"{without} of the {len(drawn)} items have no reference.")
    decoys = len(drawn) if OVERALL in asked else max(1, len(drawn) // ITEMS_A_DECOY)
    shown = [
        exhibit
        for at, item in enumerate(drawn)
        for exhibit in _exhibits(item, names, _decoy(item, common, chance) if at < decoys else "")
    ]
    chance.shuffle(shown)
    keys = chance.sample(range(16**6), 2 * len(shown))
    repeated = max(1, round(REPEATED * len(shown)))
    exhibits = tuple(
        replace(
            exhibit,
            key=f"{keys[index]:06x}",
            again=f"{keys[len(shown) + index]:06x}" if index < repeated else "",
        )
        for index, exhibit in enumerate(shown)
    )
    return Plan(seed, load_scales().version, asked, tuple(notes), exhibits)


Item = tuple[Record, ...]
"""The records of one item, one of each set."""


def _in_common(sets: Sequence[RecordSet]) -> tuple[list[Item], list[str]]:
    """The items with a question that all sets have: by their id, or, where the ids of the files have nothing in common,
    by a question that occurs once in each."""
    firsts = []
    for one in sets:
        by_id: dict[str, Record] = {}
        for record in sorted(one.records, key=lambda record: record.repeat):
            by_id.setdefault(record.id, record)
        firsts.append(by_id)
    items = _matched(firsts) or _matched([_by_question(by_id.values()) for by_id in firsts])
    usable = [item for item in items if item[0].question.strip()]
    if len({record.conversation_id for record, *_ in usable}) < 2:
        raise EvalError(
            f"{len(usable)} items with a question are in all {len(sets)} record sets; at least two, of two "
            "conversations, are needed: give records of the same items"
        )
    notes = list(dict.fromkeys(note for one in sets for note in one.notes))
    most = max(len(by_id) for by_id in firsts)
    if most > len(usable):
        notes.append(f"{most - len(usable)} items have no question or are not in all {len(sets)} record sets.")
    return usable, notes


def _matched(indexes: Sequence[Mapping[str, Record]]) -> list[Item]:
    items = [tuple(index[key] for index in indexes) for key in indexes[0] if all(key in index for index in indexes)]
    return [item for item in items if len({_folded(record.question) for record in item}) == 1]


def _by_question(records: Collection[Record]) -> dict[str, Record]:
    """The records whose question no other has."""
    counts = Counter(_folded(record.question) for record in records)
    asked = [(_folded(record.question), record) for record in records]
    return {question: record for question, record in asked if question and counts[question] == 1}


def _folded(text: str) -> str:
    return " ".join(nfc(text).split())


def _widely(items: Sequence[Item]) -> list[Item]:
    """One item of each conversation first, then a second of each, and so on: what is drawn is as independent as can
    be."""
    turns: Counter[str] = Counter()
    ranked = []
    for item in items:
        turns[item[0].conversation_id] += 1
        ranked.append((turns[item[0].conversation_id], item))
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]


def _reference(item: Item) -> str:
    return next((record.reference for record in item if record.reference.strip()), "")


def _decoy(item: Item, pool: Sequence[Item], chance: random.Random) -> str:
    """The reference, or where there is none a reply, of another conversation, of another situation, feeling and subject
    where those are known, and about as long as the item's own."""
    own = {_folded(text) for record in item for text in (record.reply, record.reference)}
    about = {name: item[0].slices[name] for name in _ABOUT if name in item[0].slices}
    far = [
        (other, text)
        for other in pool
        if other[0].conversation_id != item[0].conversation_id
        and (text := _reference(other) or chance.choice(other).reply).strip()
        and _folded(text) not in own
    ]
    if not far:
        raise EvalError(
            f"every reply to another question is as that to '{item[0].id}': there is no decoy to set beside it"
        )
    elsewhere = [
        text for other, text in far if all(other[0].slices.get(name) != value for name, value in about.items())
    ]
    length = len(words(_reference(item) or item[0].reply))
    near = sorted(elsewhere or [text for _, text in far], key=lambda text: abs(len(words(text)) - length))
    return chance.choice(near[:_DECOYS_NEAR])


def _exhibits(item: Item, names: Sequence[str], decoy: str) -> list[Exhibit]:
    """Each different reply to an item once, after the conversation of the record that it is from, and all who said it;
    without keys. No decoy is ""."""
    said = [(record, record.reply, MODEL + name) for record, name in zip(item, names, strict=True)]
    if reference := _reference(item):
        said.append((item[0], reference, REFERENCE))
    if decoy:
        said.append((item[0], decoy, DECOY))
    feeling = next((record.slices["feeling"] for record in item if "feeling" in record.slices), "")
    merged: dict[tuple[tuple[Message, ...], str], Exhibit] = {}
    for record, reply, source in said:
        same = record.messages, _folded(reply)
        new = Exhibit("", "", record.id, record.conversation_id, feeling, record.messages, reply, ())
        before = merged.get(same, new)
        merged[same] = replace(before, sources=(*before.sources, source))
    return list(merged.values())


def _exhibit(data: Mapping[str, Any]) -> Exhibit:
    return Exhibit(
        key=data["key"],
        again=data["again"],
        item=data["item"],
        conversation_id=data["conversation_id"],
        feeling=data["feeling"],
        messages=tuple(Message.from_json(message) for message in data["messages"]),
        reply=data["reply"],
        sources=tuple(data["sources"]),
    )
