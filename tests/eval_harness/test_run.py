from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from eval_harness.errors import EvalError
from eval_harness.items import Item, items_of
from eval_harness.records import Record, Skipped, read_records
from eval_harness.run import evaluate, run
from sahayok.conversation import Conversation, Message
from sahayok.engines.engine import Counts, EngineError, Piece, PromptTooLong, Sampling, Scored
from sahayok.persona import load_persona
from tests.eval_harness.made import a_header, a_record, write_records
from training.dialogues import Dialogue


class FakeEngine:
    """Says what it was asked and by which seed. Like a real one it remembers its last prompt, and says so too."""

    context_tokens = 100

    def __init__(self, fails_at: int | None = None, nats: float = 7.5) -> None:
        self.last: Sequence[Message] = ()
        self.calls = 0
        self.closed = False
        self.fails_at, self.nats = fails_at, nats

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, stop: Event) -> Iterator[Piece]:
        self.calls += 1
        if self.calls == self.fails_at:
            raise EngineError("the machine fell asleep")
        self._check_length(messages)
        warm = self.last[:1] == messages[:1]
        self.last = tuple(messages)
        yield Piece(f"{messages[-1].content} ")
        yield Piece(f"{sampling.seed} {warm}", "eot", Counts(9, 9, 3, 1.0, 0.5))

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(messages)

    def response_logprob(self, messages: Sequence[Message], response: str) -> Scored:
        self._check_length(messages)
        self.last = tuple(messages)
        return Scored(self.nats, 4, len(response.encode()))

    def _check_length(self, messages: Sequence[Message]) -> None:
        if "দীর্ঘ" in messages[-1].content:
            raise PromptTooLong(900, 512)

    def close(self) -> None:
        self.closed = True


def items(count: int = 5) -> list[Item]:
    dialogues = [
        Dialogue(f"d-{n}", "s", "", "", Conversation().said(f"{'দীর্ঘ' if n == 2 else 'কথা'} {n}").answered(f"উত্তর {n}"))
        for n in range(count)
    ]
    return items_of(dialogues, load_persona())


HEADER = a_header(items=5)


def test_an_item_becomes_a_record() -> None:
    item = items()[0]
    assert evaluate(FakeEngine(), item, HEADER.sampling) == Record(
        id="d-0#1",
        conversation_id="d-0",
        situation="s",
        prompt_sha256=item.prompt_sha256,
        messages=(Message("user", "কথা 0"),),
        reference="উত্তর 0",
        reply=f"কথা 0 {item.seed(1)} False",
        finish="eot",
        counts=Counts(9, 9, 3, 1.0, 0.5),
        reference_nats=7.5,
        reference_tokens=4,
        reference_bytes=len("উত্তর 0".encode()),
    )


def test_a_record_depends_on_nothing_that_was_run_before() -> None:
    engine = FakeEngine()
    after_others = [evaluate(engine, item, HEADER.sampling) for item in items()][-1]
    assert after_others == evaluate(FakeEngine(), items()[-1], HEADER.sampling)


def test_a_run_writes_header_and_items_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = FakeEngine()
    run(HEADER, items(), tmp_path / "r.jsonl", lambda: engine)
    file = read_records(tmp_path / "r.jsonl")
    assert file.header == HEADER
    assert [entry.id for entry in file.entries] == [item.id for item in items()]
    assert file.skipped == [Skipped("d-2#1", "900 tokens where 512 fit")]
    assert engine.closed
    progress = capsys.readouterr().err.splitlines()
    assert len(progress) == 5
    assert progress[2].startswith("3/5  d-2#1  skipped, 900 tokens")


@pytest.mark.parametrize("fails_at", [1, 2, 4, 5])
@pytest.mark.parametrize("tail", [b"", b'{"id": "d-'])
def test_it_goes_on_where_it_stopped(
    tmp_path: Path, fails_at: int, tail: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, broken = tmp_path / "whole.jsonl", tmp_path / "broken.jsonl"
    run(HEADER, items(), whole, FakeEngine)
    failing = FakeEngine(fails_at)
    with pytest.raises(EngineError, match="asleep"):
        run(HEADER, items(), broken, lambda: failing)
    assert failing.closed
    with broken.open("ab") as file:
        file.write(tail)
    capsys.readouterr()
    run(HEADER, items(), broken, FakeEngine)
    assert broken.read_bytes() == whole.read_bytes()
    said = capsys.readouterr().err
    assert ("dropped 1 line of 10 bytes" in said) == bool(tail)
    assert (f"going on after {fails_at - 1} of 5 items" in said) == (fails_at > 1)


def test_a_finished_run_loads_no_engine(tmp_path: Path) -> None:
    run(HEADER, items(), tmp_path / "r.jsonl", FakeEngine)
    before = (tmp_path / "r.jsonl").read_bytes()
    run(HEADER, items(), tmp_path / "r.jsonl", lambda: pytest.fail("loaded"))
    assert (tmp_path / "r.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    "other",
    [
        {"model_sha256": "ff" * 32},
        {"adapter": "lora"},
        {"corpus_sha256": "ff" * 32},
        {"split": "validation"},
        {"items": 4},
        {"sampling": Sampling(seed=2)},
        {"system_prompt": "অন্য কেউ"},
        {"versions": {"python": "3.99"}},
    ],
)
def test_records_of_another_run_are_refused(tmp_path: Path, other: dict[str, Any]) -> None:
    path = write_records(tmp_path / "r.jsonl", a_header(**{"items": 5} | other), [])
    before = path.read_bytes()
    with pytest.raises(EvalError, match=f"of another run: its {next(iter(other))} is"):
        run(HEADER, items(), path, FakeEngine)
    assert path.read_bytes() == before


def test_records_of_other_items_are_refused(tmp_path: Path) -> None:
    path = write_records(tmp_path / "r.jsonl", HEADER, [a_record(id="z-1#1")])
    with pytest.raises(EvalError, match="holds the item 'z-1#1' where 'd-0#1' belongs"):
        run(HEADER, items(), path, FakeEngine)


def test_more_records_than_items_are_refused(tmp_path: Path) -> None:
    path = write_records(tmp_path / "r.jsonl", HEADER, [*(a_record(id=f"d-{n}#1") for n in range(6))])
    with pytest.raises(EvalError, match="more than the 5 items"):
        run(HEADER, items(), path, FakeEngine)


def test_a_header_that_was_cut_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    for length in (0, 1, 200):
        path.write_bytes(HEADER.to_line()[:length])
        run(HEADER, items(), path, FakeEngine)
        assert len(read_records(path).entries) == 5


def test_someone_elses_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    for content in ("Dear mother", "Dear mother,\nI am well.\n"):
        path.write_text(content)
        with pytest.raises(EvalError):
            run(HEADER, items(), path, FakeEngine)
        assert path.read_text() == content


def test_a_damaged_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="probabilities are no numbers"):
        run(HEADER, items(), tmp_path / "r.jsonl", lambda: FakeEngine(nats=float("nan")))
