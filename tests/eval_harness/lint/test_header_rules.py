from __future__ import annotations

from dataclasses import replace

from eval_harness.lint.replies import Replies
from eval_harness.records import Skipped
from sahayok.engines.engine import Sampling
from tests.eval_harness.lint.subjects import UNKNOWN, asked, found, not_checked, of_others, replies_of


def test_a_sound_run_has_nothing() -> None:
    for rule in ("unseeded", "incomplete", "skipped", "mixed-prompts"):
        assert found(rule, replies_of([asked(0), asked(1)])) == []


def test_sampling_without_a_seed() -> None:
    (finding,) = found("unseeded", replies_of([asked(0)], sampling=Sampling(temperature=0.7)))
    assert finding.what == "temperature 0.7 without a seed"
    assert found("unseeded", replies_of([asked(0)], sampling=Sampling(temperature=0.0))) == []


def test_sampling_that_nobody_wrote_down() -> None:
    (finding,) = found("unseeded", of_others([asked(0)]))
    assert "does not say" in finding.what


def test_replies_that_are_missing_or_too_many() -> None:
    whole = replies_of([asked(0), asked(1), asked(2), asked(3)])
    fewer = Replies(replace(whole.record_set, records=[asked(0)], skipped=[Skipped("x-001#1", "too long")]), UNKNOWN)
    (missing,) = found("incomplete", fewer)
    assert missing.what == "2 of 4 (50.0 %) replies are missing"
    (spare,) = found("incomplete", Replies(replace(whole.record_set, expected=3), UNKNOWN))
    assert "there are 4 replies and the header promises 3" in spare.what
    assert "no header" in not_checked("incomplete", of_others([asked(0)]))


def test_skipped_items_are_named() -> None:
    whole = replies_of([asked(0)])
    with_skipped = Replies(replace(whole.record_set, skipped=[Skipped("x-009#1", "too long")]), UNKNOWN)
    (finding,) = found("skipped", with_skipped)
    assert (finding.where, finding.what) == ("x-009#1", "it has no reply: too long")


def test_a_record_of_another_system_prompt_or_with_edited_messages() -> None:
    good = asked(0)
    edited = replace(asked(1), messages=good.messages)
    assert [finding.where for finding in found("mixed-prompts", replies_of([good, edited]))] == ["x-001#1"]
    assert len(found("mixed-prompts", replies_of([good, asked(1)], system_prompt="আপনি অন্য কেউ।"))) == 2
    assert "no record holds" in not_checked("mixed-prompts", replies_of([asked(0, question="")]))
