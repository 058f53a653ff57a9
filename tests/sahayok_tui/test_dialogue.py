from __future__ import annotations

from sahayok.conversation import Conversation
from sahayok_tui.dialogue import Dialogue


def test_what_was_sent_while_no_one_could_answer_is_one_message() -> None:
    dialogue = Dialogue()
    dialogue.say("এক")
    dialogue.say("দুই")
    assert dialogue.turn().conversation == Conversation().said("এক\n\nদুই")


def test_what_is_sent_during_a_reply_waits_for_the_next() -> None:
    dialogue = Dialogue()
    dialogue.say("এক")
    turn = dialogue.turn()
    dialogue.say("দুই")
    dialogue.answer(turn, "শুনছি")
    assert dialogue.waiting == 1
    assert dialogue.turn().conversation == Conversation().said("এক").answered("শুনছি").said("দুই")


def test_a_turn_that_brought_nothing_loses_nothing() -> None:
    dialogue = Dialogue()
    dialogue.say("এক")
    dialogue.turn()
    dialogue.say("দুই")
    assert dialogue.turn().conversation == Conversation().said("এক\n\nদুই")


def test_what_is_given_up_is_not_shown_to_the_model_again() -> None:
    dialogue = Dialogue()
    dialogue.say("খুব লম্বা")
    dialogue.give_up(dialogue.turn())
    dialogue.say("ছোট")
    assert dialogue.turn().conversation == Conversation().said("ছোট")
