"""What the ratings of a plan say: of each source, of the raters, and whether they can be trusted at all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval_harness.errors import EvalError
from eval_harness.intervals import Array, Clusters
from eval_harness.metrics.proportion import wilson
from eval_harness.rating.agreement import alpha, coincidences
from eval_harness.rating.answers import Answer, check_plan, read_answers
from eval_harness.rating.plan import DECOY, REFERENCE, Plan
from eval_harness.rating.scales import FIT, OVERALL, Scale
from eval_harness.rating.verdicts import Rated, Verdicts, told_warnings, verdicts

LEAST_ALPHA = 0.4
"""Below it a scale does not order models. (Krippendorff 2004 asks for 0.667 even for tentative conclusions; ratings of
empathy rarely come so far.)"""
FEW_CONVERSATIONS = 30


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its 95 % interval, None where there is only one conversation."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class SourceScore:
    """The mean of a source on an ordinal scale; on a nominal one the share, 0 to 1, of each `value`."""

    source: str
    scale: str
    value: str | None
    ratings: int
    replies: int
    mean: Estimate


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha of a scale over the replies that at least two raters rated; None for the `reason` given."""

    scale: str
    raters: int
    replies: int
    alpha: Estimate | None
    reason: str


@dataclass(frozen=True, slots=True)
class Consistency:
    """How a rater rated the same reply a second time: share of equal values, and for ordinal scales the mean absolute
    difference."""

    rater: str
    scale: str
    replies: int
    equal: float
    difference: float | None


@dataclass(frozen=True, slots=True)
class RaterCount:
    rater: str
    rated: int
    skipped: int
    to_rate: int


@dataclass(frozen=True, slots=True)
class Results:
    """`corrected` counts the answers that a later one replaced, `skips` the reasons for not rating. `above_decoy` is
    how far the references' mean lies above the decoys' on the scale "overall"; None without references or that scale.
    `verdicts` are those on the scale "fit", None where it was not asked."""

    plan: str
    notes: tuple[str, ...]
    raters: tuple[RaterCount, ...]
    skips: dict[str, int]
    corrected: int
    sources: tuple[SourceScore, ...]
    agreement: tuple[Agreement, ...]
    consistency: tuple[Consistency, ...]
    above_decoy: Estimate | None
    verdicts: Verdicts | None
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def results(paths: Sequence[Path], plan: Plan) -> Results:
    """Raises EvalError for a file that cannot be used, for one of another plan, and where nothing was rated."""
    answers, corrected, warnings = _counting(paths, plan)
    first = {exhibit.key: exhibit for exhibit in plan.exhibits}
    rated = [(first[answer.key], answer) for answer in answers if answer.key in first and not answer.skipped]
    if not rated:
        raise EvalError(f"{', '.join(str(path) for path in paths)}: nothing is rated yet")
    scales = plan.asked
    raters = _raters(answers, plan)
    agreement = [_agreement(scale, rated) for scale in scales]
    above = _above_decoy(rated) if OVERALL in plan.scales else None
    fit = verdicts(rated, plan) if FIT in plan.scales else None
    return Results(
        plan=plan.id,
        notes=plan.notes,
        raters=tuple(raters),
        skips=dict(Counter(answer.skipped for answer in answers if answer.skipped)),
        corrected=corrected,
        sources=tuple(score for source in plan.sources for scale in scales for score in _scores(source, scale, rated)),
        agreement=tuple(agreement),
        consistency=tuple(
            row for rater in raters for scale in scales for row in _consistency(rater.rater, scale, answers, plan)
        ),
        above_decoy=above,
        verdicts=fit,
        warnings=(*warnings, *_decoy_warnings(plan, above, fit), *_warnings(rated, raters, agreement)),
    )


def _counting(paths: Sequence[Path], plan: Plan) -> tuple[list[Answer], int, list[str]]:
    """The answers that count, how many were replaced, and warnings about the files."""
    latest: dict[tuple[str, str], Answer] = {}
    corrected, warnings = 0, []
    where: dict[str, Path] = {}
    for path in paths:
        file = read_answers(path)
        check_plan(file.answers, plan, path)
        if file.cut_bytes:
            warnings.append(f"A last line of {file.cut_bytes} bytes of {path.name} was cut off and is left out.")
        for rater in {answer.rater for answer in file.answers}:
            if rater in where:
                raise EvalError(f"the rater '{rater}' is in {where[rater]} and in {path}: give one of the two")
            where[rater] = path
        counting = file.latest()
        corrected += len(file.answers) - len(counting)
        latest |= counting
    return list(latest.values()), corrected, warnings


def _raters(answers: Sequence[Answer], plan: Plan) -> list[RaterCount]:
    rated = Counter(answer.rater for answer in answers if not answer.skipped)
    skipped = Counter(answer.rater for answer in answers if answer.skipped)
    return [RaterCount(rater, rated[rater], skipped[rater], len(plan.keys)) for rater in sorted(rated | skipped)]


def _scores(source: str, scale: Scale, rated: Sequence[Rated]) -> list[SourceScore]:
    mine = [(exhibit, answer.scores[scale.key]) for exhibit, answer in rated if source in exhibit.sources]
    if not mine:
        return []
    clusters = Clusters([exhibit.conversation_id for exhibit, _ in mine])
    replies = len({exhibit.key for exhibit, _ in mine})
    columns: list[tuple[str | None, Estimate]]
    if scale.level == "ordinal":
        columns = [(None, _mean(clusters, np.array([float(value) for _, value in mine])))]
    else:
        columns = [
            (str(name), _share(clusters, np.array([float(value == name) for _, value in mine]), replies))
            for name in scale.values
        ]
    return [SourceScore(source, scale.key, name, len(mine), replies, mean) for name, mean in columns]


