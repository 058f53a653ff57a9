import pytest

from sahayok.conversation import Conversation, Message


def test_said_and_answered_leave_the_original_as_it_was() -> None:
    first = Conversation().said("মন খারাপ")
    second = first.answered("কী হয়েছে?")
    assert first.to_json() == [{"role": "user", "content": "মন খারাপ"}]
    assert second.to_json() == [{"role": "user", "content": "মন খারাপ"}, {"role": "assistant", "content": "কী হয়েছে?"}]
    assert len(second) == 2


def test_json_round_trip() -> None:
    conversation = Conversation().said("ক").answered("খ").said("গ")
    assert Conversation.from_json(conversation.to_json()) == conversation


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([{"role": "assistant", "content": "ক"}], "message 1 is of role 'assistant' where 'user' must speak"),
        ([{"role": "user", "content": "ক"}, {"role": "user", "content": "খ"}], "message 2"),
        ([{"role": "doctor", "content": "ক"}], "unknown role 'doctor'"),
        ([{"role": "user"}], "needs a text"),
        ([{"role": "user", "content": 3}], "needs a text"),
    ],
)
def test_a_conversation_that_cannot_be_is_refused(messages: list[dict[str, object]], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Conversation.from_json(messages)


def test_messages_are_immutable() -> None:
    with pytest.raises(AttributeError):
        Message("user", "ক").content = "খ"  # type: ignore[misc]
