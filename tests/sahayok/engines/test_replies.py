"""Many replies from one engine; each test runs on the llama.cpp engine and on the transformers engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event

import pytest

from sahayok.bengali import nfc
from sahayok.conversation import Message
from sahayok.engines.engine import BatchEngine, EngineError, PromptTooLong, Reply, Request, Sampling
from tests.bengali_text import LINES
from tests.sahayok.engines.conftest import Files

Load = Callable[..., BatchEngine]
SYSTEM = Message("system", "আপনি একজন সহৃদয় শ্রোতা।")
GREEDY = Sampling(temperature=0, repeat_penalty=1.0, max_tokens=24)
LIVELY = Sampling(temperature=1.2, top_p=0.95, top_k=0, repeat_penalty=1.1, max_tokens=32)
NOVEL = Request((Message("user", "মন খারাপ " * 2000),), GREEDY)


def requests(sampling: Sampling = GREEDY) -> list[Request]:
    """Prompts of many lengths behind the same system prompt, each with a seed and a length limit of its own."""
    prompts = [(SYSTEM, Message("user", " ".join(LINES[start : start + 1 + start % 4]))) for start in range(9)]
    prompts[4] = (*prompts[4], Message("assistant", "কী হয়েছে?"), Message("user", "জানি না"))
    return [
        Request(prompt, replace(sampling, seed=seed, max_tokens=sampling.max_tokens - seed))
        for seed, prompt in enumerate(prompts)
    ]


def collect(engine: BatchEngine, wanted: list[Request], parallel: int = 4) -> dict[int, Reply]:
    found = list(engine.replies(wanted, parallel=parallel, stop=Event()))
    assert sorted(index for index, _ in found) == list(range(len(wanted)))
    assert all(isinstance(reply, Reply) for _, reply in found)
    return {index: reply for index, reply in sorted(found) if isinstance(reply, Reply)}


def timeless(replies: dict[int, Reply]) -> dict[int, Reply]:
    """The replies without what the clock said."""
    return {
        index: replace(reply, counts=replace(reply.counts, seconds=0.0, seconds_to_first_token=0.0))
        for index, reply in replies.items()
    }


def alone(engine: BatchEngine, request: Request) -> Reply:
    engine.forget()
    pieces = list(engine.stream(request.messages, request.sampling, stop=Event()))
    last = pieces[-1]
    assert last.finish is not None
    assert last.counts is not None
    return Reply("".join(piece.text for piece in pieces), last.finish, last.counts)


def two_of(files: Files, load: Load) -> tuple[BatchEngine, BatchEngine]:
    """The same engine twice. llama.cpp's is told its threads, which it would choose anew at each loading."""
    threads = 1 if files.model.suffix == ".gguf" else None
    return load(files.model, threads=threads), load(files.model, threads=threads)


def test_forgetting_makes_it_as_new(files: Files, load: Load) -> None:
    fresh, used = two_of(files, load)
    *others, request = requests(LIVELY)
    for other in others:
        list(used.stream(other.messages, other.sampling, stop=Event()))
    used.forget()
    assert used.response_logprob(request.messages, "কী হয়েছে?") == fresh.response_logprob(request.messages, "কী হয়েছে?")
    assert timeless({0: alone(used, request)}) == timeless({0: alone(fresh, request)})


def test_one_at_a_time_is_the_stream_from_a_cold_start(engine: BatchEngine) -> None:
    wanted = requests(LIVELY)
    expected = {index: alone(engine, request) for index, request in enumerate(wanted)}
    assert timeless(collect(engine, wanted, parallel=1)) == timeless(expected)


@pytest.mark.parametrize("parallel", [2, 4, 100])
def test_company_does_not_change_a_reply(engine: BatchEngine, parallel: int) -> None:
    wanted = requests()
    texts = [alone(engine, request).text for request in wanted]
    assert len(set(texts)) > 4
    assert [reply.text for reply in collect(engine, wanted, parallel).values()] == texts


def test_long_prompts_are_read_in_company_too(engine: BatchEngine) -> None:
    """Together more than one evaluation holds, and nothing in common at the beginning."""
    wanted = [Request((Message("user", f"{start} {' '.join(LINES[start:] * 3)[:400]}"),), GREEDY) for start in range(5)]
    assert sum(engine.count_tokens(request.messages) for request in wanted) > 512
    assert [reply.text for reply in collect(engine, wanted).values()] == [alone(engine, each).text for each in wanted]


