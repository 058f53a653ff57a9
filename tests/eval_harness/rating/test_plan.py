from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval_harness.errors import EvalError
from eval_harness.rating.plan import Plan, make_plan
from eval_harness.rating.scales import load_scales
from sahayok.conversation import Message
from tests.eval_harness.rating.made import a_plan, record_set, records


def test_each_item_is_shown_with_every_model_the_reference_and_a_decoy() -> None:
    plan = a_plan("nano", "big", items=6)
    by_item: dict[str, list[str]] = {}
    for exhibit in plan.exhibits:
        by_item.setdefault(exhibit.item, []).extend(exhibit.sources)
    assert len(by_item) == 6
    assert all(sorted(said) == ["decoy", "model:big", "model:nano", "reference"] for said in by_item.values())


def test_a_tenth_is_shown_again_under_another_key() -> None:
    plan = a_plan("nano", "big", items=10)
    assert len(plan.exhibits) == 40
    assert sum(bool(exhibit.again) for exhibit in plan.exhibits) == 4
    assert len(plan.keys) == 44


def test_replies_are_those_of_the_records() -> None:
    by_id = {record.id: record for record in records("nano")}
    for exhibit in a_plan("nano").exhibits:
        record = by_id[exhibit.item]
        assert exhibit.messages == record.messages
        if "model:nano" in exhibit.sources:
            assert exhibit.reply == record.reply
        if "reference" in exhibit.sources:
            assert exhibit.reply == record.reference
        if "decoy" in exhibit.sources:
            origins = [other for other in by_id.values() if other.reference == exhibit.reply]
            assert origins
            assert all(other.conversation_id != exhibit.conversation_id for other in origins)


def test_a_decoy_is_of_another_situation_where_those_are_known() -> None:
    entries = [replace(record, slices={"situation": f"s-{at % 2}"}) for at, record in enumerate(records("nano"))]
    situation = {record.reference: record.slices["situation"] for record in entries}
    for exhibit in make_plan([record_set("nano", entries)], ["nano"], 10, 1).exhibits:
        if exhibit.sources == ("decoy",):
            own = next(record.slices["situation"] for record in entries if record.id == exhibit.item)
            assert situation[exhibit.reply] != own


def test_a_decoy_is_of_another_feeling_and_subject_where_those_are_known() -> None:
    # 12 items, 3 feelings by 4 subjects: of another feeling and another subject are 2 * 3 of the others.
    entries = [
        replace(record, slices={"feeling": f"f-{at % 3}", "subject": f"s-{at % 4}"}, reference="")
        for at, record in enumerate(records("nano", items=12))
    ]
    about = {record.reply: record.slices for record in entries}
    by_id = {record.id: record.slices for record in entries}
    decoys = [
        exhibit
        for exhibit in make_plan([record_set("nano", entries)], ["nano"], 12, 1).exhibits
        if exhibit.sources == ("decoy",)
    ]
    assert len(decoys) == 12
    for exhibit in decoys:
        assert not set(about[exhibit.reply].items()) & set(by_id[exhibit.item].items())


@pytest.mark.parametrize(("items", "decoys"), [(2, 1), (19, 1), (20, 2), (40, 4)])
def test_where_overall_is_not_asked_a_tenth_of_the_items_has_a_decoy(items: int, decoys: int) -> None:
    entries = [record_set("nano", records("nano", items=40, references=False))]
    plan = make_plan(entries, ["nano"], items, 1, ["fit", "safety"])
    sources = [source for exhibit in plan.exhibits for source in exhibit.sources]
    assert (sources.count("model:nano"), sources.count("decoy")) == (items, decoys)
    with_overall = make_plan(entries, ["nano"], items, 1, ["fit", "overall"])
    assert sum("decoy" in exhibit.sources for exhibit in with_overall.exhibits) == items


def test_the_scales_stand_in_the_plan_in_their_order_and_make_another() -> None:
    plan = a_plan(scales=["overall", "fit"])
    assert plan.scales == ("fit", "overall")
    assert [scale.key for scale in plan.asked] == ["fit", "overall"]
    assert plan.scales_version == 2
    assert a_plan(scales=["fit", "overall"]).id == plan.id
    assert a_plan().scales == load_scales().keys
    assert len({a_plan().id, plan.id, a_plan(scales=["fit"]).id}) == 3


def test_an_exhibit_knows_the_feeling_of_its_item(tmp_path: Path) -> None:
    feelings = ["sad", "glad", ""]
    nano = [
        replace(record, slices={"feeling": feeling} if feeling else {})
        for record, feeling in zip(records("nano", items=3), feelings, strict=True)
    ]
    # A table of another program has no such slice: its replies have the feeling that the same item has in the first.
    big = [replace(record, slices={}) for record in records("big", items=3)]
    plan = make_plan([record_set("big", big), record_set("nano", nano)], ["big", "nano"], 3, 1)
    by_item = {record.id: feeling for record, feeling in zip(nano, feelings, strict=True)}
    assert len(plan.exhibits) == 12
    assert all(exhibit.feeling == by_item[exhibit.item] for exhibit in plan.exhibits)
    plan.write(tmp_path / "plan.json")
    written = json.loads((tmp_path / "plan.json").read_bytes())
    assert [one["feeling"] for one in written["exhibits"]] == [exhibit.feeling for exhibit in plan.exhibits]


def test_without_references_the_decoy_is_a_reply_and_that_is_said() -> None:
    plan = make_plan([record_set("nano", records("nano", references=False))], ["nano"], 4, 1)
    assert {source for exhibit in plan.exhibits for source in exhibit.sources} == {"model:nano", "decoy"}
    assert "4 of the 4 items have no reference." in plan.notes


