"""The counsellor's own logic, with a real tiny model where tokens matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import pytest

from sahayok.conversation import Conversation, Message
from sahayok.counsellor import MESSAGES_DROPPED_AT_ONCE, Counsellor
from sahayok.engines.engine import Counts, Engine, Piece, PromptTooLong, Sampling, Scored
from sahayok.engines.loading import load_engine
from sahayok.manner import Manner
from sahayok.persona import load_persona


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Iterator[Engine]:
    loaded = load_engine(tiny_model)
    yield loaded
    loaded.close()


@pytest.fixture
def counsellor(engine: Engine) -> Counsellor:
    return Counsellor(engine, sampling=Sampling(temperature=0, max_tokens=8))


def long_conversation(exchanges: int) -> Conversation:
    conversation = Conversation()
    for number in range(exchanges):
        conversation = conversation.said(f"কথা {number} মন").answered(f"উত্তর {number} শুনছি")
    return conversation.said("শেষ কথা")


def prompt_tokens(counsellor: Counsellor, conversation: Conversation) -> int:
    last = list(counsellor.reply(conversation))[-1]
    assert last.counts is not None
    return last.counts.prompt_tokens


def test_a_short_conversation_is_seen_whole(counsellor: Counsellor, engine: Engine) -> None:
    conversation = Conversation().said("মন খারাপ").answered("কী হয়েছে?").said("জানি না")
    assert prompt_tokens(counsellor, conversation) == engine.count_tokens(counsellor.persona.prompt(conversation))


def test_the_oldest_exchanges_go_first_and_in_blocks(counsellor: Counsellor, engine: Engine) -> None:
    conversation = long_conversation(30)
    tokens = prompt_tokens(counsellor, conversation)
    assert tokens <= engine.context_tokens - 8
    candidates = {
        engine.count_tokens(counsellor.persona.prompt(Conversation(conversation.messages[start:]))): start
        for start in range(0, len(conversation), 2)
    }
    assert candidates[tokens] % MESSAGES_DROPPED_AT_ONCE == 0
    assert candidates[tokens] > 0


def test_the_beginning_stays_for_several_turns(counsellor: Counsellor, engine: Engine) -> None:
    conversation = long_conversation(30)
    first = prompt_tokens(counsellor, conversation)
    grown = conversation.answered("হুম").said("আর")
    last = list(counsellor.reply(grown))[-1]
    assert last.counts is not None
    assert last.counts.prompt_tokens > first
    assert last.counts.evaluated_tokens < last.counts.prompt_tokens // 2


def test_a_message_that_alone_is_too_long_is_refused(counsellor: Counsellor) -> None:
    with pytest.raises(PromptTooLong):
        list(counsellor.reply(Conversation().said("মন খারাপ " * 1000)))


@pytest.mark.parametrize("conversation", [Conversation(), Conversation().said("ক").answered("খ")])
def test_someone_must_have_spoken(counsellor: Counsellor, conversation: Conversation) -> None:
    with pytest.raises(ValueError, match="must end with a message of the person"):
        counsellor.reply(conversation)


def test_the_reply_leaves_room_for_the_conversation(engine: Engine) -> None:
    greedy = Counsellor(engine, sampling=Sampling(temperature=0, max_tokens=100_000))
    last = list(greedy.reply(Conversation().said("মন খারাপ")))[-1]
    assert last.counts is not None
    assert last.counts.new_tokens <= engine.context_tokens // 2


class Script:
    """An engine that says what it is told, one text for each time it is asked: no model can be told what to say."""

    context_tokens = 512

    def __init__(self, *replies: str) -> None:
        self.replies, self.samplings, self.closed = list(replies), list[Sampling](), 0

    def stream(self, messages: object, sampling: Sampling, *, stop: Event) -> Iterator[Piece]:
        self.samplings.append(sampling)
        try:
            for character in self.replies[len(self.samplings) - 1]:
                yield Piece(character)
            yield Piece("", "eot", Counts(1, 1, 1, 1.0, 0.5))
        except GeneratorExit:
            self.closed += 1
            raise

    def count_tokens(self, messages: object) -> int:
        return 1

    def response_logprob(self, messages: object, response: str) -> Scored:
        raise AssertionError("the chat scores nothing")

    def close(self) -> None:
        pass


def said(engine: Script, message: str = "পরীক্ষায় ফেল করেছি", seed: int | None = 5) -> str:
    pieces = list(Counsellor(engine, sampling=Sampling(seed=seed)).reply(Conversation().said(message)))
    assert pieces[-1].finish == "eot"
    return "".join(piece.text for piece in pieces)


def test_a_glad_beginning_is_generated_once_more_with_another_seed() -> None:
    engine = Script("শুনে খুব ভালো লাগল। কোন পরীক্ষা?", "ফেল করা কষ্টের। কোন পরীক্ষা ছিল?")
    assert said(engine) == "ফেল করা কষ্টের। কোন পরীক্ষা ছিল?"
    assert engine.samplings[0].seed == 5 != engine.samplings[1].seed
    assert engine.closed == 1


def test_after_two_such_beginnings_a_kind_sentence_is_said() -> None:
    engine = Script("অভিনন্দন! কী আনন্দ।", "শুনে ভালো লাগল। বলুন।")
    assert said(engine, seed=None) == load_persona().instead[0]
    assert [sampling.seed for sampling in engine.samplings] == [None, None]


def test_a_reply_that_goes_wrong_later_ends_before() -> None:
    engine = Script("ফেল করা কষ্টের। শুনে খুব ভালো লাগল। কবে হলো?")
    assert said(engine).strip() == "ফেল করা কষ্টের।"
    assert len(engine.samplings) == 1


def test_gladness_meets_gladness() -> None:
    assert said(Script("শুনে খুব ভালো লাগল!"), "আজ চাকরি পেয়েছি!") == "শুনে খুব ভালো লাগল!"


SAD = "চাকরিটা চলে গেল, বাড়িতে কাউকে বলতে পারছি না।"
GLAD_REPLY = "চাকরি নিয়ে কী স্বস্তির কথা, কী মজা! এখন প্রথমে কী কিনবেন?"
SAD_REPLY = "চাকরিটা চলে গেছে, বাড়িতেও বলতে পারছেন না, খুব কষ্টের কথা। একা একা এই ভার বওয়া কঠিন।"


def drawn(engine: Script, draws: int, *messages: str, stop: Event | None = None) -> str:
    """The reply to the last of the person's messages, each before it answered with "শুনছি।"."""
    conversation = Conversation()
    for message in messages[:-1]:
        conversation = conversation.said(message).answered("শুনছি।")
    counsellor = Counsellor(engine, sampling=Sampling(seed=5), manner=Manner(draws=draws))
    return "".join(piece.text for piece in counsellor.reply(conversation.said(messages[-1]), stop=stop))


