from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from eval_harness.errors import EvalError
from eval_harness.items import Item, Turn, items_of, prompt_sha256, reply_seed
from eval_harness.records import Header, Record, RecordWriter, Skipped, read_record_file
from eval_harness.reply_cache import ReplyCache
from eval_harness.run import TOO_LONG, run
from sahayok.conversation import Conversation, Message
from sahayok.engines.engine import (
    Counts,
    EngineError,
    Piece,
    PromptTooLong,
    Reply,
    Request,
    Sampling,
    Scored,
)
from tests.eval_harness.made import a_header, a_record, write_records
from training.dialogues import Dialogue


class FakeEngine:
    """Says what it was asked, by which seed and who else was in the batch: a resumed run must ask the same batches.

    Like a real one it remembers the last prompt, and its likelihoods then differ."""

    context_tokens = 120

    def __init__(self, fails_at: int | None = None, nats: float = 7.5) -> None:
        self.warm = self.closed = False
        self.spoken, self.scored = 0, 0
        self.fails_at, self.nats = fails_at, nats

    def replies(
        self, requests: Sequence[Request], *, parallel: int, stop: Event
    ) -> Iterator[tuple[int, Reply | PromptTooLong]]:
        self.warm = True
        for index in reversed(range(len(requests))):  # whatever is finished first comes first
            last = requests[index].messages[-1].content
            if "দীর্ঘ" in last:
                yield index, PromptTooLong(900, 512)
                continue
            self.spoken += 1
            if self.spoken == self.fails_at:
                raise EngineError("the machine fell asleep")
            text = f"{last} {requests[index].sampling.seed} {len(requests)} {parallel}"
            yield index, Reply(text, "eot", Counts(9, 9, 3, 1.0, 0.5))

    def response_logprob(self, messages: Sequence[Message], response: str) -> Scored:
        self.scored += 1
        if "দীর্ঘ" in messages[-1].content:
            raise PromptTooLong(900, 512)
        warm, self.warm = self.warm, True
        return Scored(self.nats + warm, 4, len(response.encode()))

    def forget(self) -> None:
        self.warm = False

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, stop: Event) -> Iterator[Piece]:
        raise AssertionError("a run asks for whole replies")

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return 10 * len(messages)

    def close(self) -> None:
        self.closed = True


def items(count: int = 5) -> list[Item]:
    return items_of(
        Dialogue(f"d-{n}", "s", "", "", Conversation().said(f"{'দীর্ঘ' if n == 2 else 'কথা'} {n}").answered(f"উত্তর {n}"))
        for n in range(count)
    )


def header(items: int = 5, repeats: int = 1, **changes: Any) -> Header:
    return a_header(**{"items": items, "repeats": repeats, "replies": items * repeats} | changes)


def entries(path: Path) -> dict[tuple[str, int], Record | Skipped]:
    return {(entry.id, entry.repeat): entry for entry in read_record_file(path).entries}


def test_an_item_becomes_a_record(tmp_path: Path) -> None:
    run(header(1), items(1), tmp_path / "r.jsonl", FakeEngine)
    prompt = [Message("system", header().system_prompt), Message("user", "কথা 0")]
    assert read_record_file(tmp_path / "r.jsonl").entries == [
        Record(
            id="d-0#1",
            conversation_id="d-0",
            slices={"situation": "s", "turn": "01"},
            prompt_sha256=prompt_sha256(prompt),
            messages=(Message("user", "কথা 0"),),
            reference="উত্তর 0",
            reply=f"কথা 0 {reply_seed(1, 'd-0#1', 0)} 1 1",
            finish="eot",
            counts=Counts(9, 9, 3, 1.0, 0.5),
            likelihood=Scored(7.5, 4, len("উত্তর 0".encode())),
        )
    ]


@pytest.mark.parametrize("parallel", [1, 2])
def test_a_run_writes_every_item(tmp_path: Path, parallel: int) -> None:
    engine = FakeEngine()
    run(header(parallel=parallel), items(), tmp_path / "r.jsonl", lambda: engine)
    file = read_record_file(tmp_path / "r.jsonl")
    assert file.header == header(parallel=parallel)
    assert {entry.id for entry in file.entries} == {f"d-{n}#1" for n in range(5)}
    assert [entry for entry in file.entries if isinstance(entry, Skipped)] == [Skipped("d-2#1", TOO_LONG)]
    nats = [entry.likelihood for entry in file.entries if isinstance(entry, Record)]
    assert nats == [Scored(7.5, 4, len("উত্তর 0".encode()))] * 4  # each scored by an engine that had forgotten
    assert engine.closed


