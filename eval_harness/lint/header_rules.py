"""Rules over how a run was made: what its header says, and whether its records agree."""

from __future__ import annotations

from collections.abc import Iterator

from eval_harness.items import prompt_sha256
from eval_harness.lint.replies import Replies
from eval_harness.lint.rule import Finding, NotChecked, share_of
from sahayok.conversation import Message


def seeded(replies: Replies) -> Iterator[Finding]:
    """Replies that were drawn without a seed, or nobody knows how: nobody can draw them again."""
    header = replies.record_set.header
    if header is None:
        yield Finding(
            "sampling",
            "the file does not say with which temperature, cap on tokens and seed the replies were drawn",
            "ask who made it, and report that it is not known",
        )
    elif header.sampling.temperature > 0 and header.sampling.seed is None:
        yield Finding(
            "sampling",
            f"temperature {header.sampling.temperature:g} without a seed",
            "run it again with a seed",
        )


def complete(replies: Replies) -> Iterator[Finding]:
    """Replies that should be there and are not, or items that the header does not count."""
    header, found = replies.header, len(replies.records) + len(replies.record_set.skipped)
    if found < replies.record_set.expected:
        yield Finding(
            "records",
            f"{share_of(replies.record_set.expected - found, replies.record_set.expected)} replies are missing",
            "let the run go on to its end with the same command",
        )
    if found > replies.record_set.expected:
        yield Finding(
            "records",
            f"there are {found} replies and the header promises {replies.record_set.expected} ({header.items} items, "
            f"{header.repeats} times)",
            "were two files joined? keep them apart",
        )


def skipped(replies: Replies) -> Iterator[Finding]:
    """Items without a reply: the scores are of the others alone."""
    for entry in replies.record_set.skipped:
        yield Finding(entry.id, f"it has no reply: {entry.skipped}", "report how many were left out")


def prompts(replies: Replies) -> Iterator[Finding]:
    """A record whose prompt is not the header's system prompt and its own messages: versions were mixed."""
    system = Message("system", replies.header.system_prompt)
    known = [record for record in replies.records if record.messages]
    if not known:
        raise NotChecked("no record holds its messages")
    for record in known:
        if prompt_sha256((system, *record.messages[record.unseen :])) != record.prompt_sha256:
            yield Finding(
                record.id,
                "its prompt_sha256 is not that of the header's system prompt and its messages",
                "was the file edited, or joined of two runs? run it again into a file of its own",
            )
