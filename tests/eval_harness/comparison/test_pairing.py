from __future__ import annotations

from dataclasses import replace

import pytest

from eval_harness.comparison.pairing import pair
from eval_harness.errors import EvalError
from eval_harness.record_sets import RecordSet
from eval_harness.records import Record, Skipped
from sahayok.conversation import Message
from tests.eval_harness.made import a_record, a_set, pairs_of_lines, records_of


def a_table(records: list[Record], name: str = "table") -> RecordSet:
    """The records as another program's."""
    plain = [replace(record, prompt_sha256="", finish=None, counts=None, likelihood=None) for record in records]
    return RecordSet(name, None, plain, [], len(plain))


def asking(record: Record, question: str) -> Record:
    return replace(record, messages=(Message("user", question),))


def test_pairs_by_id_and_repeat_whatever_the_order() -> None:
    records = [replace(record, repeat=repeat) for record in records_of(pairs_of_lines(4)) for repeat in (0, 1)]
    pairs = pair(a_set(records), a_set(records[::-1]))
    assert pairs.base == pairs.other == records
    assert (pairs.only_base, pairs.only_other, pairs.notes) == (0, 0, [])
    assert pairs.conversations == [record.conversation_id for record in records]


def test_what_only_one_has_is_counted_and_said() -> None:
    records = records_of(pairs_of_lines(6))
    other = RecordSet("b", a_set(records).header, records[2:5], [Skipped(records[0].id, "too long")], 6)
    pairs = pair(replace(a_set(records[:5]), name="a"), other)
    assert (len(pairs.base), pairs.only_base, pairs.only_other) == (3, 2, 0)
    assert pairs.notes == ["2 of 5 replies of a have no counterpart in b (1 of them skipped in b): left out."]
    assert pair(a_set(records[:3]), a_set(records)).only_other == 3


@pytest.mark.parametrize("common", [0, 1])
def test_fewer_than_two_pairs_are_refused(common: int) -> None:
    records = records_of(pairs_of_lines(6))
    with pytest.raises(EvalError, match=f"have {common} items in common of 3 and {3 + common}"):
        pair(a_set(records[:3]), a_set(records[3 - common :]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reference": "অন্য কথা।"}, "its reference is 'আপনার কথা শুনছি।' and 'অন্য কথা।'"),
        ({"messages": (Message("user", "ভালো আছি।"),)}, "its question is 'মন খারাপ।' and 'ভালো আছি।'"),
        ({"prompt_sha256": "1" * 64}, "its prompt has two hashes"),
    ],
)
def test_the_first_item_that_differs_is_named(change: dict[str, object], said: str) -> None:
    records = [a_record(id=f"x-{number}") for number in range(4)]
    changed = [*records[:2], replace(records[2], **change), replace(records[3], **change)]  # type: ignore[arg-type]
    with pytest.raises(EvalError, match="'x-2' is not the same") as error:
        pair(a_set(records), a_set(changed))
    assert said in str(error.value)


def test_a_long_question_is_quoted_where_it_differs() -> None:
    records = [asking(a_record(id=f"x-{number}"), "ক" * 200 + "খ") for number in range(2)]
    others = [asking(record, "ক" * 200 + "গ") for record in records]
    with pytest.raises(EvalError) as error:
        pair(a_set(records), a_set(others))
    assert f"'…{'ক' * 20}খ' and '…{'ক' * 20}গ'" in str(error.value)


def test_another_system_prompt_may_be_compared() -> None:
    records = records_of(pairs_of_lines(2))
    others = [replace(record, prompt_sha256="1" * 64) for record in records]
    assert len(pair(a_set(records), a_set(others, system_prompt="আপনি বন্ধু।")).base) == 2


def test_the_models_own_earlier_replies_may_differ_and_that_is_said() -> None:
    def in_talk(own: str, sha: str) -> list[Record]:
        before = (Message("user", "আমার ভাই রনি।"), Message("assistant", own), Message("user", "মনে আছে?"))
        return [a_record(id="t#1"), replace(a_record(id="t#2"), messages=before, prompt_sha256=sha * 64)]

    pairs = pair(a_set(in_talk("বলুন।", "1")), a_set(in_talk("শুনছি।", "2")))
    assert [note.split(" the ")[0] for note in pairs.notes] == ["In 1 of 2 pairs what went before"]


def test_a_table_is_paired_with_a_run_by_its_texts() -> None:
    run = [asking(record, f"প্রশ্ন {index}") for index, record in enumerate(records_of(pairs_of_lines(4)))]
    rows = [replace(record, id=f"row-{number}") for number, record in enumerate(run[::-1], start=1)]
    # The same text in decomposed letters and with other spaces.
    rows[0] = asking(rows[0], "প্রশ্ন  3")
    pairs = pair(a_set(run), a_table(rows))
    assert [record.reply for record in pairs.other] == [record.reply for record in run]
    assert pairs.notes[0].endswith("share no id: paired by the texts of question and reference.")


def test_rows_of_a_table_with_equal_texts_are_paired_in_their_order() -> None:
    run = [replace(a_record(f"{repeat}।"), repeat=repeat) for repeat in range(3)]
    rows = [replace(record, id=f"row-{record.repeat}", repeat=0) for record in run]
    assert [record.reply for record in pair(a_set(run), a_table(rows)).other] == ["0।", "1।", "2।"]


def test_tables_in_another_order_are_refused_with_the_question() -> None:
    rows = [asking(a_record(id=f"row-{number}"), f"প্রশ্ন {number}") for number in (1, 2)]
    swapped = [replace(rows[1], id="row-1"), replace(rows[0], id="row-2")]
    with pytest.raises(EvalError, match=r"'row-1' \(প্রশ্ন 1\) is not the same"):
        pair(a_table(rows), a_table(swapped))


def test_a_table_without_references_is_paired_all_the_same() -> None:
    records = records_of(pairs_of_lines(3))
    assert len(pair(a_set(records), a_table([replace(record, reference="") for record in records])).base) == 3


def test_pairs_that_cannot_be_checked_are_counted() -> None:
    rows = [replace(a_record(id=f"row-{number}"), reference="") for number in range(3)]
    bare = [replace(record, messages=(), reference="ক") for record in rows]
    assert pair(a_table(rows), a_table(bare)).notes == [
        "3 of 3 pairs share neither question nor reference to be checked by."
    ]


def test_the_file_with_the_larger_conversations_is_believed() -> None:
    run = records_of(pairs_of_lines(6), turns=3)
    rows = [replace(record, conversation_id=record.id) for record in run]
    for pairs in (pair(a_set(run), a_table(rows)), pair(a_table(rows), a_set(run))):
        assert pairs.conversations == [record.conversation_id for record in run]
        assert pairs.notes == ["The conversations are those of tiny.gguf; the other file has others."]


def test_other_names_for_the_same_conversations_are_no_matter() -> None:
    run = records_of(pairs_of_lines(6), turns=3)
    rows = [replace(record, conversation_id=f"talk {record.conversation_id}") for record in run]
    assert pair(a_set(run), a_table(rows)).notes == []


def test_slices_come_from_either_file() -> None:
    run = records_of(pairs_of_lines(2))
    rows = [replace(record, slices={"region": "dhaka"}) for record in run]
    assert pair(a_set(run), a_table(rows)).slices(0) == {"situation": "test", "region": "dhaka"}
