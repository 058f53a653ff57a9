from sahayok.bengali import bengali_share, nfc
from sahayok.conversation import Conversation
from sahayok.persona import load_persona


def test_the_prompt_begins_with_the_system_prompt() -> None:
    persona = load_persona()
    messages = persona.prompt(Conversation().said("ক"))
    assert [message.role for message in messages] == ["system", "user"]
    assert messages[0].content == persona.system_prompt


def test_the_system_prompt_is_normal_bengali() -> None:
    text = load_persona().system_prompt
    assert text == nfc(text).strip()
    assert bengali_share(text) == 1.0
    assert not any(character.isdigit() for character in text)


def test_the_sampling_defaults_are_usable() -> None:
    sampling = load_persona().sampling
    assert 0 < sampling.temperature <= 1 and 0 < sampling.top_p <= 1
    assert sampling.top_k > 0 and sampling.repeat_penalty >= 1 and sampling.max_tokens > 0
    assert sampling.seed is None