def test_an_adapter_works_in_company_too(files: Files, load: Load) -> None:
    plain, adapted = load(files.model), load(files.model, adapter=files.adapter)
    wanted = requests()
    texts = [reply.text for reply in collect(adapted, wanted).values()]
    assert texts == [alone(adapted, request).text for request in wanted]
    assert texts != [reply.text for reply in collect(plain, wanted).values()]


def test_what_was_asked_before_changes_nothing(files: Files, load: Load) -> None:
    fresh, used = two_of(files, load)
    wanted = requests(LIVELY)
    expected = timeless(collect(fresh, wanted))
    collect(used, wanted[::-1], parallel=3)
    alone(used, wanted[0])
    assert timeless(collect(used, wanted)) == expected
    assert timeless(collect(used, wanted)) == expected


def test_each_reply_ends_for_a_reason_and_counts_its_cost(engine: BatchEngine) -> None:
    wanted = requests(LIVELY)
    for index, reply in collect(engine, wanted).items():
        counts, most = reply.counts, wanted[index].sampling.max_tokens
        assert reply.finish in ("eot", "length")
        assert counts.new_tokens == most if reply.finish == "length" else 0 < counts.new_tokens <= most
        assert counts.prompt_tokens == engine.count_tokens(wanted[index].messages) >= counts.evaluated_tokens > 0
        assert 0 < counts.seconds_to_first_token <= counts.seconds
        assert reply.text == nfc(reply.text)


def test_a_shared_beginning_is_evaluated_once(gguf_files: Files, load: Load) -> None:
    engine = load(gguf_files.model)
    one, other = (Request((SYSTEM, Message("user", text)), GREEDY) for text in ("আমার মন খারাপ", "ঘুম আসে না"))
    first, second = collect(engine, [one, other]).values()
    # What both begin with: the begin of text, the system message, the person's header with the blank line after it.
    assistant = engine.count_tokens(()) - 1
    person = engine.count_tokens((SYSTEM, Message("user", ""))) - engine.count_tokens((SYSTEM,)) - 1
    shared = engine.count_tokens((SYSTEM,)) - assistant + person
    assert first.counts.evaluated_tokens == first.counts.prompt_tokens
    assert second.counts.evaluated_tokens == second.counts.prompt_tokens - shared


def test_a_seed_belongs_to_its_request(engine: BatchEngine) -> None:
    request = Request((SYSTEM, Message("user", LINES[0])), LIVELY)
    # Few tokens, since company changes the last digits of a probability and so, now and then, a token that is drawn.
    seeded = [Request(request.messages, replace(LIVELY, seed=seed, max_tokens=5)) for seed in (1, 2, 3, 4)]
    replies = [reply.text for reply in collect(engine, seeded).values()]
    assert len(set(replies)) == 4
    assert replies == [alone(engine, each).text for each in seeded]


def test_a_prompt_that_does_not_fit_is_answered_so(engine: BatchEngine) -> None:
    for parallel in (1, 4):
        wanted = [*requests()[:2], NOVEL, *requests()[2:4]]
        answers = dict(engine.replies(wanted, parallel=parallel, stop=Event()))
        refusal = answers.pop(2)
        assert isinstance(refusal, PromptTooLong)
        assert refusal.tokens == engine.count_tokens(NOVEL.messages) > refusal.limit
        assert sorted(answers) == [0, 1, 3, 4]
        assert all(isinstance(reply, Reply) for reply in answers.values())


@pytest.mark.parametrize("parallel", [1, 4])
def test_nothing_wanted_and_nothing_that_fits(engine: BatchEngine, parallel: int) -> None:
    assert list(engine.replies([], parallel=parallel, stop=Event())) == []
    ((index, answer),) = engine.replies([NOVEL], parallel=parallel, stop=Event())
    assert (index, type(answer)) == (0, PromptTooLong)


def test_none_at_once_is_refused(engine: BatchEngine) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        list(engine.replies(requests(), parallel=0, stop=Event()))


@pytest.mark.parametrize("parallel", [1, 4])
def test_stopped_before_it_begins(engine: BatchEngine, parallel: int) -> None:
    stop = Event()
    stop.set()
    assert list(engine.replies([*requests(), NOVEL], parallel=parallel, stop=stop)) == []


