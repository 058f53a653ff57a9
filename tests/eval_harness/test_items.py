from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from eval_harness.items import Item, items_of
from sahayok.conversation import Conversation, Message
from sahayok.persona import load_persona
from training.dialogues import Dialogue

TALK = Conversation().said("ক").answered("খ").said("গ").answered("ঘ")


def items() -> list[Item]:
    return items_of([Dialogue("a-1", "s", "dhaka", "apni", TALK)], load_persona())


def test_every_turn_of_the_counsellor_is_an_item() -> None:
    first, second = items()
    assert (first.id, first.reference, first.conversation) == ("a-1#1", "খ", Conversation(TALK.messages[:1]))
    assert (second.id, second.reference, second.conversation) == ("a-1#2", "ঘ", Conversation(TALK.messages[:3]))
    assert {first.conversation_id, second.conversation_id} == {"a-1"}


def test_the_prompt_is_the_personas() -> None:
    persona = load_persona()
    first, _ = items()
    assert first.prompt == (Message("system", persona.system_prompt), Message("user", "ক"))
    assert first.prompt_sha256 != replace(first, prompt=first.prompt[1:]).prompt_sha256


@given(st.integers(min_value=0), st.text(max_size=20).filter(lambda text: text.isprintable()))
def test_seeds_fit_llama_cpp_and_differ(run_seed: int, name: str) -> None:
    item = replace(items()[0], id=name)
    assert 0 <= item.seed(run_seed) < 2**31
    assert item.seed(run_seed) == item.seed(run_seed)
    assert item.seed(run_seed) != item.seed(run_seed + 1)
    assert item.seed(run_seed) != replace(item, id=name + "x").seed(run_seed)
