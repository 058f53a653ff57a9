from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from eval_harness.rating.analysis import results
from eval_harness.rating.answers import Answer, append
from eval_harness.rating.plan import Exhibit, Plan
from eval_harness.rating.results_text import as_text
from eval_harness.rating.verdicts import Verdicts, told_warnings
from sahayok.conversation import Message
from tests.eval_harness.rating.made import a_plan, rate_all

_SHORT = {"f": "fits", "g": "generic", "w": "wrong_subject", "o": "opposite"}


def _exhibit(name: str, feeling: str, *sources: str) -> Exhibit:
    messages = (Message("user", f"কথা {name}"),)
    return Exhibit(name, "", f"i-{name}", f"c-{name}", feeling, messages, f"উত্তর {name}", sources)


# Five replies of nano, one of them big's too, and two decoys.
PLAN = replace(
    a_plan(scales=["fit"]),
    exhibits=(
        _exhibit("a", "glad", "model:nano"),
        _exhibit("b", "glad", "model:nano", "model:big"),
        _exhibit("c", "sad", "model:nano"),
        _exhibit("d", "sad", "model:nano"),
        _exhibit("e", "", "model:nano"),
        _exhibit("x", "glad", "decoy"),
        _exhibit("y", "sad", "decoy"),
    ),
)
MEENA = {"a": "f", "b": "o", "c": "g", "d": "w", "e": "f", "x": "w", "y": "o"}
RAHIM = {"a": "f", "b": "w", "c": "g", "d": "g", "x": "f", "y": "w"}
"""He has not read "e"."""


def _rated(path: Path, readings: Mapping[str, Mapping[str, str]], plan: Plan = PLAN) -> Path:
    for rater, given in readings.items():
        append(path, [Answer(plan.id, rater, key, {"fit": _SHORT[value]}) for key, value in given.items()])
    return path


def _verdicts(path: Path, readings: Mapping[str, Mapping[str, str]]) -> Verdicts:
    found = results([_rated(path, readings)], PLAN).verdicts
    assert found is not None
    return found


@pytest.fixture
def found(tmp_path: Path) -> Verdicts:
    return _verdicts(tmp_path / "r.jsonl", {"মীনা": MEENA, "রহিম": RAHIM})


def _counts(**counts: int) -> dict[str, int]:
    return dict.fromkeys(_SHORT.values(), 0) | counts


def test_each_reader_has_a_table_by_feeling_for_each_source(found: Verdicts) -> None:
    rows = {(row.source, row.rater, row.feeling): (row.replies, row.counts) for row in found.by_feeling}
    assert rows == {
        ("model:big", "মীনা", "glad"): (1, _counts(opposite=1)),
        ("model:big", "মীনা", None): (1, _counts(opposite=1)),
        ("model:big", "রহিম", "glad"): (1, _counts(wrong_subject=1)),
        ("model:big", "রহিম", None): (1, _counts(wrong_subject=1)),
        ("model:nano", "মীনা", ""): (1, _counts(fits=1)),
        ("model:nano", "মীনা", "glad"): (2, _counts(fits=1, opposite=1)),
        ("model:nano", "মীনা", "sad"): (2, _counts(generic=1, wrong_subject=1)),
        ("model:nano", "মীনা", None): (5, _counts(fits=2, generic=1, wrong_subject=1, opposite=1)),
        ("model:nano", "রহিম", "glad"): (2, _counts(fits=1, wrong_subject=1)),
        ("model:nano", "রহিম", "sad"): (2, _counts(generic=2)),
        ("model:nano", "রহিম", None): (4, _counts(fits=1, generic=2, wrong_subject=1)),
        ("decoy", "মীনা", "glad"): (1, _counts(wrong_subject=1)),
        ("decoy", "মীনা", "sad"): (1, _counts(opposite=1)),
        ("decoy", "মীনা", None): (2, _counts(wrong_subject=1, opposite=1)),
        ("decoy", "রহিম", "glad"): (1, _counts(fits=1)),
        ("decoy", "রহিম", "sad"): (1, _counts(wrong_subject=1)),
        ("decoy", "রহিম", None): (2, _counts(fits=1, wrong_subject=1)),
    }
    assert list(rows) == list(dict.fromkeys(rows))
    whole = next(row for row in found.by_feeling if (row.source, row.rater, row.feeling) == ("model:nano", "মীনা", None))
    assert whole.shares == {"fits": 0.4, "generic": 0.2, "wrong_subject": 0.2, "opposite": 0.2}


