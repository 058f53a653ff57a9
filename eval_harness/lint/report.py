"""What a check found, as lines to read and as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from eval_harness.lint.check import Checked
from eval_harness.report.figures import one_line

SHOWN = 5
"""Findings of one rule that are printed; JSON has all."""


def as_text(checked: Checked) -> str:
    """A line a finding, the first five of each rule; then what was left out, what could not be checked, the totals."""
    lines = [f"{checked.target}"]
    for found in checked.found:
        for finding in found.findings[:SHOWN]:
            where = f" {finding.where}" if finding.where else ""
            lines.append(f"{found.level} {found.rule}{where}: {finding.what}; {finding.todo}")
        if more := len(found.findings) - SHOWN:
            lines += [f"{found.level} {found.rule}: and {more} more"] if more > 0 else []
    lines += [f"note: {note}" for note in checked.notes]
    rules_by_reason: dict[str, list[str]] = defaultdict(list)
    for rule, reason in checked.unchecked.items():
        rules_by_reason[reason].append(rule)
    lines += [f"not checked: {', '.join(rules)}: {reason}" for reason, rules in rules_by_reason.items()]
    lines.append(
        f"{_number(checked.count('error'), 'error')}, {_number(checked.count('warning'), 'warning')}; "
        f"{_number(checked.rules, 'rule')} checked, {len(checked.unchecked)} not"
    )
    return "".join(one_line(line) + "\n" for line in lines)


def as_json(targets: Sequence[Checked]) -> dict[str, Any]:
    """Everything, with the totals over all targets."""
    return {
        "errors": sum(checked.count("error") for checked in targets),
        "warnings": sum(checked.count("warning") for checked in targets),
        "targets": [asdict(checked) for checked in targets],
    }


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
