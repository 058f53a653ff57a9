"""What readers say of the fit of replies: by the feeling of the message, one reader beside another, of decoys, and
beside the check by word lists.

Only first showings are read here, so that a reader has one verdict on a reply. The replies of one conversation are not
independent, and the intervals, Wilson's over the replies, take them for so: they are meant for first messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval_harness.fit.judge import feeling_of_person, opposite_to
from eval_harness.metrics.proportion import wilson
from eval_harness.rating.answers import Answer
from eval_harness.rating.plan import DECOY, MODEL, Exhibit, Plan
from eval_harness.rating.scales import FIT, load_scales

FAULTS = ("wrong_subject", "opposite")
"""What a decoy should be called, and what is listed of the other replies."""
LEAST_TOLD = 0.8
"""Share of the decoys that a reader should call one of the faults."""

Rated = tuple[Exhibit, Answer]


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `replies` > 0 as a share, 0 to 1, with its 95 % interval (Wilson 1927)."""

    count: int
    replies: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class FeelingRow:
    """What one rater said of a source's replies to messages of one feeling: "" where that is not known, None for all
    messages. `counts` has the replies of each verdict, `shares` the same divided by `replies`."""

    source: str
    rater: str
    feeling: str | None
    replies: int
    counts: Mapping[str, int]
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Pair:
    """The verdicts of two raters on the replies of a source that both rated. `table` has the number of replies by the
    verdict of the `first`, then of the `second`; `both` and `either` how many got a verdict from both, from at least
    one."""

    source: str
    first: str
    second: str
    replies: int
    table: Mapping[str, Mapping[str, int]]
    both: Mapping[str, Share]
    either: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class Failure:
    """A reply, no decoy, that some rater called one of `FAULTS`, after the person's last message, and the verdict of
    each rater."""

    item: str
    feeling: str
    sources: tuple[str, ...]
    message: str
    reply: str
    verdicts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """How many a rater called one of `FAULTS`, of the decoys and of the models' replies; None where none was rated."""

    rater: str
    decoys: Share | None
    models: Share | None