def _mean(clusters: Clusters, values: Array) -> Estimate:
    sums = clusters.resampled_sums(np.column_stack([values, np.ones(len(values))]))
    return _estimate(clusters, float(values.mean()), sums[:, 0] / sums[:, 1])


def _share(clusters: Clusters, chosen: Array, replies: int) -> Estimate:
    """Where each resample gives the same share (nobody found harm, say), the bootstrap says that nothing is uncertain:
    the interval is then Wilson's, over the replies, since raters of the same reply are not independent."""
    found = _mean(clusters, chosen)
    if found.low is None or found.high is None or not math.isclose(found.low, found.high, abs_tol=1e-9):
        return found
    return Estimate(found.value, *wilson(found.value * replies, replies))


def _estimate(clusters: Clusters, value: float, resampled: Array) -> Estimate:
    low, high = clusters.bootstrap(resampled) or (None, None)
    return Estimate(value, low, high)


def _agreement(scale: Scale, rated: Sequence[Rated]) -> Agreement:
    units: dict[str, list[int]] = {}
    conversations: dict[str, str] = {}
    for exhibit, answer in rated:
        units.setdefault(exhibit.key, []).append(scale.values.index(answer.scores[scale.key]))
        conversations[exhibit.key] = exhibit.conversation_id
    raters = len({answer.rater for _, answer in rated})
    shared = sum(len(unit) > 1 for unit in units.values())
    if not shared:
        reason = "there is only one rater" if raters == 1 else "no reply was rated by two raters"
        return Agreement(scale.key, raters, 0, None, reason)
    matrices = coincidences(list(units.values()), len(scale.values))
    value = float(alpha(matrices.sum(axis=0), scale.level))
    if np.isnan(value):
        return Agreement(scale.key, raters, shared, None, "all gave one value, nothing was there to agree about")
    clusters = Clusters(list(conversations.values()))
    resampled = clusters.resampled_sums(matrices.reshape(len(matrices), -1)).reshape(-1, *matrices.shape[1:])
    return Agreement(scale.key, raters, shared, _estimate(clusters, value, alpha(resampled, scale.level)), "")


def _consistency(rater: str, scale: Scale, answers: Sequence[Answer], plan: Plan) -> list[Consistency]:
    """A row, or none where the rater has seen nothing twice yet."""
    given = {answer.key: answer.scores[scale.key] for answer in answers if answer.rater == rater and not answer.skipped}
    pairs = [
        (given[exhibit.key], given[exhibit.again])
        for exhibit in plan.exhibits
        if exhibit.key in given and exhibit.again in given
    ]
    if not pairs:
        return []
    equal = sum(one == other for one, other in pairs) / len(pairs)
    difference = None
    if scale.level == "ordinal":
        difference = sum(abs(float(one) - float(other)) for one, other in pairs) / len(pairs)
    return [Consistency(rater, scale.key, len(pairs), equal, difference)]


def _above_decoy(rated: Sequence[Rated]) -> Estimate | None:
    """None where references or decoys have no rating."""
    values = np.array([float(answer.scores[OVERALL]) for _, answer in rated])
    is_reference = np.array([float(REFERENCE in exhibit.sources) for exhibit, _ in rated])
    is_decoy = np.array([float(DECOY in exhibit.sources) for exhibit, _ in rated])
    if not is_reference.any() or not is_decoy.any():
        return None

    def difference(sums: Array) -> Array:
        with np.errstate(invalid="ignore"):  # a resample may be without either
            result: Array = sums[..., 0] / sums[..., 1] - sums[..., 2] / sums[..., 3]
        return result

    statistics = np.column_stack([values * is_reference, is_reference, values * is_decoy, is_decoy])
    clusters = Clusters([exhibit.conversation_id for exhibit, _ in rated])
    return _estimate(
        clusters, float(difference(statistics.sum(axis=0))), difference(clusters.resampled_sums(statistics))
    )


def _decoy_warnings(plan: Plan, above: Estimate | None, fit: Verdicts | None) -> list[str]:
    """What speaks against the raters themselves: that they do not tell decoys, or that nothing shows that they do."""
    warnings = []
    if OVERALL in plan.scales:
        if above is None:
            warnings.append("No ratings of references and decoys: whether the raters can tell them apart is not known.")
        elif above.low is None or above.low <= 0:
            warnings.append(
                "The raters cannot tell a reference from a reply to another question: do not use these ratings."
            )
    if fit is not None:
        warnings += told_warnings(fit.told)
    if OVERALL not in plan.scales and fit is None:
        warnings.append(f"Neither {OVERALL} nor {FIT} was asked: whether the raters can tell decoys is not known.")
    return warnings


def _warnings(rated: Sequence[Rated], raters: Sequence[RaterCount], agreement: Sequence[Agreement]) -> list[str]:
    warnings = []
    if len(raters) == 1:
        warnings.append("One rater: how far people agree is not known. Rank no models by one person's ratings.")
    low = [row.scale for row in agreement if row.alpha is not None and row.alpha.value < LEAST_ALPHA]
    if low:
        warnings.append(f"The raters do not agree (alpha below {LEAST_ALPHA}): do not rank models by {', '.join(low)}.")
    warnings += [
        f"{rater.rater} has rated or skipped {rater.rated + rater.skipped} of {rater.to_rate}."
        for rater in raters
        if rater.rated + rater.skipped < rater.to_rate
    ]
    conversations = len({exhibit.conversation_id for exhibit, _ in rated})
    if conversations < FEW_CONVERSATIONS:
        warnings.append(f"Only {conversations} conversations: take the intervals as rough.")
    return warnings
