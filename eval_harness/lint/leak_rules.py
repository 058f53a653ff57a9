"""Rules over leaks: of training data into the test, and within the test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from eval_harness.lint.leak import LEAK_SIDES, Kind, is_long, words_only
from eval_harness.lint.replies import Replies
from eval_harness.lint.rule import Finding, NotChecked, share_of, shortened
from training.splits import SHORTEST_KEY_WORDS

_ADVICE = "take these items out, or divide by conversation and by question as training.splits does"


def exact_leak(replies: Replies) -> Iterator[Finding]:
    """A question or reference is in the training data word for word."""
    return _leak(replies, "exact", "is in the training data word for word")


def normalised_leak(replies: Replies) -> Iterator[Finding]:
    """A question or reference is in the training data but for spelling variants and punctuation."""
    return _leak(replies, "normalised", "is in the training data but for joiners, digits, case or punctuation")


def near_leak(replies: Replies) -> Iterator[Finding]:
    """Most of a question or reference is in one training text."""
    return _leak(replies, "near", "is nearly a training text")


def conversation_leak(replies: Replies) -> Iterator[Finding]:
    """The conversation that an item is a turn of is in the training data."""
    if found := replies.leaks.conversations:
        example = found[0]
        how = f", which both hold {shortened(example.text)}" if example.training_text else ""
        yield Finding(
            "conversations",
            f"{share_of(len(found), len(replies.items))} items are turns of a conversation that is in "
            f"{replies.leaks.training}, such as {example.item} of {example.dialogue}{how}",
            _ADVICE,
        )


def repeated_question(replies: Replies) -> Iterator[Finding]:
    """The same question several times in the test: fewer independent items than it seems."""
    asked: dict[str, list[str]] = defaultdict(list)
    for record, text in replies.of_side("question"):
        key = words_only(text)
        if is_long(key):
            asked[key].append(record.id)
    several = [ids for ids in asked.values() if len(ids) > 1]
    if several:
        count, example = sum(map(len, several)), " and ".join(several[0][:2])
        yield Finding(
            "questions",
            f"{share_of(count, len(replies.items))} items ask what another asks, such as {example}",
            "keep one of each, or give them one conversation_id so that intervals count them once",
        )


def _leak(replies: Replies, kind: Kind, how: str) -> Iterator[Finding]:
    leaks = replies.leaks
    if not any(leaks.compared.values()):
        raise NotChecked(f"no question or reference has {SHORTEST_KEY_WORDS} words")
    for side in LEAK_SIDES:
        if found := leaks.found.get((kind, side)):
            example = max(found, key=lambda leak: leak.likeness)
            like = "" if kind == "exact" else f", there {shortened(example.training_text)}"
            if kind == "near":
                like += f" (Jaccard {example.likeness:.2f}, containment {example.containment:.2f})"
            yield Finding(
                f"{side}s",
                f"the {side} of {share_of(len(found), leaks.compared[side])} items {how} ({leaks.training}), such as "
                f"{example.item} = {example.dialogue}: {shortened(example.text)}{like}",
                _ADVICE,
            )
