from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_harness.lint.leak import find_leaks, words_only
from eval_harness.lint.rule import NotChecked
from eval_harness.lint.training_data import train_part, whole_file
from eval_harness.suites.suite import OWN_DIALOGUES, load_suite
from sahayok.bengali import nfc
from sahayok.conversation import Message
from tests.eval_harness.lint.subjects import asked, found, not_checked, replies_of, trained_on
from tests.eval_harness.made import a_header

QUESTION = nfc("চাকরিটা চলে যাওয়ার পর থেকে মনটা ভারী হয়ে আছে।")
ANSWER = nfc("কথাটা একা বয়ে বেড়ানো কঠিন। বাসায় বললে কী হবে?")
OTHER = nfc("বন্ধুর সঙ্গে অনেক দিন পর দেখা হলো, দুজনে নদীর পাড়ে হাঁটলাম।")
LEAKS = ("leak-exact", "leak-normalised", "leak-near", "leak-conversation")


def test_nothing_is_found_in_other_texts() -> None:
    replies = replies_of([asked(0), asked(1)], trained_on((OTHER, ANSWER)))
    assert [found(rule, replies) for rule in LEAKS] == [[], [], [], []]


def test_the_same_text_is_found_on_each_side_with_its_share_and_an_example() -> None:
    records = [asked(0, question=QUESTION), asked(1, reference=ANSWER), asked(2), asked(3)]
    question, reference = found("leak-exact", replies_of(records, trained_on((OTHER, "আমি শুনছি।"), (QUESTION, ANSWER))))
    assert question.where == "questions"
    assert "the question of 1 of 4 (25.0 %) items is in the training data word for word" in question.what
    assert f'x-000#1 = t-1: "{QUESTION}"' in question.what
    assert reference.where == "references"
    assert "x-001#1 = t-1" in reference.what


def test_the_message_may_be_anyones() -> None:
    assert len(found("leak-exact", replies_of([asked(0, reference=QUESTION)], trained_on((QUESTION, ANSWER))))) == 1


def test_spelling_variants_are_found_as_such_and_not_as_exact() -> None:
    variant = QUESTION.replace("।", "!!").replace(" ", "  ")
    replies = replies_of([asked(0, question=variant)], trained_on((QUESTION, ANSWER)))
    assert found("leak-exact", replies) == []
    assert len(found("leak-normalised", replies)) == 1
    assert found("leak-near", replies) == []


def test_most_of_a_text_is_found_as_near() -> None:
    replies = replies_of([asked(0, question=f"আজ {QUESTION}")], trained_on((QUESTION, ANSWER)))
    assert found("leak-exact", replies) == found("leak-normalised", replies) == []
    (finding,) = found("leak-near", replies)
    assert "t-0" in finding.what
    assert "Jaccard 0.9" in finding.what


def test_short_texts_are_common_property_and_counted() -> None:
    replies = replies_of([asked(0, question="ভালো লাগছে না", reference=ANSWER)], trained_on(("ভালো লাগছে না", OTHER)))
    assert found("leak-exact", replies) == []
    assert replies.leaks.too_short == {"question": 1, "reference": 0}
    assert replies.leaks.compared == {"question": 0, "reference": 1}


def test_a_conversation_is_known_by_its_id_and_by_an_earlier_message() -> None:
    by_id = asked(0, conversation_id="t-0")
    by_message = asked(1, before=(Message("user", QUESTION), Message("assistant", "আমি শুনছি।")))
    data = trained_on((OTHER, ANSWER), (QUESTION, ANSWER))
    (finding,) = found("leak-conversation", replies_of([by_id, by_message, asked(2)], data))
    assert "2 of 3" in finding.what
    assert "x-000#1 of t-0" in finding.what
    assert found("leak-conversation", replies_of([asked(2)], data)) == []


def test_what_the_model_said_before_is_no_leak() -> None:
    data = trained_on((OTHER, ANSWER))
    before = (Message("user", "আজ কী যে হলো আমার"), Message("assistant", ANSWER))
    by_the_model = [asked(0, reply=ANSWER, question=before[0].content), asked(1, before=before)]
    assert found("leak-conversation", replies_of(by_the_model, data)) == []
    assert len(found("leak-conversation", replies_of(by_the_model[1:], data))) == 1


def test_the_ids_of_other_programs_mean_nothing() -> None:
    leaks = find_leaks([asked(0, conversation_id="t-0")], trained_on((OTHER, ANSWER)), own_ids=False)
    assert leaks.conversations == []


def test_repeats_of_an_item_count_once() -> None:
    records = [asked(0, question=QUESTION), asked(0, question=QUESTION, repeat=1)]
    (finding,) = found("leak-exact", replies_of(records, trained_on((QUESTION, ANSWER)), repeats=2))
    assert "1 of 1" in finding.what


def test_without_training_data_the_rules_are_not_checked() -> None:
    replies = replies_of([asked(0)])
    assert {not_checked(rule, replies) for rule in LEAKS} == {"nobody knows what it was trained on"}


def test_questions_asked_twice() -> None:
    twice = [asked(0, question=QUESTION), asked(1, question=QUESTION.replace("।", "")), asked(2)]
    (finding,) = found("repeated-question", replies_of(twice))
    assert "2 of 3 (66.7 %) items" in finding.what
    assert "x-000#1 and x-001#1" in finding.what
    assert found("repeated-question", replies_of([asked(0), asked(1), asked(1, repeat=1)])) == []
    assert found("repeated-question", replies_of([asked(n, question="কী করব?") for n in range(3)])) == []


def test_the_projects_own_split_has_no_word_for_word_leak_and_the_whole_corpus_is_one() -> None:
    suite = load_suite("dialogue")
    records = [
        asked(
            number,
            question=item.turns[0].user,
            reference=item.turns[0].reference,
            id=item.id,
            conversation_id=item.conversation_id,
        )
        for number, item in enumerate(suite.items)
    ]
    header = a_header(corpus_sha256=suite.sha256)
    replies = replies_of(records, train_part(header, None))
    assert [found(rule, replies) for rule in ("leak-exact", "leak-normalised", "leak-conversation")] == [[], [], []]
    everything = found("leak-exact", replies_of(records, whole_file(OWN_DIALOGUES)))
    assert ["(100.0 %)" in finding.what for finding in everything] == [True, True]


def test_another_corpus_is_not_taken_for_the_runs() -> None:
    with pytest.raises(NotChecked, match="not a held-out part of dialogues"):
        train_part(a_header(), None)
    with pytest.raises(NotChecked, match="give it as --training"):
        train_part(None, None)
    with pytest.raises(NotChecked, match="not a held-out part"):
        train_part(a_header(corpus_sha256=load_suite("dialogue").sha256, split="all"), None)


def test_a_split_by_row_has_its_own_train_part() -> None:
    sha256 = load_suite("dialogue").sha256
    grouped, by_row = (train_part(a_header(corpus_sha256=sha256, split=part), None) for part in ("test", "test-by-row"))
    asked_by_row = {item.conversation_id for item in load_suite("dialogue", part="test-by-row").items}
    assert asked_by_row.isdisjoint(dialogue.id for dialogue in by_row.dialogues)
    assert not asked_by_row.isdisjoint(dialogue.id for dialogue in grouped.dialogues)


@given(st.text(alphabet="কখগি়্ ০1।.!", max_size=20))
def test_words_only_is_a_normal_form(text: str) -> None:
    once = words_only(text)
    assert words_only(once) == once
    assert words_only(f" {text}\n") == once
