from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eval_harness.items import Item, Turn, items_of, prompt_sha256, reply_seed
from sahayok.conversation import Conversation, Message
from training.dialogues import Dialogue

TALK = Conversation().said("ক").answered("খ").said("গ").answered("ঘ")


def test_every_turn_of_the_counsellor_is_an_item() -> None:
    first, second = items_of([Dialogue("a-1", "s", "dhaka", "", TALK)])
    slices = {"situation": "s", "region": "dhaka"}
    assert first == Item("a-1#1", "a-1", (), (Turn("ক", "খ"),), slices)
    assert second == Item("a-1#2", "a-1", TALK.messages[:2], (Turn("গ", "ঘ"),), slices)
    assert (first.turn_id(0), second.turn_id(0)) == ("a-1#1", "a-1#2")
    assert (first.turn_slices(0)["turn"], second.turn_slices(0)["turn"]) == ("01", "02")


def test_an_item_of_several_turns_numbers_them() -> None:
    item = Item("m", "m", (), tuple(Turn(f"কথা {n}") for n in range(12)))
    assert [item.turn_id(turn) for turn in (0, 11)] == ["m#1", "m#12"]
    assert [item.turn_slices(turn)["turn"] for turn in (0, 11)] == ["01", "12"]


def test_the_prompts_hash_covers_every_message() -> None:
    prompt = [Message("system", "ক"), Message("user", "খ")]
    assert prompt_sha256(prompt) != prompt_sha256(prompt[1:])
    assert prompt_sha256(prompt) != prompt_sha256([Message("system", "খ"), Message("user", "ক")])


@given(st.integers(min_value=0), st.text(max_size=20).filter(str.isprintable), st.integers(0, 50))
def test_seeds_fit_llama_cpp_and_differ(run_seed: int, name: str, repeat: int) -> None:
    seed = reply_seed(run_seed, name, repeat)
    assert 0 <= seed < 2**31
    assert seed == reply_seed(run_seed, name, repeat)
    others = [(run_seed + 1, name, repeat), (run_seed, name + "x", repeat), (run_seed, name, repeat + 1)]
    assert seed not in {reply_seed(*other) for other in others}
