"""The results of a rating as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from eval_harness.rating.analysis import Estimate, FitCount, Results
from eval_harness.rating.plan import MODEL
from eval_harness.rating.scales import load_scales
from eval_harness.text_table import table

NOTHING = "-"


def as_text(results: Results) -> str:
    """Warnings first, then the sources scale by scale, the raters' agreement, and their consistency."""
    scales, reasons = load_scales().scales, load_scales().skips
    lines = [f"plan {results.plan}"]
    lines += [f"{row.rater}: {row.rated} of {row.to_rate} rated, {row.skipped} skipped" for row in results.raters]
    lines += [f"skipped because: {reasons[key][1]}: {count}" for key, count in results.skips.items()]
    lines += [f"corrected answers: {results.corrected}"] if results.corrected else []
    lines += ["", *(f"! {warning}" for warning in results.warnings)] if results.warnings else []
    for scale in scales:
        range_ = f"{scale.values[0]} to {scale.values[-1]}" if scale.level == "ordinal" else "share of the ratings"
        rows = [
            [
                row.source.removeprefix(MODEL)
                if row.value is None
                else f"{row.source.removeprefix(MODEL)}: {row.value}",
                *_cells(row.mean),
                str(row.ratings),
                str(row.replies),
            ]
            for row in results.sources
            if row.scale == scale.key
        ]
        lines += ["", f"{scale.key} ({range_}): {scale.en.question}"]
        lines += table(
            ["", "mean" if scale.level == "ordinal" else "share", "95% interval", "ratings", "replies"], rows
        )
    if results.above_decoy is not None:
        value, interval = _cells(results.above_decoy)
        lines += ["", f"references above decoys on overall: {value} ({interval})"]
    rows = [
        [row.scale, *(_cells(row.alpha) if row.alpha else [NOTHING, row.reason]), str(row.raters), str(row.replies)]
        for row in results.agreement
    ]
    lines += ["", *table(["agreement", "alpha", "95% interval", "raters", "replies"], rows)]
    if results.consistency:
        rows = [
            [
                f"{row.rater}: {row.scale}",
                f"{row.equal:.2f}",
                NOTHING if row.difference is None else f"{row.difference:.2f}",
                str(row.replies),
            ]
            for row in results.consistency
        ]
        lines += ["", *table(["the same reply rated again", "equal", "mean difference", "replies"], rows)]
    lines += ["", *_fit(results.fit)]
    lines += ["", *results.notes]
    return "\n".join(lines).rstrip() + "\n"


def _fit(counts: Sequence[FitCount]) -> list[str]:
    """What people said of the fit, a line each, against what the check by word lists says of the same replies."""
    checks = list(dict.fromkeys(count.check for count in counts))
    people = list(dict.fromkeys(count.people for count in counts))
    number = {(count.people, count.check): str(count.ratings) for count in counts}
    rows = [[said, *(number[said, check] for check in checks)] for said in people]
    return table(["fit: people \\ word lists", *checks], rows)


def _cells(estimate: Estimate) -> list[str]:
    if estimate.low is None or estimate.high is None:
        return [f"{estimate.value:.2f}", NOTHING]
    return [f"{estimate.value:.2f}", f"{estimate.low:.2f} to {estimate.high:.2f}"]
