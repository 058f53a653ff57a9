"""The results of a rating as text for a terminal."""

from __future__ import annotations

from eval_harness.rating.analysis import Estimate, Results
from eval_harness.rating.plan import MODEL
from eval_harness.rating.scales import load_scales
from eval_harness.rating.verdicts_text import NOTHING, failure_lines, verdict_lines
from eval_harness.text_table import table


def as_text(results: Results, failures: bool = False) -> str:
    """Warnings first, then the sources scale by scale, the verdicts on fit, the raters' agreement, and their
    consistency; with `failures` the replies that a reader called opposite or of the wrong subject."""
    asked = load_scales().asked({row.scale for row in results.agreement})
    reasons = load_scales().skips
    lines = [f"plan {results.plan}"]
    lines += [f"{row.rater}: {row.rated} of {row.to_rate} rated, {row.skipped} skipped" for row in results.raters]
    lines += [f"skipped because: {reasons[key][1]}: {count}" for key, count in results.skips.items()]
    lines += [f"corrected answers: {results.corrected}"] if results.corrected else []
    lines += ["", *(f"! {warning}" for warning in results.warnings)] if results.warnings else []
    for scale in asked:
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
    if results.verdicts is not None:
        lines += verdict_lines(results.verdicts)
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
    if failures and results.verdicts is not None:
        lines += failure_lines(results.verdicts.failures)
    lines += ["", *results.notes]
    return "\n".join(lines).rstrip() + "\n"


def _cells(estimate: Estimate) -> list[str]:
    if estimate.low is None or estimate.high is None:
        return [f"{estimate.value:.2f}", NOTHING]
    return [f"{estimate.value:.2f}", f"{estimate.low:.2f} to {estimate.high:.2f}"]