def test_repeats_ask_again_by_another_seed_and_score_once(tmp_path: Path) -> None:
    engine = FakeEngine()
    run(header(2, repeats=3), items(2), tmp_path / "r.jsonl", lambda: engine)
    found = entries(tmp_path / "r.jsonl")
    assert sorted(found) == [(f"d-{n}#1", repeat) for n in range(2) for repeat in range(3)]
    replies = {entry.reply for entry in found.values() if isinstance(entry, Record)}
    assert len(replies) == 6
    assert engine.scored == 2
    assert all(
        (entry.likelihood is None) == (entry.repeat > 0) for entry in found.values() if isinstance(entry, Record)
    )


def test_the_models_own_replies_stand_between_the_turns(tmp_path: Path) -> None:
    item = Item("m", "m", (), (Turn("এক"), Turn("দুই", expected=("এক",)), Turn("তিন")))
    run(header(1, replies=3), [item], tmp_path / "r.jsonl", FakeEngine)
    first, second, third = read_record_file(tmp_path / "r.jsonl").entries
    assert isinstance(first, Record) and isinstance(second, Record) and isinstance(third, Record)
    assert [message.content for message in third.messages] == ["এক", first.reply, "দুই", second.reply, "তিন"]
    assert (first.expected, second.expected) == ((), ("এক",))
    assert [entry.slices["turn"] for entry in (first, second, third)] == ["01", "02", "03"]


def test_of_a_long_conversation_the_model_sees_what_the_chat_would_show(tmp_path: Path) -> None:
    item = Item("m", "m", (), tuple(Turn(f"কথা {n}") for n in range(6)))
    of_run = header(1, replies=6, sampling=Sampling(seed=1, max_tokens=40))
    run(of_run, [item], tmp_path / "r.jsonl", FakeEngine)  # 120 tokens hold 7 messages, the system prompt and a reply
    records = [entry for entry in read_record_file(tmp_path / "r.jsonl").entries if isinstance(entry, Record)]
    assert [len(record.messages) for record in records] == [1, 3, 5, 7, 9, 11]
    assert [record.unseen for record in records] == [0, 0, 0, 0, 8, 8]
    system = Message("system", of_run.system_prompt)
    assert records[-1].prompt_sha256 == prompt_sha256([system, *records[-1].messages[8:]])


def test_a_conversation_that_no_longer_fits_is_over(tmp_path: Path) -> None:
    item = Item("m", "m", (), (Turn("এক"), Turn("দীর্ঘ"), Turn("তিন")))
    run(header(1, replies=3), [item], tmp_path / "r.jsonl", FakeEngine)
    assert [entry.id for entry in read_record_file(tmp_path / "r.jsonl").entries] == ["m#1", "m#2", "m#3"]
    assert read_record_file(tmp_path / "r.jsonl").entries[1:] == [Skipped("m#2", TOO_LONG), Skipped("m#3", TOO_LONG)]


