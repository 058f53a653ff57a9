"""Where a rater stands in the list, and which values stand on the page; the screen shows it and turns keys into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from eval_harness.rating.answers import Answer
from eval_harness.rating.plan import Plan, Shown
from eval_harness.rating.scales import Rating, Scale


class Sheet:
    """One rater's pass through a plan, begun at the first reply without an answer.

    `save` gets every new or corrected answer and must have it on the disk when it returns.
    """

    def __init__(
        self, plan: Plan, rater: str, before: Mapping[tuple[str, str], Answer], save: Callable[[Answer], None]
    ):
        self._plan_id, self._rater, self._save = plan.id, rater, save
        self.shown: Sequence[Shown] = plan.order(rater)
        self.scales: Sequence[Scale] = plan.asked
        self._answers = {key: answer for (name, key), answer in before.items() if name == rater}
        self._drafts: dict[str, dict[str, Rating]] = {}
        self.position = next(
            (index for index, shown in enumerate(self.shown) if shown.key not in self._answers), len(self.shown)
        )
        self.scale = 0

    @property
    def ended(self) -> bool:
        return self.position == len(self.shown)

    @property
    def current(self) -> Shown:
        return self.shown[self.position]

    @property
    def done(self) -> int:
        return sum(shown.key in self._answers for shown in self.shown)

    @property
    def answer(self) -> Answer | None:
        """What was answered before to what is shown now."""
        return self._answers.get(self.current.key)

    @property
    def values(self) -> Mapping[str, Rating]:
        """What stands on the page: what was chosen just now, or else what was answered before."""
        return self._drafts.get(self.current.key, self.answer.scores if self.answer else {})

    @property
    def missing(self) -> list[Scale]:
        return [scale for scale in self.scales if scale.key not in self.values]

    def choose(self, digit: int) -> bool:
        """Give the value of a digit key on the scale that is asked, and ask the next one without a value. False where
        the scale has no such value."""
        scale = self.scales[self.scale]
        value = scale.of_digit(digit)
        if value is None:
            return False
        self._drafts[self.current.key] = {**self.values, scale.key: value}
        later = [index for index in range(self.scale + 1, len(self.scales)) if self.scales[index] in self.missing]
        self.scale = later[0] if later else min(self.scale + 1, len(self.scales) - 1)
        return True

    def ask(self, direction: int) -> None:
        """Go to the scale above (-1) or below (1)."""
        self.scale = max(0, min(len(self.scales) - 1, self.scale + direction))

    def next(self) -> bool:
        """Save what is new and show the next reply. False where a scale has no value; that scale is asked then."""
        unrated = self.answer is not None and self.answer.skipped and self.current.key not in self._drafts
        if self.missing and not unrated:
            self.scale = self.scales.index(self.missing[0])
            return False
        if not unrated:
            self._keep(dict(self.values), "")
        self._turn(1)
        return True

    def skip(self, reason: str) -> bool:
        """Save that this reply is not rated, and why, and show the next; always True."""
        self._keep({}, reason)
        self._turn(1)
        return True

    def back(self) -> None:
        """Show the reply before, to look at it or to correct it."""
        if self.position:
            self._turn(-1)

    def _turn(self, direction: int) -> None:
        self.position += direction
        self.scale = 0

    def _keep(self, scores: dict[str, Rating], skipped: str) -> None:
        key = self.current.key
        answer = Answer(self._plan_id, self._rater, key, scores, skipped)
        if answer != self._answers.get(key):
            self._save(answer)
            self._answers[key] = answer
        self._drafts.pop(key, None)
