"""Which of several drawn replies to say: the one from which the least harm is to be expected.

Two readers guess: what the person feels, and which feeling each reply answers (sahayok.feeling_reader). What the
replies say together is a third opinion, the model's own. From these comes how probable each feeling of the person is,
and the reply with the least expected cost is chosen (Bayes' rule of decision). To rejoice over pain is by far the worst
mistake, to mourn over joy the next; a calm reply is seldom a great one. Where every reply is too great a risk, none is
chosen, and the chat says a kind sentence that fits all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sahayok.feeling_reader import PAINFUL

MOST_COST = 1.5
"""No reply is said from which more is to be expected: about one part in eight that it rejoices over pain."""
DOUBT = 0.02
"""Added to each probability before two opinions are multiplied: neither is ever quite sure."""

REPEATED = 0.5
"""What it costs to say a sentence again: less than any wrong feeling, so that it decides among replies that fit."""

PAIN = "pain"
SAME_KIND = 0.7
"""The cost of answering one painful feeling as another: grief as fear, say."""
COSTS: Mapping[tuple[str, str], float] = {
    (PAIN, "glad"): 12.0,
    ("glad", PAIN): 6.0,
    ("neutral", PAIN): 2.0,
    ("neutral", "glad"): 4.0,
    (PAIN, "neutral"): 1.2,
    ("glad", "neutral"): 1.2,
    ("mixed", "neutral"): 1.2,
    ("neutral", "mixed"): 1.0,
    (PAIN, "mixed"): 1.5,
    ("glad", "mixed"): 1.5,
    ("mixed", PAIN): 1.5,
    ("mixed", "glad"): 4.0,
}
"""What it costs that the person feels the first and the reply answers the second; to meet the feeling costs nothing.
The figures are a judgement, not a measurement; docs/safety.md says what they do."""


def least_harm(
    felt: Mapping[str, float], replies: Sequence[Mapping[str, float]], repeated: Sequence[bool] | None = None
) -> int | None:
    """The index of the reply to say, None where each costs too much.

    `felt` is how probable each feeling of the person is, each of `replies` how probable it answers each of them, and
    `repeated` whether it says again a sentence of before.
    """
    if not replies:
        return None
    meant = {feeling: sum(reply[feeling] for reply in replies) / len(replies) for feeling in felt}
    joint = {feeling: (felt[feeling] + DOUBT) * (meant[feeling] + DOUBT) for feeling in felt}
    total = sum(joint.values())
    expected = [
        sum(
            share / total * sum(read[answered] * cost(feeling, answered) for answered in read)
            for feeling, share in joint.items()
        )
        for read in replies
    ]
    again = [REPEATED * said for said in repeated or [False] * len(replies)]
    best = min(range(len(replies)), key=lambda index: expected[index] + again[index])
    return best if expected[best] <= MOST_COST else None


def cost(felt: str, answered: str) -> float:
    """What it costs to answer a person who feels `felt` as if they felt `answered`."""
    if felt == answered:
        return 0.0
    kinds = tuple(PAIN if feeling in PAINFUL else feeling for feeling in (felt, answered))
    return SAME_KIND if kinds == (PAIN, PAIN) else COSTS[kinds[0], kinds[1]]
