from hypothesis import given
from hypothesis import strategies as st

from sahayok.conversation import Conversation
from training.dialogues import Dialogue
from training.splits import PARTS, groups, split, split_by_row


def dialogue(name: str, opening: str, reply: str = "", situation: str | None = None) -> Dialogue:
    conversation = Conversation().said(opening).answered(reply or f"এটা {name} নামের উত্তর মাত্র")
    return Dialogue(name, situation or name, "dhaka", "apni", conversation)


def test_the_published_shares() -> None:
    parts = split([dialogue(f"d{n}", f"কথাটা হলো {n} রকমের কিছু") for n in range(1000)])
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


def test_short_common_messages_tie_nothing_together() -> None:
    dialogues = [dialogue("a", "জানি না"), dialogue("b", "জানি না")]
    assert len(groups(dialogues)) == 2


@given(st.lists(st.integers(0, 40), min_size=1, max_size=120))
def test_no_group_is_divided_and_nothing_is_lost(topics: list[int]) -> None:
    dialogues = [dialogue(f"d{n}", f"এই কথাটা {topic} নম্বর বিষয়ের") for n, topic in enumerate(topics)]
    parts = split(dialogues)
    assert sorted(d.id for part in PARTS for d in parts[part]) == sorted(d.id for d in dialogues)
    openings = {part: {d.conversation.messages[0].content for d in parts[part]} for part in PARTS}
    assert not openings["train"] & (openings["validation"] | openings["test"])
    assert not openings["validation"] & openings["test"]


def test_the_order_of_the_corpus_does_not_matter() -> None:
    dialogues = [dialogue(f"d{n}", f"কথাটা হলো {n} রকমের কিছু") for n in range(200)]
    forwards, backwards = split(dialogues), split(dialogues[::-1])
    assert all({d.id for d in forwards[part]} == {d.id for d in backwards[part]} for part in PARTS)


def test_rows_are_split_by_chance_alone() -> None:
    dialogues = [dialogue(f"r-{n}", "সবার জন্য একই প্রশ্ন") for n in range(1000)]
    parts = split_by_row(dialogues)
    assert {part: len(rows) for part, rows in parts.items()} == {"train": 900, "validation": 90, "test": 10}
    assert sorted(row.id for rows in parts.values() for row in rows) == sorted(row.id for row in dialogues)
    assert parts == split_by_row(dialogues)
