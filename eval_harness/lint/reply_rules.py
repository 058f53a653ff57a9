"""Rules over replies as a whole: cut, copied or always the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from eval_harness.lint.replies import Replies, Side
from eval_harness.lint.rule import Finding, NotChecked, share_of, shortened
from eval_harness.normalise import normalise
from eval_harness.records import Record
from sahayok.bengali import ends_complete

MOST_ECHOES = 0.05
LEAST_ECHOES = 3
MOST_EQUAL = 0.2
LEAST_ITEMS = 5
MOST_UNFINISHED = 0.2
MOST_EQUAL_REPEATS = 0.5


def cut_replies(replies: Replies) -> Iterator[Finding]:
    """The cap on tokens ended replies: they are scored without their end."""
    cap = replies.header.sampling.max_tokens
    cut = [record for record in replies.records if record.finish == "length"]
    if cut:
        yield Finding(
            "replies",
            f"{share_of(len(cut), len(replies.records))} were ended by the cap of {cap} tokens or the context's end, "
            f"such as {cut[0].id}",
            "raise max_tokens, or report the share beside every score",
        )


def unfinished_replies(replies: Replies) -> Iterator[Finding]:
    """Many replies of another program do not end as a sentence does: an unknown cap may have cut them."""
    if replies.record_set.header is not None:
        raise NotChecked("the records say why each reply ended (see cut-replies)")
    texts = replies.of_side("reply")
    open_ended = [record for record, text in texts if not ends_complete(text)]
    if len(open_ended) > MOST_UNFINISHED * len(texts) and len(texts) >= LEAST_ITEMS:
        yield Finding(
            "replies",
            f"{share_of(len(open_ended), len(texts))} do not end with । ॥ ? ! or …, such as {open_ended[0].id}",
            "look whether a cap on tokens cut them, and raise it",
        )


def references_fit(replies: Replies) -> Iterator[Finding]:
    """References longer than a reply may be: no reply can match them."""
    cap = replies.header.sampling.max_tokens
    scored = [(record, record.likelihood.tokens) for record in replies.items if record.likelihood is not None]
    if not scored:
        raise NotChecked("no record says how many tokens its reference has")
    if longer := [(record, tokens) for record, tokens in scored if tokens > cap]:
        record, tokens = max(longer, key=lambda row: row[1])
        yield Finding(
            "references",
            f"{share_of(len(longer), len(scored))} are longer than the cap of {cap} tokens, {record.id} the longest "
            f"({tokens})",
            "raise max_tokens, or score these items apart",
        )


def reply_is_question(replies: Replies) -> Iterator[Finding]:
    """Many replies repeat the question: the prompt was not cut off, or the columns are mixed up."""
    return _echo(replies, "question", "cut the prompt from what was generated, or look at the columns")


def reply_is_reference(replies: Replies) -> Iterator[Finding]:
    """Many replies are the reference: the columns are mixed up, or the test was trained on."""
    return _echo(replies, "reference", "look at the columns, and whether the model was trained on this test")


def constant_reply(replies: Replies) -> Iterator[Finding]:
    """One reply for many questions."""
    if len(replies.items) < LEAST_ITEMS:
        raise NotChecked(f"there are fewer than {LEAST_ITEMS} items")
    (text, count), *_ = Counter(normalise(record.reply) for record in replies.items).most_common(1)
    if text and count > 1 and count > MOST_EQUAL * len(replies.items):
        yield Finding(
            "replies",
            f"{share_of(count, len(replies.items))} items get the same reply, {shortened(text)}",
            "compare with the row of one reply for all: these scores are near it",
        )


def equal_repeats(replies: Replies) -> Iterator[Finding]:
    """The repeats of an item are equal though they were drawn: something gave the first reply again."""
    if replies.header.repeats == 1:
        raise NotChecked("each item was asked once")
    if replies.header.sampling.temperature == 0:
        raise NotChecked("at temperature 0 repeats are equal")
    asked: dict[str, list[Record]] = defaultdict(list)
    for record in replies.records:
        asked[record.id].append(record)
    several = {id_: found for id_, found in asked.items() if len(found) > 1}
    equal = [id_ for id_, found in several.items() if len({record.reply for record in found}) == 1]
    if several and len(equal) > MOST_EQUAL_REPEATS * len(several):
        cached = sum(any(record.cached for record in several[id_]) for id_ in equal)
        yield Finding(
            "repeats",
            f"all replies to {share_of(len(equal), len(several))} items are equal at temperature "
            f"{replies.header.sampling.temperature:g}, such as {equal[0]}; {cached} of them come from a cache",
            "give each repeat its own seed, and let a cache tell repeats apart",
        )


def _echo(replies: Replies, side: Side, todo: str) -> Iterator[Finding]:
    texts = [(record, text) for record, text in replies.of_side(side) if record.reply.strip()]
    if not texts:
        raise NotChecked(f"there is no {side}")
    echoes = [record for record, text in texts if normalise(text) == normalise(record.reply)]
    if len(echoes) >= LEAST_ECHOES and len(echoes) > MOST_ECHOES * len(texts):
        yield Finding(
            "replies",
            f"{share_of(len(echoes), len(texts))} are their own {side}, such as {echoes[0].id}: "
            f"{shortened(echoes[0].reply)}",
            todo,
        )
