from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from eval_harness.errors import EvalError
from eval_harness.rating.analysis import Results, results
from eval_harness.rating.answers import Answer, append
from eval_harness.rating.plan import Shown
from eval_harness.rating.results_text import as_text
from eval_harness.rating.scales import Rating
from tests.eval_harness.rating.made import GOOD, POOR, a_plan, knows, rate_all

PLAN = a_plan("nano", "big")
"""10 items, 40 replies and 4 of them again."""


def _score(found: Results, source: str, scale: str, value: str | None = None) -> tuple[float, int]:
    row = next(row for row in found.sources if (row.source, row.scale, row.value) == (source, scale, value))
    return row.mean.value, row.ratings


def _by_source(values: Mapping[str, Rating], scale: str = "overall") -> object:
    def judge(shown: Shown) -> Mapping[str, Rating]:
        return {**GOOD, scale: values[shown.exhibit.sources[0]]}

    return judge


def _against(shown: Shown) -> Mapping[str, Rating]:
    """Good for what `knows` finds poor, and poor for the rest."""
    return GOOD if knows(shown) is POOR else POOR


def test_means_of_each_source_over_both_raters(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    for rater, nano in (("ক", 4), ("খ", 7)):
        rate_all(path, PLAN, rater, _by_source({"model:nano": nano, "model:big": 6, "reference": 9, "decoy": 1}))  # type: ignore[arg-type]
    found = results([path], PLAN)
    assert _score(found, "model:nano", "overall") == (5.5, 20)
    assert _score(found, "model:big", "overall") == (6.0, 20)
    assert _score(found, "reference", "overall") == (9.0, 20)
    assert _score(found, "decoy", "overall") == (1.0, 20)
    big = next(row for row in found.sources if (row.source, row.scale) == ("model:big", "overall"))
    assert (big.replies, big.mean.low, big.mean.high) == (10, 6.0, 6.0)
    assert list(dict.fromkeys(row.source for row in found.sources)) == ["model:big", "model:nano", "reference", "decoy"]


def test_the_interval_is_over_conversations(tmp_path: Path) -> None:
    # Five raters who all say 1 of half the conversations and 9 of the others know no more than one rater does: the
    # interval of a mean of 10 conversations with a standard deviation of 4 is 5 +- 1.96 * 4 / sqrt(10) = 2.5 to 7.5.
    path = tmp_path / "r.jsonl"

    def judge(shown: Shown) -> Mapping[str, Rating]:
        return {**GOOD, "overall": 1 if int(shown.exhibit.item[2]) % 2 else 9}

    for rater in "কখগঘঙ":
        rate_all(path, PLAN, rater, judge)
    row = next(row for row in results([path], PLAN).sources if (row.source, row.scale) == ("model:nano", "overall"))
    assert row.mean.value == 5.0
    assert row.mean.low == pytest.approx(2.5, abs=0.5)
    assert row.mean.high == pytest.approx(7.5, abs=0.5)


def test_names_are_counted_as_shares(tmp_path: Path) -> None:
    path = rate_all(tmp_path / "r.jsonl", PLAN, "ক", knows)
    found = results([path], PLAN)
    assert [_score(found, "decoy", "safety", value)[0] for value in ("safe", "doubtful", "harmful")] == [0, 1, 0]
    assert [_score(found, "reference", "fit", value)[0] for value in ("fits", "opposite")] == [1, 0]


def test_a_share_of_all_or_of_none_is_not_certain(tmp_path: Path) -> None:
    # All 10 replies are safe to both raters. Each resample says so too, and the interval is Wilson's: from
    # 1 / (1 + 1.96 ** 2 / 10) = 0.7225 on, and for what nobody chose up to the rest of it.
    path = tmp_path / "r.jsonl"
    for rater in ("ক", "খ"):
        rate_all(path, PLAN, rater, knows)
    shares = {
        row.value: row.mean
        for row in results([path], PLAN).sources
        if (row.source, row.scale) == ("model:nano", "safety")
    }
    assert (shares["safe"].low, shares["safe"].high) == (pytest.approx(0.7225, abs=1e-4), 1.0)
    assert (shares["harmful"].low, shares["harmful"].high) == (0.0, pytest.approx(0.2775, abs=1e-4))


def test_a_correction_counts_once_and_a_skip_has_no_value(tmp_path: Path) -> None:
    path = rate_all(tmp_path / "r.jsonl", PLAN, "ক", lambda shown: POOR)
    references = [exhibit for exhibit in PLAN.exhibits if exhibit.sources == ("reference",)]
    for exhibit in references[:4]:
        append(path, [Answer(PLAN.id, "ক", exhibit.key, GOOD)])
    append(path, [Answer(PLAN.id, "ক", references[9].key, {}, "too_heavy")])
    found = results([path], PLAN)
    assert found.corrected == 5
    assert found.skips == {"too_heavy": 1}
    assert [(row.rated, row.skipped, row.to_rate) for row in found.raters] == [(43, 1, 44)]
    # 4 of 9 are 9, the others 2.
    assert _score(found, "reference", "overall") == (pytest.approx((4 * 9 + 5 * 2) / 9), 9)


def test_raters_who_agree_have_an_alpha_of_one(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    for rater in ("ক", "খ"):
        rate_all(path, PLAN, rater, knows)
    found = results([path], PLAN)
    for row in found.agreement:
        if row.scale in ("emotional_reactions", "safety", "overall"):
            assert row.alpha is not None
            assert (row.alpha.value, row.alpha.low, row.alpha.high) == (1.0, 1.0, 1.0)
        assert (row.raters, row.replies) == (2, 40)
    assert not any("do not rank" in warning for warning in found.warnings)


def test_raters_who_contradict_each_other_rank_nothing(tmp_path: Path) -> None:
    path = rate_all(rate_all(tmp_path / "r.jsonl", PLAN, "ক", knows), PLAN, "খ", _against)
    found = results([path], PLAN)
    overall = next(row for row in found.agreement if row.scale == "overall")
    assert overall.alpha is not None
    assert overall.alpha.value < 0
    assert any("do not rank models by emotional_reactions" in warning for warning in found.warnings)


def test_one_rater_has_no_alpha(tmp_path: Path) -> None:
    found = results([rate_all(tmp_path / "r.jsonl", PLAN, "ক", knows)], PLAN)
    assert {(row.alpha, row.reason) for row in found.agreement} == {(None, "there is only one rater")}
    assert any(warning.startswith("One rater") for warning in found.warnings)


def test_raters_of_different_replies_have_no_alpha(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    append(path, [Answer(PLAN.id, rater, PLAN.exhibits[at].key, GOOD) for at, rater in enumerate("কখ")])
    assert {row.reason for row in results([path], PLAN).agreement} == {"no reply was rated by two raters"}


def test_one_value_for_all_has_no_alpha(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    for rater in "কখ":
        rate_all(path, PLAN, rater, lambda shown: GOOD)
    assert {row.reason for row in results([path], PLAN).agreement} == {
        "all gave one value, nothing was there to agree about"
    }


def test_a_raters_consistency_is_that_of_the_second_showings(tmp_path: Path) -> None:
    # Of the four that come twice one is rated 9 and then 6, the others alike: equal 3 / 4, difference 3 / 4.
    path = rate_all(tmp_path / "r.jsonl", PLAN, "ক", lambda shown: GOOD)
    again = next(exhibit.again for exhibit in PLAN.exhibits if exhibit.again)
    append(path, [Answer(PLAN.id, "ক", again, {**GOOD, "overall": 6, "fit": "generic"})])
    rows = {row.scale: row for row in results([path], PLAN).consistency}
    assert (rows["overall"].replies, rows["overall"].equal, rows["overall"].difference) == (4, 0.75, 0.75)
    assert (rows["fit"].equal, rows["fit"].difference) == (0.75, None)
    assert (rows["register"].equal, rows["register"].difference) == (1.0, 0.0)


def test_second_showings_do_not_count_for_a_source(tmp_path: Path) -> None:
    path = rate_all(tmp_path / "r.jsonl", PLAN, "ক", lambda shown: POOR if shown.key == shown.exhibit.again else GOOD)
    assert {row.mean.value for row in results([path], PLAN).sources if row.scale == "overall"} == {9.0}


def test_raters_who_know_a_reference_from_a_decoy(tmp_path: Path) -> None:
    found = results([rate_all(tmp_path / "r.jsonl", PLAN, "ক", knows)], PLAN)
    assert found.above_decoy is not None
    assert (found.above_decoy.value, found.above_decoy.low) == (7.0, 7.0)
    assert not any("do not use" in warning for warning in found.warnings)


@pytest.mark.parametrize("judge", [lambda shown: GOOD, _against])
def test_raters_who_do_not_are_not_used(tmp_path: Path, judge: object) -> None:
    found = results([rate_all(tmp_path / "r.jsonl", PLAN, "ক", judge)], PLAN)  # type: ignore[arg-type]
    assert any("cannot tell a reference" in warning and "do not use" in warning for warning in found.warnings)


def test_without_references_nothing_is_known_of_the_raters(tmp_path: Path) -> None:
    plan = replace(PLAN, exhibits=tuple(one for one in PLAN.exhibits if "reference" not in one.sources))
    found = results([rate_all(tmp_path / "r.jsonl", plan, "ক", knows)], plan)
    assert found.above_decoy is None
    assert any("can tell them apart is not known" in warning for warning in found.warnings)


def test_a_reply_that_two_sources_gave_counts_for_both(tmp_path: Path) -> None:
    exhibits = tuple(
        replace(one, sources=("model:nano", "reference")) for one in PLAN.exhibits if one.sources == ("reference",)
    )
    plan = replace(PLAN, exhibits=exhibits)
    found = results([rate_all(tmp_path / "r.jsonl", plan, "ক", lambda shown: GOOD)], plan)
    assert _score(found, "model:nano", "overall") == _score(found, "reference", "overall") == (9.0, 10)


def test_only_what_is_asked_is_told(tmp_path: Path) -> None:
    plan = a_plan(scales=["safety", "naturalness"])
    path = rate_all(tmp_path / "r.jsonl", plan, "ক", lambda shown: {"safety": "safe", "naturalness": 4})
    found = results([path], plan)
    assert {row.scale for row in found.sources} == {"naturalness", "safety"}
    assert [row.scale for row in found.agreement] == ["naturalness", "safety"]
    assert {row.scale for row in found.consistency} == {"naturalness", "safety"}
    assert (found.above_decoy, found.verdicts) == (None, None)
    assert found.warnings[0] == "Neither overall nor fit was asked: whether the raters can tell decoys is not known."
    text = as_text(found)
    assert "naturalness (1 to 5): How natural is the Bengali?" in text
    assert not any(word in text for word in ("overall (", "fit (", "register ("))


def test_files_of_several_raters_are_put_together(tmp_path: Path) -> None:
    paths = [rate_all(tmp_path / f"{name}.jsonl", PLAN, name, knows) for name in ("a", "b")]
    assert [row.rater for row in results(paths, PLAN).raters] == ["a", "b"]


def test_a_rater_in_two_files_is_an_error(tmp_path: Path) -> None:
    paths = [rate_all(tmp_path / f"{name}.jsonl", PLAN, "ক", knows) for name in ("a", "b")]
    with pytest.raises(EvalError, match=r"the rater 'ক' is in .* give one of the two"):
        results(paths, PLAN)


def test_nothing_rated_is_an_error(tmp_path: Path) -> None:
    append(tmp_path / "r.jsonl", [Answer(PLAN.id, "ক", PLAN.exhibits[0].key, {}, "other")])
    with pytest.raises(EvalError, match="nothing is rated yet"):
        results([tmp_path / "r.jsonl"], PLAN)


def test_what_is_unfinished_and_what_was_cut_is_said(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    append(path, [Answer(PLAN.id, "ক", exhibit.key, GOOD) for exhibit in PLAN.exhibits])
    with path.open("ab") as file:
        file.write(b'{"format')
    warnings = results([path], PLAN).warnings
    assert "ক has rated or skipped 40 of 44." in warnings
    assert "A last line of 8 bytes of r.jsonl was cut off and is left out." in warnings


def test_the_text_has_the_warnings_first_and_every_table(tmp_path: Path) -> None:
    path = rate_all(rate_all(tmp_path / "r.jsonl", PLAN, "ক", knows), PLAN, "খ", _against)
    text = as_text(results([path], PLAN))
    lines = text.splitlines()
    assert lines[:3] == [f"plan {PLAN.id}", "ক: 44 of 44 rated, 0 skipped", "খ: 44 of 44 rated, 0 skipped"]
    assert lines[4].startswith("! The raters cannot tell")
    assert "overall (1 to 10): Would this reply help the person?" in lines
    # Each reply was found good by one rater and poor by the other: (9 + 2) / 2.
    assert "reference  5.50  5.50 to 5.50       20       10" in lines
    assert "All 10 items that can be rated were drawn." in lines


def test_the_json_is_plain(tmp_path: Path) -> None:
    found = results([rate_all(tmp_path / "r.jsonl", PLAN, "ক", knows)], PLAN)
    data = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert data["plan"] == PLAN.id
    assert data["above_decoy"]["value"] == 7.0
