"""The verdicts of readers as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from eval_harness.rating.cells import showable
from eval_harness.rating.plan import MODEL
from eval_harness.rating.verdicts import FAULTS, Failure, FeelingRow, FitCount, Pair, Share, Told, Verdicts
from eval_harness.text_table import table

NOTHING = "-"
_UNKNOWN, _ALL = "not known", "all"


def verdict_lines(found: Verdicts) -> list[str]:
    """Each table with an empty line before it."""
    lines = []
    for source, rater in dict.fromkeys((row.source, row.rater) for row in found.by_feeling):
        rows = [row for row in found.by_feeling if (row.source, row.rater) == (source, rater)]
        lines += ["", f"fit by feeling: {source.removeprefix(MODEL)}, read by {rater}", *_by_feeling(rows)]
    for pair in found.pairs:
        lines += ["", *_pair(pair)]
    return [*lines, "", *_told(found.told), "", *_word_lists(found.word_lists)]


def failure_lines(failures: Sequence[Failure]) -> list[str]:
    """Each reply that some reader called a fault, after what the person said."""
    lines = ["", f"replies that a reader called {' or '.join(FAULTS)}: {len(failures)}"]
    for one in failures:
        sources = ", ".join(source.removeprefix(MODEL) for source in one.sources)
        said = ", ".join(f"{rater}: {verdict}" for rater, verdict in one.verdicts.items())
        lines += ["", _line(f"{one.item} ({one.feeling or _UNKNOWN}), {sources}, {said}")]
        lines += [f"  message: {_line(one.message)}", f"  reply: {_line(one.reply)}"]
    return lines


def _by_feeling(rows: Sequence[FeelingRow]) -> list[str]:
    names = list(rows[0].counts)
    cells = [
        [
            _ALL if row.feeling is None else row.feeling or _UNKNOWN,
            str(row.replies),
            *(f"{row.counts[name]} ({100 * row.shares[name]:.1f} %)" for name in names),
        ]
        for row in rows
    ]
    return table(["feeling", "replies", *names], cells)


def _pair(pair: Pair) -> list[str]:
    names = list(pair.table)
    source = pair.source.removeprefix(MODEL)
    counts = [[one, *(str(pair.table[one][other]) for other in names)] for one in names]
    shares = [[name, *_cells(pair.both[name]), *_cells(pair.either[name])] for name in names]
    return [
        f"fit of {source}, {pair.replies} replies read by both: {pair.first} down, {pair.second} across",
        *table(["", *names], counts),
        "",
        *table([source, "both say", "95% interval", "either says", "95% interval"], shares),
    ]


def _told(told: Sequence[Told]) -> list[str]:
    rows = [[row.rater, *_cells(row.decoys), *_cells(row.models)] for row in told]
    head = [f"called {' or '.join(FAULTS)}", "decoys", "95% interval", "models' replies", "95% interval"]
    return table(head, rows)


def _word_lists(counts: Sequence[FitCount]) -> list[str]:
    """What people said of the fit, a line each, against what the check by word lists says of the same replies."""
    checks = list(dict.fromkeys(count.check for count in counts))
    people = list(dict.fromkeys(count.people for count in counts))
    number = {(count.people, count.check): str(count.ratings) for count in counts}
    rows = [[said, *(number[said, check] for check in checks)] for said in people]
    return table(["fit: people \\ word lists", *checks], rows)


def _cells(share: Share | None) -> list[str]:
    if share is None:
        return [NOTHING, NOTHING]
    value = f"{share.count} of {share.replies} ({100 * share.share:.1f} %)"
    return [value, f"{100 * share.low:.1f} to {100 * share.high:.1f} %"]


def _line(text: str) -> str:
    return " ".join(showable(text).split())