@pytest.mark.parametrize("fails_at", [1, 2, 4])
@pytest.mark.parametrize("parallel", [1, 3])
@pytest.mark.parametrize("tail", [b"", b'{"id": "d-'])
def test_it_goes_on_where_it_stopped(
    tmp_path: Path, fails_at: int, parallel: int, tail: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, broken, of_run = tmp_path / "whole.jsonl", tmp_path / "broken.jsonl", header(parallel=parallel)
    run(of_run, items(), whole, FakeEngine)
    failing = FakeEngine(fails_at)
    with pytest.raises(EngineError, match="asleep"):
        run(of_run, items(), broken, lambda: failing)
    assert failing.closed
    written = len(read_record_file(broken).entries)
    with broken.open("ab") as file:
        file.write(tail)
    capsys.readouterr()
    run(of_run, items(), broken, FakeEngine)
    assert entries(broken) == entries(whole)
    said = capsys.readouterr().err
    assert ("dropped 1 line of 10 bytes" in said) == bool(tail)
    assert (f"going on after {written} of 5 replies" in said) == (written > 0)


def test_a_finished_run_loads_no_engine(tmp_path: Path) -> None:
    run(header(), items(), tmp_path / "r.jsonl", FakeEngine)
    before = (tmp_path / "r.jsonl").read_bytes()
    run(header(), items(), tmp_path / "r.jsonl", lambda: pytest.fail("loaded"))
    assert (tmp_path / "r.jsonl").read_bytes() == before


def test_what_was_answered_before_is_not_computed_again(tmp_path: Path) -> None:
    of_run, first, second = header(4, parallel=2), FakeEngine(), FakeEngine()
    asked = [item for item in items() if item.id != "d-2#1"]
    with ReplyCache(tmp_path / "cache.sqlite3", of_run) as cache:
        run(of_run, asked, tmp_path / "a.jsonl", lambda: first, cache)
        run(of_run, asked, tmp_path / "b.jsonl", lambda: second, cache)
    assert (first.spoken, first.scored) == (4, 4)
    assert (second.spoken, second.scored) == (0, 0)
    for key, entry in entries(tmp_path / "a.jsonl").items():
        again = entries(tmp_path / "b.jsonl")[key]
        assert isinstance(entry, Record) and isinstance(again, Record)
        assert (entry.cached, again.cached) == (False, True)
        assert (again.reply, again.finish, again.likelihood) == (entry.reply, entry.finish, entry.likelihood)


def test_a_round_is_taken_over_whole_or_not_at_all(tmp_path: Path) -> None:
    """A batch from which some are missing would give the others other words."""
    asked = [item for item in items() if item.id != "d-2#1"]
    plain = tmp_path / "plain.jsonl"
    run(header(4, parallel=2), asked, plain, FakeEngine)
    with ReplyCache(tmp_path / "cache.sqlite3", header(2, parallel=2)) as cache:
        run(header(2, parallel=2), asked[:2], tmp_path / "two.jsonl", FakeEngine, cache)
        run(header(4, parallel=2), asked, tmp_path / "four.jsonl", FakeEngine, cache)
    assert entries(tmp_path / "four.jsonl") == entries(plain)


def test_a_reply_of_another_round_is_not_taken_over(tmp_path: Path) -> None:
    """It was generated beside others, so its words are not those that this round gives."""
    asked = [item for item in items() if item.id != "d-2#1"]
    plain = tmp_path / "plain.jsonl"
    run(header(2, parallel=2), asked[:2], plain, FakeEngine)
    with ReplyCache(tmp_path / "cache.sqlite3", header(2, parallel=2)) as cache:
        run(header(4, parallel=2), asked, tmp_path / "four.jsonl", FakeEngine, cache)
        run(header(2, parallel=2), asked[:2], tmp_path / "two.jsonl", FakeEngine, cache)
    assert entries(tmp_path / "two.jsonl") == entries(plain)


@pytest.mark.parametrize("parallel", [1, 2])
@pytest.mark.parametrize("lines", [1, 2, 3])
def test_a_reply_that_could_not_be_written_is_not_an_earlier_runs(
    tmp_path: Path, parallel: int, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_run, path = header(4, parallel=parallel), tmp_path / "r.jsonl"
    asked = [item for item in items() if item.id != "d-2#1"]
    run(of_run, asked, tmp_path / "plain.jsonl", FakeEngine)
    written: list[object] = []

    class FullDisk(RecordWriter):
        def write(self, entry: Header | Record | Skipped) -> None:
            if len(written) > lines:
                raise OSError(28, "No space left on device")
            written.append(entry)
            super().write(entry)

    with ReplyCache(tmp_path / "cache.sqlite3", of_run) as cache:
        with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
            patch.setattr("eval_harness.run.RecordWriter", FullDisk)
            run(of_run, asked, path, FakeEngine, cache)
        run(of_run, asked, path, FakeEngine, cache)
    assert entries(path) == entries(tmp_path / "plain.jsonl")


@pytest.mark.parametrize(
    "other",
    [
        {"model_sha256": "ff" * 32},
        {"adapter": "lora"},
        {"corpus_sha256": "ff" * 32},
        {"split": "validation"},
        {"suite": "long"},
        {"items": 4},
        {"parallel": 3},
        {"sampling": Sampling(seed=2)},
        {"system_prompt": "অন্য কেউ"},
        {"versions": {"python": "3.99"}},
    ],
)
def test_records_of_another_run_are_refused(tmp_path: Path, other: dict[str, Any]) -> None:
    path = write_records(tmp_path / "r.jsonl", a_header(**{"items": 5, "replies": 5} | other), [])
    before = path.read_bytes()
    with pytest.raises(EvalError, match=f"of another run: its {next(iter(other))} is"):
        run(header(), items(), path, FakeEngine)
    assert path.read_bytes() == before


@pytest.mark.parametrize("foreign", [a_record(id="z-1#1"), Skipped("z-1#1", TOO_LONG), Skipped("d-1#1", TOO_LONG, 1)])
def test_records_of_other_items_are_refused(tmp_path: Path, foreign: Record | Skipped) -> None:
    path = write_records(tmp_path / "r.jsonl", header(), [foreign])
    with pytest.raises(EvalError, match=f"holds the item '{foreign.id}', which is not of this run"):
        run(header(), items(), path, FakeEngine)


def test_a_header_that_was_cut_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    for length in (0, 1, 200):
        path.write_bytes(header().to_line()[:length])
        run(header(), items(), path, FakeEngine)
        assert len(read_record_file(path).entries) == 5


def test_someone_elses_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    for content in ("Dear mother", "Dear mother,\nI am well.\n"):
        path.write_text(content)
        with pytest.raises(EvalError):
            run(header(), items(), path, FakeEngine)
        assert path.read_text() == content


def test_a_damaged_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="probabilities are no numbers"):
        run(header(), items(), tmp_path / "r.jsonl", lambda: FakeEngine(nats=float("nan")))
