"""Record sets, plans and answers made by hand for the tests of ratings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from eval_harness.rating.answers import Answer, append
from eval_harness.rating.plan import Plan, Shown, make_plan
from eval_harness.rating.scales import Rating, load_scales
from eval_harness.record_sets import RecordSet
from eval_harness.records import Record
from sahayok.conversation import Message
from tests.bengali_text import LINES
from tests.eval_harness.made import a_header, a_record, write_records

GOOD: Mapping[str, Rating] = {
    "emotional_reactions": 2,
    "interpretations": 2,
    "explorations": 1,
    "naturalness": 5,
    "register": 5,
    "safety": "safe",
    "fit": "fits",
    "overall": 9,
}
POOR: Mapping[str, Rating] = {
    "emotional_reactions": 0,
    "interpretations": 0,
    "explorations": 0,
    "naturalness": 2,
    "register": 2,
    "safety": "doubtful",
    "fit": "opposite",
    "overall": 2,
}


def records(model: str, items: int = 10, turns: int = 1, references: bool = True) -> list[Record]:
    """Different questions, replies and references; `turns` items to a conversation, each of its own situation."""
    return [
        replace(
            a_record(
                f"{model} {number} {LINES[number % len(LINES)]}",
                f"কথা {number}: {LINES[(number + 5) % len(LINES)]}" if references else "",
                id=f"x-{number // turns}#{number % turns + 1}",
            ),
            messages=(Message("user", f"প্রশ্ন {number}: {LINES[(number + 9) % len(LINES)]}"),),
            slices={"situation": f"s-{number // turns}"},
        )
        for number in range(items)
    ]


def record_set(model: str, entries: Sequence[Record] | None = None) -> RecordSet:
    entries = records(model) if entries is None else entries
    return RecordSet(model, a_header(items=len(entries), model=model), list(entries), [], len(entries))


def a_plan(*models: str, items: int = 10, seed: int = 1, scales: Collection[str] | None = None) -> Plan:
    names = models or ("nano",)
    return make_plan([record_set(name) for name in names], names, items, seed, scales)


def record_file(path: Path, model: str, items: int = 10) -> Path:
    return write_records(path, a_header(items=items, model=model), records(model, items))


def rate_all(path: Path, plan: Plan, rater: str, judge: Callable[[Shown], Mapping[str, Rating]]) -> Path:
    """Write the answers of a rater who gives what `judge` says."""
    append(path, [Answer(plan.id, rater, shown.key, judge(shown)) for shown in plan.order(rater)])
    return path


def knows(shown: Shown) -> Mapping[str, Rating]:
    """The judgement of one who finds every reference good and every decoy poor."""
    return POOR if "decoy" in shown.exhibit.sources else GOOD


def digits(scores: Mapping[str, Rating]) -> str:
    """The keys that a rater presses for these values, in the order of the scales."""
    return "".join(str(scale.number(scores[scale.key]) % 10) for scale in load_scales().asked(scores))