@dataclass(frozen=True, slots=True)
class FitCount:
    """How many ratings of fit said `people` where the check by word lists said `check` of the same reply."""

    people: str
    check: str
    ratings: int


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`pairs` compare the first two raters by name, a source each; none where they share no reply of it."""

    by_feeling: tuple[FeelingRow, ...]
    pairs: tuple[Pair, ...]
    told: tuple[Told, ...]
    failures: tuple[Failure, ...]
    word_lists: tuple[FitCount, ...]


def verdicts(rated: Sequence[Rated], plan: Plan) -> Verdicts:
    """What `rated`, the first showings with a value for the scale `fit`, says; the plan must ask that scale."""
    raters = sorted({answer.rater for _, answer in rated})
    return Verdicts(
        by_feeling=tuple(
            row for source in plan.sources for rater in raters for row in _by_feeling(source, rater, rated)
        ),
        pairs=tuple(pair for source in plan.sources for pair in _pair(source, raters[:2], rated)),
        told=tuple(_told(rater, rated) for rater in raters),
        failures=tuple(_failures(rated)),
        word_lists=tuple(_word_lists(rated)),
    )


def told_warnings(told: Sequence[Told]) -> list[str]:
    """A sentence for each rater who does not tell decoys, or has seen none."""
    warnings = []
    for row in told:
        if row.decoys is None:
            warnings.append(f"{row.rater} has rated no decoy: whether this reader tells them is not known.")
        elif row.decoys.share < LEAST_TOLD:
            warnings.append(
                f"{row.rater} called {row.decoys.count} of {row.decoys.replies} decoys {' or '.join(FAULTS)}, a share "
                f"below {LEAST_TOLD}: this reader does not tell them, or the replies suit any message."
            )
    return warnings


def verdict(answer: Answer) -> str:
    return str(answer.scores[FIT])


def _names() -> list[str]:
    """The verdicts in the order of the scale."""
    return [str(value) for scale in load_scales().asked([FIT]) for value in scale.values]


def _by_feeling(source: str, rater: str, rated: Sequence[Rated]) -> list[FeelingRow]:
    """A row for each feeling, in alphabetical order, and one for all; none where the rater read nothing of the
    source."""
    given = [
        (exhibit.feeling, verdict(answer))
        for exhibit, answer in rated
        if answer.rater == rater and source in exhibit.sources
    ]
    rows = []
    for feeling in (*sorted({feeling for feeling, _ in given}), None) if given else ():
        counts = Counter(said for felt, said in given if feeling in (felt, None))
        shares = {name: counts[name] / counts.total() for name in _names()}
        rows.append(
            FeelingRow(source, rater, feeling, counts.total(), {name: counts[name] for name in _names()}, shares)
        )
    return rows


def _pair(source: str, raters: Sequence[str], rated: Sequence[Rated]) -> list[Pair]:
    """The one comparison of two raters, or none where there are not two or they share no reply."""
    if len(raters) < 2:
        return []
    own = [(exhibit.key, answer) for exhibit, answer in rated if source in exhibit.sources]
    first, second = ({key: verdict(answer) for key, answer in own if answer.rater == rater} for rater in raters)
    said = [(first[key], second[key]) for key in first if key in second]
    if not said:
        return []
    counts = Counter(said)
    return [
        Pair(
            source=source,
            first=raters[0],
            second=raters[1],
            replies=len(said),
            table={one: {other: counts[one, other] for other in _names()} for one in _names()},
            both={name: _share(counts[name, name], len(said)) for name in _names()},
            either={name: _share(sum(name in pair for pair in said), len(said)) for name in _names()},
        )
    ]


def _told(rater: str, rated: Sequence[Rated]) -> Told:
    own = [(exhibit, verdict(answer) in FAULTS) for exhibit, answer in rated if answer.rater == rater]
    decoys = [fault for exhibit, fault in own if DECOY in exhibit.sources]
    models = [fault for exhibit, fault in own if any(source.startswith(MODEL) for source in exhibit.sources)]
    return Told(
        rater,
        _share(sum(decoys), len(decoys)) if decoys else None,
        _share(sum(models), len(models)) if models else None,
    )


def _failures(rated: Sequence[Rated]) -> list[Failure]:
    """In the order of the items."""
    said: dict[str, dict[str, str]] = {}
    exhibits: dict[str, Exhibit] = {}
    for exhibit, answer in sorted(rated, key=lambda one: (one[0].item, one[0].key, one[1].rater)):
        if exhibit.sources != (DECOY,):
            exhibits[exhibit.key] = exhibit
            said.setdefault(exhibit.key, {})[answer.rater] = verdict(answer)
    return [
        Failure(exhibit.item, exhibit.feeling, exhibit.sources, _persons(exhibit)[-1], exhibit.reply, said[key])
        for key, exhibit in exhibits.items()
        if not set(FAULTS).isdisjoint(said[key].values())
    ]


def _word_lists(rated: Sequence[Rated]) -> list[FitCount]:
    """The check reads what the metric opposite_feeling reads: the item's label or the person's last messages, and the
    reply."""
    said = {True: "opposite", False: "not opposite", None: "cannot tell"}
    checks = {}
    for exhibit, _ in rated:
        feeling = feeling_of_person(_persons(exhibit), exhibit.feeling)
        checks[exhibit.key] = said[opposite_to(feeling, exhibit.reply)]
    counts = Counter((verdict(answer), checks[exhibit.key]) for exhibit, answer in rated)
    return [FitCount(people, check, counts[people, check]) for people in _names() for check in said.values()]


def _persons(exhibit: Exhibit) -> list[str]:
    return [message.content for message in exhibit.messages if message.role == "user"]


def _share(count: int, replies: int) -> Share:
    return Share(count, replies, count / replies, *wilson(count, replies))
