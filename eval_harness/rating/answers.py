"""The answers of raters: JSON lines to which each answer is added, and on the disk, before the next reply is shown.

An answer that is given anew is a new line, and the last one counts. A line says plan, rater and key, never where a
reply is from. Several raters may write to one file.
"""

from __future__ import annotations

import fcntl
import json
import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from eval_harness.errors import EvalError
from eval_harness.rating.plan import Plan
from eval_harness.rating.scales import Rating, load_scales
from sahayok.bengali import nfc

FORMAT = "sahayok-eval-rating/1"
FORM_FORMAT = "sahayok-eval-rating-form/1"
_FIRST_BYTES = f'{{"format": "{FORMAT}"'.encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """A rater's value on every scale that is asked for what was shown under `key`; or none, and in `skipped` the
    reason's key."""

    plan: str
    rater: str
    key: str
    scores: Mapping[str, Rating] = field(default_factory=dict)
    skipped: str = ""

    def to_line(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def from_json(cls, data: Any) -> Answer:
        """Raises ValueError that says what is wrong."""
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError(f"this is not an answer of the format {FORMAT}")
        if set(data) != {"format", *(one.name for one in fields(cls))}:
            raise ValueError("keys are missing or unknown")
        plan, rater, key = (data[name] for name in ("plan", "rater", "key"))
        if not all(isinstance(text, str) and text for text in (plan, rater, key)):
            raise ValueError("'plan', 'rater' and 'key' must be text")
        scores, skipped = checked(data["scores"], data["skipped"])
        return cls(plan, rater, key, scores, skipped)


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """What an answer file holds, oldest first. `cut_bytes` is what a killed session left of a line."""

    answers: tuple[Answer, ...]
    cut_bytes: int = 0

    def latest(self) -> dict[tuple[str, str], Answer]:
        """The answer that counts for each (rater, key)."""
        return {(answer.rater, answer.key): answer for answer in self.answers}


def checked(scores: Any, skipped: Any) -> tuple[dict[str, Rating], str]:
    """The values of an answer on scales that there are, or the reason for giving none. Raises ValueError that says what
    is wrong with them."""
    scales = load_scales()
    if not isinstance(scores, dict) or not isinstance(skipped, str):
        raise ValueError("'scores' must be an object and 'skipped' text")
    if skipped:
        if skipped not in scales.skips:
            raise ValueError(f"the reason '{skipped}' is unknown")
        if scores:
            raise ValueError("what was skipped has values")
        return {}, skipped
    if not scores:
        raise ValueError("it has neither values nor a reason for skipping")
    if unknown := sorted(scores.keys() - set(scales.keys)):
        raise ValueError(f"the scale '{unknown[0]}' is unknown")
    given = scales.asked(scores)
    for scale in given:
        if not scale.allows(scores[scale.key]):
            allowed = ", ".join(str(value) for value in scale.values)
            raise ValueError(f"'{scale.key}' has the value {scores[scale.key]!r}; allowed are {allowed}")
    return {scale.key: scores[scale.key] for scale in given}, ""


def check_asked(answer: Answer, plan: Plan) -> None:
    """Raises ValueError where an answer that was not skipped has not exactly the scales of the plan."""
    if answer.skipped:
        return
    if missing := [key for key in plan.scales if key not in answer.scores]:
        raise ValueError(f"the scale '{missing[0]}' has no value")
    if others := [key for key in answer.scores if key not in plan.scales]:
        raise ValueError(f"the scale '{others[0]}' is not asked by the plan")


def read_answers(path: Path) -> AnswerFile:
    """Raises EvalError, naming the line, for a file that is missing or damaged elsewhere than at a cut last line."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise EvalError(f"no ratings at {path}") from None
    whole = content.rfind(b"\n") + 1
    answers = []
    for number, line in enumerate(content[:whole].split(b"\n")[:-1], start=1):
        try:
            answers.append(Answer.from_json(_parse(line)))
        except ValueError as error:
            raise EvalError(f"{path}, line {number}: {error}") from None
    cut = content[whole:]
    if not cut.startswith(_FIRST_BYTES[: len(cut)]):  # adding to the file would take it away
        raise EvalError(f"{path}: the last line is no answer that was cut off: is this a file of ratings?")
    return AnswerFile(tuple(answers), len(cut))


def answers_of(path: Path, plan: Plan) -> AnswerFile:
    """The answers in a file that may not be there yet. Raises EvalError where they are of another plan."""
    if not path.exists():
        return AnswerFile(())
    file = read_answers(path)
    check_plan(file.answers, plan, path)
    return file


def check_plan(answers: Iterable[Answer], plan: Plan, path: Path) -> None:
    """Raises EvalError for an answer of another plan, under a key that the plan has not, or with other scales."""
    plan_id, keys = plan.id, plan.keys
    for number, answer in enumerate(answers, start=1):
        if answer.plan != plan_id:
            raise EvalError(
                f"{path} holds ratings of the plan {answer.plan}, not of {plan_id} (other records, --items, --scales "
                "or --seed): give its own plan, or another file"
            )
        if answer.key not in keys:
            raise EvalError(f"{path}: the plan {plan_id} shows nothing under the key '{answer.key}'")
        try:
            check_asked(answer, plan)
        except ValueError as error:
            raise EvalError(f"{path}, line {number}: {error}") from None


def append(path: Path, answers: Sequence[Answer]) -> None:
    """Add answers to a file, on the disk before this returns. What a killed session left of a line goes. Raises
    OSError."""
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
        file.write(b"".join(answer.to_line() for answer in answers))
        file.flush()
        os.fsync(file.fileno())


def read_form(path: Path, plan: Plan) -> list[Answer]:
    """The answers that a form wrote. Raises EvalError where one thing in them is wrong: all or none are taken."""
    try:
        data = _parse(path.read_bytes())
    except ValueError as error:
        raise EvalError(f"{path}: {error}") from None
    if not isinstance(data, dict) or data.get("format") != FORM_FORMAT:
        raise EvalError(f"{path}: these are not the answers of a rating form ({FORM_FORMAT})")
    plan_id, keys = plan.id, plan.keys
    if data.get("plan") != plan_id:
        raise EvalError(f"{path} answers the plan {data.get('plan')}, not {plan_id}: give its own plan with --plan")
    rater, entries = data.get("rater"), data.get("answers")
    if not isinstance(rater, str) or not isinstance(entries, list) or not entries:
        raise EvalError(f"{path}: the rater's name or the answers are missing")
    answers: dict[str, Answer] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            if not isinstance(entry, dict) or set(entry) != {"key", "scores", "skipped"}:
                raise ValueError("it must hold key, scores and skipped")
            key = entry["key"]
            if not isinstance(key, str) or key not in keys:
                raise ValueError(f"the plan shows nothing under the key {key!r}")
            if key in answers:
                raise ValueError(f"the key '{key}' is there twice")
            answer = Answer(plan_id, rater_name(rater), key, *checked(entry["scores"], entry["skipped"]))
            check_asked(answer, plan)
            answers[key] = answer
        except ValueError as error:
            raise EvalError(f"{path}, answer {number}: {error}") from None
    return list(answers.values())


def rater_name(text: str) -> str:
    """A rater's name as it is written down. Raises ValueError for one that is empty or holds control characters."""
    name = " ".join(nfc(text).split())
    if not name or any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise ValueError("a rater needs a name")
    return name


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("it is not whole JSON (was the file cut or edited?)") from None