def test_of_several_replies_the_one_that_answers_the_feeling_is_said() -> None:
    engine = Script(GLAD_REPLY, SAD_REPLY, GLAD_REPLY)
    assert drawn(engine, 3, SAD) == SAD_REPLY
    assert len({sampling.seed for sampling in engine.samplings}) == len(engine.samplings) == 3
    assert engine.samplings[0].seed == 5


def test_a_reply_that_says_a_sentence_again_comes_after_one_that_does_not() -> None:
    conversation = Conversation().said(SAD).answered(SAD_REPLY).said("বাড়িতে বলতে খুব ভয় লাগছে, খারাপ লাগছে।")
    again = SAD_REPLY.split("। ")[0] + "। খুব খারাপ লাগার কথা।"
    other = "বাড়িতে বলতে ভয় লাগছে, খারাপ লাগারই কথা। এমন ভয় হওয়া স্বাভাবিক।"
    counsellor = Counsellor(Script(again, other), sampling=Sampling(seed=5), manner=Manner(draws=2))
    assert "".join(piece.text for piece in counsellor.reply(conversation)) == other


def test_where_every_reply_rejoices_over_pain_a_kind_sentence_is_said() -> None:
    assert drawn(Script(GLAD_REPLY, GLAD_REPLY), 2, SAD) == load_persona().instead[0]


def test_a_blocked_reply_is_no_candidate() -> None:
    blocked = "শুনে খুব ভালো লাগল।"
    assert drawn(Script(blocked, SAD_REPLY), 2, "পরীক্ষায় ফেল করেছি, খুব কষ্ট হচ্ছে।") == SAD_REPLY
    assert drawn(Script(blocked, blocked), 2, "পরীক্ষায় ফেল করেছি, খুব কষ্ট হচ্ছে।") == load_persona().instead[0]


def test_a_reply_that_is_no_whole_sentence_is_no_candidate() -> None:
    assert drawn(Script("দুঃখ", SAD_REPLY), 2, SAD) == SAD_REPLY


def test_a_short_answer_is_read_with_the_message_before_it() -> None:
    engine = Script(GLAD_REPLY, SAD_REPLY)
    assert drawn(engine, 2, SAD, "হ্যাঁ") == SAD_REPLY


def test_when_it_is_stopped_nothing_more_is_drawn() -> None:
    stop = Event()
    stop.set()
    engine = Script(SAD_REPLY, GLAD_REPLY)
    assert drawn(engine, 4, SAD, stop=stop) == SAD_REPLY
    assert len(engine.samplings) == 1


REVIEWED = Manner(draws=1, reviewed=True)


def test_what_is_told_is_answered_in_reviewed_words_and_asks_no_model() -> None:
    engine = Script()
    counsellor = Counsellor(engine, sampling=Sampling(seed=5), manner=REVIEWED)
    conversation = Conversation().said("amar biral ta mara gechhe")
    (piece,) = counsellor.reply(conversation)
    assert piece.text.startswith("আপনার বিড়ালটা মারা গেছে। ")
    assert (piece.finish, engine.samplings) == ("eot", [])
    assert list(counsellor.reply(conversation)) == [piece]
    other = Counsellor(engine, sampling=Sampling(seed=6), manner=REVIEWED)
    assert {next(iter(one.reply(conversation))).text for one in (counsellor, other)} != {piece.text}


def test_where_nothing_is_told_the_model_speaks() -> None:
    engine = Script("আমি সহায়ক, আপনার কথা শুনি।")
    counsellor = Counsellor(engine, sampling=Sampling(seed=5), manner=REVIEWED)
    assert "".join(piece.text for piece in counsellor.reply(Conversation().said("একটা গল্প শোনান"))) == (
        "আমি সহায়ক, আপনার কথা শুনি।"
    )


def test_a_model_that_reads_feelings_is_asked_for_them(engine: Engine) -> None:
    asked: list[str] = []

    class Reader(Script):
        def response_logprob(self, messages: Sequence[Message], response: str) -> Scored:
            asked.append(messages[-1].content)
            return Scored(1.0, 2, 6)

    manner = Manner(reviewed=True, reads_feelings=True)
    list(Counsellor(Reader(), manner=manner).reply(Conversation().said("চাকরিটা চলে গেল আজ।")))
    assert asked == ["চাকরিটা চলে গেল আজ।"] * 9