def test_two_readers_are_compared_on_what_both_read(found: Verdicts) -> None:
    # nano's a to d: ff, ow, gg, wg. "e" has one reader, and decoys stand apart.
    pair = next(pair for pair in found.pairs if pair.source == "model:nano")
    assert (pair.first, pair.second, pair.replies) == ("মীনা", "রহিম", 4)
    assert pair.table == {
        "fits": _counts(fits=1),
        "generic": _counts(generic=1),
        "wrong_subject": _counts(generic=1),
        "opposite": _counts(wrong_subject=1),
    }
    assert {name: share.count for name, share in pair.both.items()} == _counts(fits=1, generic=1)
    assert {name: share.count for name, share in pair.either.items()} == {
        "fits": 1,
        "generic": 2,
        "wrong_subject": 2,
        "opposite": 1,
    }
    assert [pair.source for pair in found.pairs] == ["model:big", "model:nano", "decoy"]


def test_the_shares_have_wilsons_interval_over_the_replies(found: Verdicts) -> None:
    # 1 of 4 with z * z = 3.8415: the middle is (0.25 + 3.8415 / 8) / (1 + 3.8415 / 4) = 0.3725, the half width
    # 1.96 * sqrt(0.25 * 0.75 / 4 + 3.8415 / 64) / 1.9604 = 0.3269. Of 0 of 4 the upper end is 3.8415 / (4 + 3.8415).
    pair = next(pair for pair in found.pairs if pair.source == "model:nano")
    one, none = pair.either["opposite"], pair.both["opposite"]
    assert (one.replies, one.share) == (4, 0.25)
    assert (one.low, one.high) == (pytest.approx(0.0456, abs=1e-4), pytest.approx(0.6994, abs=1e-4))
    assert (none.share, none.low, none.high) == (0.0, 0.0, pytest.approx(3.8415 / 7.8415, abs=1e-4))


def test_of_three_readers_the_first_two_are_compared_and_of_one_none(tmp_path: Path) -> None:
    third = dict.fromkeys(MEENA, "f")
    found = _verdicts(tmp_path / "three.jsonl", {"সীমা": third, "রহিম": RAHIM, "মীনা": MEENA})
    assert {(pair.first, pair.second) for pair in found.pairs} == {("মীনা", "রহিম")}
    assert _verdicts(tmp_path / "one.jsonl", {"মীনা": MEENA}).pairs == ()


def test_readers_of_different_replies_are_not_compared(tmp_path: Path) -> None:
    found = _verdicts(tmp_path / "r.jsonl", {"মীনা": {"a": "f", "x": "w"}, "রহিম": {"c": "g", "x": "w"}})
    assert [pair.source for pair in found.pairs] == ["decoy"]


def test_every_reply_that_some_reader_faults_is_listed_but_no_decoy(found: Verdicts) -> None:
    assert [(one.item, one.feeling, one.sources, one.message, one.reply) for one in found.failures] == [
        ("i-b", "glad", ("model:nano", "model:big"), "কথা b", "উত্তর b"),
        ("i-d", "sad", ("model:nano",), "কথা d", "উত্তর d"),
    ]
    assert [one.verdicts for one in found.failures] == [
        {"মীনা": "opposite", "রহিম": "wrong_subject"},
        {"মীনা": "wrong_subject", "রহিম": "generic"},
    ]


def test_a_reader_who_does_not_tell_decoys_is_named(found: Verdicts) -> None:
    assert [(row.rater, row.decoys and row.decoys.count, row.models and row.models.count) for row in found.told] == [
        ("মীনা", 2, 2),
        ("রহিম", 1, 1),
    ]
    assert [row.models and row.models.replies for row in found.told] == [5, 4]
    assert told_warnings(found.told) == [
        "রহিম called 1 of 2 decoys wrong_subject or opposite, a share below 0.8: this reader does not tell them, or "
        "the replies suit any message."
    ]


@pytest.mark.parametrize(("right", "warned"), [(3, True), (4, False)])
def test_four_of_five_decoys_are_enough(tmp_path: Path, right: int, warned: bool) -> None:
    plan = replace(PLAN, exhibits=tuple(_exhibit(name, "sad", "decoy") for name in "abcde"))
    given = {name: "w" if at < right else "f" for at, name in enumerate("abcde")}
    warnings = results([_rated(tmp_path / "r.jsonl", {"মীনা": given}, plan)], plan).warnings
    assert any("decoys wrong_subject or opposite" in warning for warning in warnings) == warned


def test_a_reader_without_a_decoy_is_named(tmp_path: Path) -> None:
    found = _verdicts(tmp_path / "r.jsonl", {"মীনা": {"a": "f"}})
    assert told_warnings(found.told) == ["মীনা has rated no decoy: whether this reader tells them is not known."]


def test_decoys_replace_the_check_on_overall_only_where_that_is_not_asked(tmp_path: Path) -> None:
    told = "called 0 of"
    without = a_plan(scales=["fit"])
    alone = results([rate_all(tmp_path / "a.jsonl", without, "ক", lambda shown: {"fit": "fits"})], without)
    assert alone.above_decoy is None
    assert told in alone.warnings[0]
    assert not any("reference" in warning for warning in alone.warnings)
    both = a_plan(scales=["fit", "overall"])
    path = rate_all(tmp_path / "b.jsonl", both, "ক", lambda shown: {"fit": "fits", "overall": 5})
    found = results([path], both)
    assert found.above_decoy is not None
    assert found.warnings[0].startswith("The raters cannot tell a reference")
    assert told in found.warnings[1]


