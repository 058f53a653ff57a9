"""The reviewed replies of the corpus are what the model should say: the guard may stop next to none of them."""

from sahayok.safety.feelings import feeling_of, is_hurtful
from sahayok.safety.reply_guard import Blocked, ReplyGuard
from training.cli import DEFAULT_CORPUS
from training.dialogues import load_dialogues


def test_the_guard_stops_next_to_no_reviewed_reply() -> None:
    blocked = total = 0
    for dialogue in load_dialogues(DEFAULT_CORPUS).dialogues:
        said: list[str] = []
        for message in dialogue.conversation:
            if message.role == "user":
                said.append(message.content)
                continue
            total += 1
            guard = ReplyGuard(feeling_of(said))
            try:
                guard.feed(message.content + " ")
                guard.flush()
            except Blocked:
                blocked += 1
    assert blocked <= 0.06 * total, f"{blocked} of {total}"


def test_no_reviewed_reply_is_hurtful() -> None:
    replies = [
        m.content for d in load_dialogues(DEFAULT_CORPUS).dialogues for m in d.conversation if m.role == "assistant"
    ]
    assert [reply for reply in replies if is_hurtful(reply)] == []