def test_the_same_reply_is_shown_once_and_counts_for_all_who_said_it() -> None:
    entries = records("nano")
    entries[3] = replace(entries[3], reply=f" {entries[3].reference}\n")
    plan = make_plan([record_set("nano", entries), record_set("big", entries)], ["nano", "big"], 10, 1)
    said = sorted(exhibit.sources for exhibit in plan.exhibits if exhibit.item == entries[3].id)
    assert said == [("decoy",), ("model:nano", "model:big", "reference")]


def test_turns_of_different_conversations_are_drawn_first() -> None:
    plan = make_plan([record_set("nano", records("nano", items=12, turns=3))], ["nano"], 4, 1)
    assert len({exhibit.conversation_id for exhibit in plan.exhibits}) == 4


def test_only_items_of_all_sets_with_the_same_question_are_drawn() -> None:
    other = records("big")
    other[0] = replace(other[0], messages=(Message("user", "অন্য কথা"),))
    other[1] = replace(other[1], id="y-1#1")
    plan = make_plan([record_set("nano"), record_set("big", other)], ["nano", "big"], 100, 1)
    assert {exhibit.item for exhibit in plan.exhibits} == {f"x-{number}#1" for number in range(2, 10)}
    assert plan.notes == (
        "2 items have no question or are not in all 2 record sets.",
        "All 8 items that can be rated were drawn.",
    )


def test_a_number_above_the_items_takes_all_and_is_the_same_plan() -> None:
    plan = a_plan(items=10)
    assert plan.notes == ("All 10 items that can be rated were drawn.",)
    assert a_plan(items=500) == plan
    assert a_plan(items=9).notes == ("9 of 10 items that can be rated were drawn.",)


def test_files_with_other_ids_are_matched_by_their_questions() -> None:
    other = [replace(record, id=f"row-{at}") for at, record in enumerate(records("big"))]
    plan = make_plan([record_set("nano"), record_set("big", other)], ["nano", "big"], 10, 1)
    replies = {exhibit.reply for exhibit in plan.exhibits if "model:big" in exhibit.sources}
    assert replies == {record.reply for record in other}


def test_of_repeated_replies_the_first_is_taken() -> None:
    entries = [replace(record, repeat=1, reply="আবার") for record in records("nano")] + records("nano")
    plan = make_plan([record_set("nano", entries)], ["nano"], 10, 1)
    assert "আবার" not in {exhibit.reply for exhibit in plan.exhibits}


def test_nothing_in_common_is_an_error() -> None:
    other = [replace(record, messages=(Message("user", "অন্য"),)) for record in records("big")]
    with pytest.raises(EvalError, match="0 items with a question are in all 2 record sets"):
        make_plan([record_set("nano"), record_set("big", other)], ["nano", "big"], 5, 1)


def test_one_conversation_has_no_decoy() -> None:
    with pytest.raises(EvalError, match="of two conversations"):
        make_plan([record_set("nano", records("nano", items=3, turns=3))], ["nano"], 3, 1)


def test_one_reply_for_all_has_no_decoy() -> None:
    entries = [replace(record, reply="শুনছি।", reference="") for record in records("nano")]
    with pytest.raises(EvalError, match="no decoy"):
        make_plan([record_set("nano", entries)], ["nano"], 3, 1)


@given(st.integers(2, 12), st.integers(0, 5), st.text(min_size=1))
@settings(max_examples=30, deadline=None)
def test_a_rater_sees_everything_once_and_repeats_later(items: int, seed: int, rater: str) -> None:
    plan = make_plan([record_set("nano", records("nano", items=items))], ["nano"], items, seed)
    order = [shown.key for shown in plan.order(rater)]
    assert sorted(order) == sorted(plan.keys)
    assert [shown.key for shown in plan.order(rater)] == order
    for exhibit in plan.exhibits:
        if exhibit.again:
            assert order.index(exhibit.again) - order.index(exhibit.key) >= len(order) // 4


def test_raters_and_seeds_have_orders_of_their_own() -> None:
    plan = a_plan()
    assert [shown.key for shown in plan.order("ক")] != [shown.key for shown in plan.order("খ")]
    assert a_plan(seed=2).id != plan.id
    assert a_plan().id == plan.id


def test_it_is_the_same_when_read_again(tmp_path: Path) -> None:
    plan = a_plan("nano", "big", scales=["fit"])
    plan.write(tmp_path / "plan.json")
    assert Plan.read(tmp_path / "plan.json") == plan


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: {**data, "format": "other"}, "not a rating plan of the format"),
        (lambda data: {**data, "format": "sahayok-eval-rating-plan/1"}, "make one under another --out"),
        (lambda data: {**data, "scales_version": 99}, "version 99 of the scales"),
        (lambda data: {**data, "scales": ["fit"]}, "was changed since"),
        (lambda data: {**data, "seed": 5}, "was changed since"),
        (lambda data: {key: data[key] for key in data if key != "exhibits"}, "not a whole rating plan"),
        (lambda data: [data], "not a whole rating plan"),
    ],
)
def test_a_wrong_plan_file_is_one_clear_line(tmp_path: Path, change: object, said: str) -> None:
    assert callable(change)
    path = tmp_path / "plan.json"
    a_plan().write(path)
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(EvalError, match=said):
        Plan.read(path)


def test_a_missing_plan_file_says_how_to_give_one(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="--plan"):
        Plan.read(tmp_path / "plan.json")
