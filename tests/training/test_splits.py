from dataclasses import replace
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from sahayok.conversation import Conversation
from training.dialogues import Dialogue
from training.splits import PARTS, groups, split, split_by_row


def dialogue(name: str, opening: str, reply: str = "", situation: str | None = None) -> Dialogue:
    """One of the project's own corpus."""
    conversation = Conversation().said(opening).answered(reply or f"{name} {name * 2} {name * 3} {name * 4}")
    return Dialogue(name, situation or name, "dhaka", "apni", conversation)


def row(name: str, opening: str) -> Dialogue:
    """One of another corpus, which says no region."""
    return replace(dialogue(name, opening), region="")


def different(count: int) -> list[Dialogue]:
    """Dialogues of the project's own corpus whose messages have nothing in common."""
    return [
        dialogue(f"d{n}", " ".join(sha256(f"{n} {k}".encode()).hexdigest()[:9] for k in range(4))) for n in range(count)
    ]


def test_the_published_shares() -> None:
    parts = split([row(f"d{n}", f"কথাটা হলো {n} রকমের কিছু") for n in range(1000)])
    assert {part: len(parts[part]) for part in PARTS} == {"train": 900, "validation": 90, "test": 10}


def test_dialogues_that_share_a_question_an_answer_or_a_situation_stay_together() -> None:
    dialogues = [
        dialogue("a", "আমার মন আজ খারাপ"),
        dialogue("b", "আমার মন আজ খারাপ!!", "এই উত্তরটা দুই জায়গায় আছে"),
        dialogue("c", "একেবারে অন্য একটা কথা", "এই উত্তরটা দুই জায়গায় আছে।"),
        dialogue("d", "আরও অন্য একটা কথা", situation="s"),
        dialogue("e", "এটাও আলাদা একটা কথা", situation="s"),
        dialogue("f", "এর সাথে কারও মিল নেই"),
    ]
    found = sorted(sorted(member.id for member in group) for group in groups(dialogues))
    assert found == [["a", "b", "c"], ["d", "e"], ["f"]]


def test_our_own_dialogues_are_split_so_that_the_test_part_is_large_enough() -> None:
    parts = split(different(1000))
    assert {part: len(parts[part]) for part in PARTS} == {"train": 870, "validation": 80, "test": 50}


def test_nearly_the_same_message_ties_our_own_dialogues_together() -> None:
    near = [dialogue("a", "আমার হারানো বিড়ালটা ফিরে এসেছে"), dialogue("b", "হারানো বিড়ালটা ফিরে এসেছে আজ")]
    assert len(groups(near)) == 1
    assert len(groups([replace(each, region="") for each in near])) == 2
    reply = [dialogue("c", "একদম অন্য কথা বলছি", near[0].conversation.messages[0].content), near[1]]
    assert len(groups(reply)) == 1


def test_short_common_messages_tie_nothing_together() -> None:
    dialogues = [dialogue("a", "জানি না"), dialogue("b", "জানি না")]
    assert len(groups(dialogues)) == 2


@given(st.lists(st.integers(0, 40), min_size=1, max_size=120))
def test_no_group_is_divided_and_nothing_is_lost(topics: list[int]) -> None:
    dialogues = [row(f"d{n}", f"এই কথাটা {topic} নম্বর বিষয়ের") for n, topic in enumerate(topics)]
    parts = split(dialogues)
    assert sorted(d.id for part in PARTS for d in parts[part]) == sorted(d.id for d in dialogues)
    openings = {part: {d.conversation.messages[0].content for d in parts[part]} for part in PARTS}
    assert not openings["train"] & (openings["validation"] | openings["test"])
    assert not openings["validation"] & openings["test"]


def test_the_order_of_the_corpus_does_not_matter() -> None:
    dialogues = [*different(150), *(row(f"r{n}", f"কথাটা হলো {n} রকমের কিছু") for n in range(50))]
    forwards, backwards = split(dialogues), split(dialogues[::-1])
    assert all({d.id for d in forwards[part]} == {d.id for d in backwards[part]} for part in PARTS)


def test_rows_are_split_by_chance_alone() -> None:
    dialogues = [dialogue(f"r-{n}", "সবার জন্য একই প্রশ্ন") for n in range(1000)]
    parts = split_by_row(dialogues)
    assert {part: len(rows) for part, rows in parts.items()} == {"train": 900, "validation": 90, "test": 10}
    assert sorted(row.id for rows in parts.values() for row in rows) == sorted(row.id for row in dialogues)
    assert parts == split_by_row(dialogues)