def test_second_showings_are_not_counted(tmp_path: Path) -> None:
    plan = replace(PLAN, exhibits=(replace(PLAN.exhibits[0], again="z"), *PLAN.exhibits[1:]))
    found = results([_rated(tmp_path / "r.jsonl", {"মীনা": {**MEENA, "z": "o"}}, plan)], plan)
    assert found.verdicts is not None
    assert [one.item for one in found.verdicts.failures] == ["i-b", "i-d"]
    assert sum(row.replies for row in found.verdicts.by_feeling if row.feeling is None) == 8


def test_verdicts_stand_beside_the_check_by_word_lists(tmp_path: Path) -> None:
    sad = (Message("user", "আমার বাবা কাল মারা গেছেন। খুব কষ্ট হচ্ছে।"),)
    first, second, third, fourth = PLAN.exhibits[:4]
    plan = replace(
        PLAN,
        exhibits=(
            replace(first, feeling="", messages=sad, reply="অভিনন্দন! খুব খুশির খবর।"),
            replace(second, feeling="sad", messages=sad, reply="শুনে খুব খারাপ লাগছে।"),
            replace(third, feeling="", messages=(Message("user", "১২"),), reply="আচ্ছা।"),
            replace(fourth, feeling="", messages=sad, reply="অভিনন্দন! খুব খুশির খবর।"),
        ),
    )
    given = {"a": "o", "b": "g", "c": "f", "d": "w"}
    found = results([_rated(tmp_path / "r.jsonl", {"মীনা": given}, plan)], plan).verdicts
    assert found is not None
    assert {(row.people, row.check): row.ratings for row in found.word_lists if row.ratings} == {
        ("opposite", "opposite"): 1,
        ("generic", "not opposite"): 1,
        ("fits", "cannot tell"): 1,
        ("wrong_subject", "opposite"): 1,
    }
    assert len(found.word_lists) == 4 * 3


def test_the_text_has_every_table(tmp_path: Path) -> None:
    found = results([_rated(tmp_path / "r.jsonl", {"মীনা": MEENA, "রহিম": RAHIM})], PLAN)
    text = as_text(found)
    for part in (
        """
fit by feeling: nano, read by মীনা
feeling    replies        fits     generic  wrong_subject    opposite
not known        1  1 (100.0 %)  0 (0.0 %)      0 (0.0 %)   0 (0.0 %)
""",
        """
fit of nano, 4 replies read by both: মীনা down, রহিম across
               fits  generic  wrong_subject  opposite
fits              1        0              0         0
generic           0        1              0         0
wrong_subject     0        1              0         0
opposite          0        0              1         0

nano                  both say   95% interval      either says   95% interval
fits           1 of 4 (25.0 %)  4.6 to 69.9 %  1 of 4 (25.0 %)  4.6 to 69.9 %
""",
        """
called wrong_subject or opposite           decoys     95% interval  models' replies   95% interval
মীনা                              2 of 2 (100.0 %)
""",
    ):
        assert " ".join(part.split()) in " ".join(text.split())
    assert "উত্তর b" not in text
    assert text.index("fit (share of the ratings)") < text.index("fit by feeling") < text.index("agreement")


def test_failures_are_printed_as_single_lines_that_a_terminal_can_show(tmp_path: Path) -> None:
    evil = "এক\nদুই \x1b[31m\u202e"
    exhibits = tuple(replace(one, reply=evil) if one.key == "b" else one for one in PLAN.exhibits)
    plan = replace(PLAN, exhibits=exhibits)
    found = results([_rated(tmp_path / "r.jsonl", {"মীনা": MEENA}, plan)], plan)
    lines = as_text(found, failures=True).splitlines()
    at = lines.index("replies that a reader called wrong_subject or opposite: 2")
    assert lines[at + 1 : at + 9] == [
        "",
        "i-b (glad), nano, big, মীনা: opposite",
        "  message: কথা b",
        "  reply: এক দুই \ufffd[31m\ufffd",
        "",
        "i-d (sad), nano, মীনা: wrong_subject",
        "  message: কথা d",
        "  reply: উত্তর d",
    ]


def test_the_json_has_the_failures_always(tmp_path: Path) -> None:
    data = json.loads(json.dumps(results([_rated(tmp_path / "r.jsonl", {"মীনা": MEENA})], PLAN).to_json()))
    assert [one["item"] for one in data["verdicts"]["failures"]] == ["i-b", "i-d"]
    assert data["verdicts"]["failures"][0]["verdicts"] == {"মীনা": "opposite"}
