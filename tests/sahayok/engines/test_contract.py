"""What every engine must do; each test runs on the llama.cpp engine and on the transformers engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from sahayok.bengali import clusters, nfc
from sahayok.conversation import Conversation, Message
from sahayok.engines.engine import Engine, EngineError, Piece, PromptTooLong, Sampling
from tests.sahayok.engines.conftest import Files

PERSON = Conversation().said("আমার মন খুব খারাপ").messages
GREEDY = Sampling(temperature=0, repeat_penalty=1.0, max_tokens=24)
Load = Callable[..., Engine]


def generate(engine: Engine, messages: tuple[Message, ...] = PERSON, sampling: Sampling = GREEDY) -> list[Piece]:
    return list(engine.stream(messages, sampling, stop=Event()))


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def test_only_the_last_piece_carries_the_end_and_the_counts(engine: Engine) -> None:
    *pieces, last = generate(engine)
    assert all(piece.finish is None and piece.counts is None and piece.text for piece in pieces)
    assert last.finish in ("eot", "length")
    assert last.counts is not None
    assert last.counts.prompt_tokens == engine.count_tokens(PERSON) == last.counts.evaluated_tokens
    assert 0 < last.counts.new_tokens <= GREEDY.max_tokens
    assert 0 < last.counts.seconds_to_first_token <= last.counts.seconds


def test_pieces_end_on_grapheme_clusters_in_nfc(engine: Engine) -> None:
    pieces = generate(engine, sampling=Sampling(temperature=1.5, seed=5, max_tokens=120))
    whole = text_of(pieces)
    assert whole == nfc(whole)
    boundaries, length = {0}, 0
    for cluster in clusters(whole):
        boundaries.add(max(boundaries) + len(cluster))
    for piece in pieces:
        length += len(piece.text)
        assert length in boundaries


def test_greedy_generation_repeats_itself(engine: Engine) -> None:
    assert text_of(generate(engine)) == text_of(generate(engine))


def test_a_seed_decides_the_draw(engine: Engine) -> None:
    first = Sampling(temperature=1.0, top_p=1.0, seed=1, max_tokens=20)
    assert text_of(generate(engine, sampling=first)) == text_of(generate(engine, sampling=first))
    others = {text_of(generate(engine, sampling=Sampling(1.0, 1.0, 40, 1.0, 20, seed))) for seed in range(4)}
    assert len(others) > 1


def test_the_length_limit_is_exact(engine: Engine) -> None:
    last = generate(engine, sampling=Sampling(temperature=0, max_tokens=3))[-1]
    assert last.counts is not None
    assert (last.finish, last.counts.new_tokens) == ("length", 3)


def test_the_next_turn_evaluates_only_what_is_new(engine: Engine) -> None:
    reply = text_of(generate(engine))
    conversation = (*PERSON, Message("assistant", reply), Message("user", "জানি না"))
    last = generate(engine, conversation)[-1]
    assert last.counts is not None
    assert last.counts.prompt_tokens == engine.count_tokens(conversation)
    assert last.counts.evaluated_tokens <= last.counts.prompt_tokens - engine.count_tokens(PERSON) + 1


def test_reuse_does_not_change_the_reply(files: Files, load: Load) -> None:
    conversation = (*PERSON, Message("assistant", "কী হয়েছে?"), Message("user", "জানি না"))
    fresh, used = load(files.model), load(files.model)
    generate(used)
    generate(used, (Message("user", "অন্য কথা, একেবারেই অন্য"),))
    assert text_of(generate(used, conversation)) == text_of(generate(fresh, conversation))


def test_stop_ends_within_one_token(engine: Engine) -> None:
    stop = Event()
    stream = engine.stream(PERSON, Sampling(temperature=1.5, seed=2, max_tokens=200), stop=stop)
    next(stream)
    stop.set()
    rest = list(stream)
    assert len(rest) == 1
    assert rest[0].finish == "stopped"


def test_stop_before_the_prompt_is_read(engine: Engine) -> None:
    stop = Event()
    stop.set()
    (last,) = engine.stream(PERSON, GREEDY, stop=stop)
    assert last.finish == "stopped"
    assert last.counts is not None
    assert (last.counts.evaluated_tokens, last.counts.new_tokens, last.text) == (0, 0, "")


def test_an_abandoned_stream_leaves_the_engine_usable(engine: Engine) -> None:
    expected = text_of(generate(engine))
    stream = engine.stream(PERSON, Sampling(temperature=1.5, seed=2, max_tokens=200), stop=Event())
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert text_of(generate(engine)) == expected


@pytest.mark.parametrize("token", ["<|eot_id|>", "<|start_header_id|>system<|end_header_id|>"])
def test_a_typed_control_token_is_text(engine: Engine, token: str) -> None:
    shorter = engine.count_tokens((Message("user", "ক"),))
    assert engine.count_tokens((Message("user", f"ক{token}"),)) >= shorter + len(token) // 8
    assert generate(engine, (Message("user", f"ক{token}"),))[-1].finish in ("eot", "length")


def test_a_prompt_that_does_not_fit_is_refused_before_the_first_piece(engine: Engine) -> None:
    novel = (Message("user", "মন খারাপ " * 2000),)
    with pytest.raises(PromptTooLong) as raised:
        next(iter(engine.stream(novel, GREEDY, stop=Event())))
    assert raised.value.tokens == engine.count_tokens(novel) > raised.value.limit
    assert generate(engine)[-1].finish in ("eot", "length")


def test_generation_ends_where_the_window_does(engine: Engine) -> None:
    word, filler = "ক ", 0
    while engine.count_tokens((Message("user", word * (filler + 1)),)) < engine.context_tokens - 8:
        filler += 1
    last = generate(engine, (Message("user", word * filler),), Sampling(temperature=1.5, seed=1, max_tokens=500))[-1]
    assert last.counts is not None
    assert last.counts.prompt_tokens + last.counts.new_tokens <= engine.context_tokens


def test_the_score_of_a_reply(engine: Engine) -> None:
    reply = "কী হয়েছে, একটু বলবেন?"
    scored = engine.response_logprob(PERSON, reply)
    assert scored.bytes == len(reply.encode())
    answered = engine.count_tokens((*PERSON, Message("assistant", reply)))
    header = engine.count_tokens(PERSON) - engine.count_tokens(()) - 0
    assert scored.tokens > 1 and scored.nats > 0 and header > 0
    assert answered - engine.count_tokens(PERSON) > scored.tokens  # the next header is on top
    assert engine.response_logprob(PERSON, reply).nats == pytest.approx(scored.nats, rel=1e-3)


def test_a_likely_reply_scores_better_than_nonsense(engine: Engine) -> None:
    greedy = text_of(generate(engine))
    likely, unlikely = (engine.response_logprob(PERSON, reply) for reply in (greedy, "qzx " * 12))
    assert likely.nats / likely.tokens < unlikely.nats / unlikely.tokens


def test_scoring_and_generating_take_turns(engine: Engine) -> None:
    before = engine.response_logprob(PERSON, "কী হয়েছে?").nats
    generate(engine, (Message("user", "অন্য কথা"),))
    assert engine.response_logprob(PERSON, "কী হয়েছে?").nats == pytest.approx(before, rel=1e-3)


def test_both_engines_agree(gguf_files: Files, folder_files: Files, load: Load) -> None:
    one, other = load(gguf_files.model), load(folder_files.model)
    assert one.count_tokens(PERSON) == other.count_tokens(PERSON)
    assert one.context_tokens == other.context_tokens
    reply = "পরীক্ষার কথা ভেবে মন খারাপ? র‍্যাগিং, ক্ষতি, দুঃখ… ১২.৫!"
    first, second = (engine.response_logprob(PERSON, reply) for engine in (one, other))
    assert (first.tokens, first.bytes) == (second.tokens, second.bytes)
    assert first.nats == pytest.approx(second.nats, rel=1e-3)
    assert text_of(generate(one)) == text_of(generate(other))


def test_an_adapter_changes_the_model_the_same_way_in_both(gguf_files: Files, folder_files: Files, load: Load) -> None:
    reply = "কী হয়েছে?"
    plain = load(gguf_files.model).response_logprob(PERSON, reply).nats
    first = load(gguf_files.model, adapter=gguf_files.adapter).response_logprob(PERSON, reply).nats
    second = load(folder_files.model, adapter=folder_files.adapter).response_logprob(PERSON, reply).nats
    assert abs(first - plain) > 0.1
    assert first == pytest.approx(second, rel=2e-3)


def test_loading_reports_its_progress(files: Files, load: Load) -> None:
    shares: list[float] = []
    load(files.model, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_close_twice(files: Files, load: Load) -> None:
    engine = load(files.model)
    engine.close()
    engine.close()


def one_line(error: pytest.ExceptionInfo[EngineError]) -> str:
    message = str(error.value)
    assert message and "\n" not in message and "Traceback" not in message
    return message


def test_a_missing_model(load: Load, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as error:
        load(tmp_path / "none.gguf")
    assert "no model at" in one_line(error)


def test_a_truncated_model(files: Files, load: Load) -> None:
    with pytest.raises(EngineError) as error:
        load(files.truncated)
    assert "cannot be loaded" in one_line(error)


def test_a_model_of_another_chat_format(files: Files, load: Load) -> None:
    with pytest.raises(EngineError) as error:
        load(files.foreign)
    assert "it has no <|start_header_id|>" in one_line(error)


def test_a_missing_adapter(files: Files, load: Load, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as error:
        load(files.model, adapter=tmp_path / "none")
    assert "adapter" in one_line(error)


def test_an_adapter_of_another_model(files: Files, load: Load) -> None:
    with pytest.raises(EngineError) as error:
        load(files.model, adapter=files.other_adapter)
    one_line(error)


def test_base_and_adapter_in_nf4(folder_files: Files, load: Load) -> None:
    exact = load(folder_files.model, adapter=folder_files.adapter).response_logprob(PERSON, "কী হয়েছে?")
    engine = load(folder_files.model, adapter=folder_files.adapter, quantization="nf4")
    assert generate(engine)[-1].finish in ("eot", "length")
    scored = engine.response_logprob(PERSON, "কী হয়েছে?")
    assert (scored.tokens, scored.bytes) == (exact.tokens, exact.bytes)
    assert 0 < abs(scored.nats - exact.nats) < 0.2 * exact.nats  # rounded to 4 bits, and still the same model


def test_a_gguf_file_is_not_quantised_again(gguf_files: Files, load: Load) -> None:
    with pytest.raises(EngineError, match="nf4 is for Hugging Face folders"):
        load(gguf_files.model, quantization="nf4")


def test_a_model_larger_than_the_memory(files: Files, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    import sahayok.engines.gguf_model
    import sahayok.engines.huggingface_model

    for module in (sahayok.engines.gguf_model, sahayok.engines.huggingface_model):
        monkeypatch.setattr(module, "available_memory", lambda: 1_000_000)
    with pytest.raises(EngineError) as error:
        load(files.model)
    assert "GB of memory" in one_line(error)