def test_a_stop_ends_what_was_begun_and_begins_nothing(engine: BatchEngine) -> None:
    stop = Event()
    endless = Sampling(temperature=1.5, seed=2, max_tokens=300)
    brief = Request((SYSTEM, Message("user", " ".join(LINES[:3]))), replace(GREEDY, max_tokens=2))
    long = [Request((SYSTEM, Message("user", line)), endless) for line in LINES[1:8]]
    replies = engine.replies([brief, *long], parallel=4, stop=stop)
    index, reply = next(replies)
    assert (index, isinstance(reply, Reply) and reply.counts.new_tokens) == (0, 2)
    stop.set()
    rest = dict(replies)
    assert len(rest) == 3
    for reply in rest.values():
        assert isinstance(reply, Reply)
        assert reply.finish == "stopped"
        assert reply.counts.new_tokens <= 3
    assert alone(engine, brief).finish == "length"


class StopAfter(Event):
    """Is set once it was looked at so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._looks = looks

    def is_set(self) -> bool:
        self._looks -= 1
        return self._looks < 0


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_stop_at_any_moment_leaves_the_engine_usable(engine: BatchEngine, parallel: int) -> None:
    wanted = requests()[:5]
    expected = timeless(collect(engine, wanted, parallel))
    for looks in (5, 6, 7, 8, 12, 20, 60, 200):  # before a prompt is read, while it is, and in the midst of the replies
        for index, reply in engine.replies(wanted, parallel=parallel, stop=StopAfter(looks)):
            assert isinstance(reply, Reply)
            assert reply.finish == "stopped" or reply.text == expected[index].text
            assert reply.finish in ("stopped", expected[index].finish)
            assert reply.counts.new_tokens <= expected[index].counts.new_tokens
    assert timeless(collect(engine, wanted, parallel)) == expected


def test_the_engine_may_be_used_between_two_replies(engine: BatchEngine) -> None:
    wanted = requests(LIVELY)
    expected = timeless(collect(engine, wanted))
    score = engine.response_logprob(wanted[0].messages, "কী হয়েছে?").nats
    found = {}
    for index, reply in engine.replies(wanted, parallel=4, stop=Event()):
        assert isinstance(reply, Reply)
        found[index] = reply
        assert engine.response_logprob(wanted[0].messages, "কী হয়েছে?").nats == pytest.approx(score, rel=1e-3)
    assert timeless(found) == expected


def test_replies_left_half_way_leave_the_engine_usable(engine: BatchEngine) -> None:
    wanted = requests()
    expected = timeless(collect(engine, wanted))
    left = engine.replies(wanted, parallel=4, stop=Event())
    next(left)
    left.close()  # type: ignore[attr-defined] - it is a generator
    assert timeless(collect(engine, wanted)) == expected


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_second_call_ends_the_first(engine: BatchEngine, parallel: int) -> None:
    first = engine.replies(requests(), parallel=parallel, stop=Event())
    next(first)
    collect(engine, requests())
    with pytest.raises(EngineError, match="before all of these came"):
        next(first)


@pytest.mark.parametrize("parallel", [1, 4])
def test_closing_ends_the_replies_under_way(engine: BatchEngine, parallel: int) -> None:
    replies = engine.replies(requests(), parallel=parallel, stop=Event())
    next(replies)
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        next(replies)


def test_too_many_for_the_memory(gguf_files: Files, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    import sahayok.engines.gguf_model

    engine = load(gguf_files.model)
    # Keys and values in float16 of 2 layers with 2 heads of 64: 1024 bytes a token, and 512 tokens a reply.
    monkeypatch.setattr(sahayok.engines.gguf_model, "available_memory", lambda: 3 * 512 * 1024 + 1000)
    wanted = [replace(request, sampling=replace(GREEDY, max_tokens=10_000)) for request in requests()]
    with pytest.raises(EngineError) as error:
        list(engine.replies(wanted, parallel=8, stop=Event()))
    assert str(error.value) == "not enough memory for 8 replies at once: ask for 3 at once"
    assert len(collect(engine, wanted[:3], parallel=3)) == 3


def test_too_many_for_the_memory_of_a_gpu(folder_files: Files, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    engine = load(folder_files.model)
    forward = torch.nn.Embedding.forward

    def small(self: torch.nn.Embedding, tokens: torch.Tensor) -> torch.Tensor:
        if len(tokens) > 4:
            raise torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate 2.00 GiB.")
        return forward(self, tokens)

    monkeypatch.setattr(torch.nn.Embedding, "forward", small)
    with pytest.raises(EngineError) as error:
        list(engine.replies(requests(), parallel=8, stop=Event()))
    assert str(error.value) == "not enough memory for 8 replies at once: ask for 4 at once"
    assert len(collect(engine, requests(), parallel=4)) == len(requests())
