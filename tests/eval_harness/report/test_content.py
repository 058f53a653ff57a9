from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from eval_harness.metrics import metrics_for
from eval_harness.records import Skipped
from eval_harness.report.content import HEADLINE, document
from eval_harness.report.document import Bullets, Document, Figure, Heading, Paragraph, Sample, Table
from eval_harness.report.evaluated import Evaluated
from eval_harness.report.html import as_html
from eval_harness.report.markdown import as_markdown
from eval_harness.report.samples import FIGURES
from eval_harness.summary import summarise
from sahayok.engines.engine import Counts
from tests.eval_harness.made import a_record, a_set, pairs_of_lines, records_of
from tests.eval_harness.report.page import Page
from tests.eval_harness.report.sets import evaluated, made_set

MADE = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def report(*sets: Evaluated) -> Document:
    return document(sets, "sahayok-eval report x.jsonl --out x.html", MADE)


def table(made: Document, caption: str) -> Table:
    return next(block for block in made.blocks if isinstance(block, Table) and block.caption == caption)


def captions(made: Document) -> list[str]:
    return [block.caption for block in made.blocks if isinstance(block, Table | Figure)]


def alerts(made: Document) -> Sequence[str]:
    return next((block.items for block in made.blocks if isinstance(block, Bullets) and block.alert), [])


def row(of: Table, name: str) -> list[str]:
    return list(next(cells for cells in of.rows if cells[0] == name))


def two_records() -> Evaluated:
    """One reply is its reference of 20 bytes, at 80 ln 2 nats; the other is Latin and cut off, at 40 ln 2."""
    first = a_record("কখগঘঙ।", "কখগঘঙ।" + "  ", id="a-1#1", nats=80 * math.log(2), counts=Counts(10, 10, 5, 3.0, 1.0))
    second = a_record("abc", "চছজঝঞ।", id="b-1#1", nats=40 * math.log(2), finish="length")
    return evaluated([first, second])


def test_exact_numbers() -> None:
    made = report(two_records())
    headline = table(made, "Headline: tiny.gguf")
    # 120 bits over 20 + 18 bytes; of single replies 80/20 = 4 and 40/18 = 2.222.
    assert row(headline, "bits_per_byte ↓") == ["bits_per_byte ↓", "3.158 (2.222 to 4)"]
    assert row(headline, "bengali_share ↑") == ["bengali_share ↑", "0.5000 (0 to 1)"]
    assert row(headline, "complete_rate ↑") == ["complete_rate ↑", "0.5000 (0 to 1)"]
    full = table(made, "All metrics: tiny.gguf")
    assert row(full, "bits_per_byte ↓")[1:6] == ["3.158", "2.222 to 4", "2", "0", "bits a byte"]
    # Four tokens after the first in two seconds, and in half a second.
    assert row(full, "tokens_per_second ↑")[1:5] == ["5", "2 to 8", "2", "0"]
    assert row(full, "recalled ↑")[1:6] == ["–", "–", "–", "0", "no value: no reply with expected words"]
    sample = next(block for block in made.blocks if isinstance(block, Sample) and block.title == "b-1#1")
    assert sample.texts == [("question", "মন খারাপ।"), ("reply", "abc"), ("reference", "চছজঝঞ।")]
    assert sample.figures == [
        ("ended by", "length"),
        ("words", "1"),
        ("chrF++", "0"),
        ("bits_per_byte", "2.222"),
        ("bengali_share", "0"),
        ("repeated_4grams", "–"),
        ("situation", "test"),
    ]


def test_the_named_metrics_exist() -> None:
    names = {metric.name for metric in metrics_for(None)}
    assert {*HEADLINE, *FIGURES} <= names


def test_overlap_is_never_without_its_floor() -> None:
    made = report(made_set(24))
    names = [cells[0] for cells in table(made, "Headline: tiny.gguf").rows]
    place = names.index("chrF++ ↑")
    assert names[place + 1 : place + 3] == ["chrF++ floor", "chrF++ one for all"]
    assert "chrF++ floor" in table(made, "By situation: tiny.gguf").head
    figure = next(block for block in made.blocks if isinstance(block, Figure))
    assert figure.caption == "Overlap against chance: tiny.gguf"
    assert [cells[0] for cells in figure.table.rows][:2] == ["chrF++ ↑", "BLEU ↑"]


def test_all_sections_stand_in_the_report() -> None:
    headings = [block.text for block in report(made_set(24)).blocks if isinstance(block, Heading) and block.level == 2]
    assert headings == ["Know this first", "Headline", "All metrics", "Parts", "Plots", "Samples", "Provenance"]


def test_warnings_come_first() -> None:
    one = made_set(8)
    assert alerts(report(one)) == one.summary.warnings
    blocks = report(one).blocks
    assert [type(block) for block in blocks[:4]] == [Heading, Paragraph, Heading, Bullets]
    records = replace(one.records, skipped=[Skipped("y", "too long")], expected=9)
    skipped = replace(one, records=records, summary=summarise(records))
    assert any("1 of 9 are left out: too long" in text for text in alerts(report(skipped)))


def test_sets_of_the_same_items_stand_in_columns() -> None:
    made = report(made_set(24, "a"), made_set(24, "b", model_sha256="cd" * 32))
    assert table(made, "Headline: a and b").head == ["metric", "a", "b"]
    by_turn = table(made, "By turn: a and b")
    assert [cells[:3] for cells in by_turn.rows] == [
        ["01", "a", "12"],
        ["01", "b", "12"],
        ["02", "a", "12"],
        ["02", "b", "12"],
    ]
    assert not any("other items" in text for text in alerts(made))


def test_sets_of_other_items_do_not() -> None:
    made = report(made_set(24, "a"), made_set(20, "b"))
    assert alerts(made)[0] == (
        "b answered other items than a: 20 of 20 are the same. Their figures stand in tables of their own and must "
        "not be compared."
    )
    assert "Headline: a" in captions(made)
    assert "Headline: b" in captions(made)


def test_small_parts_are_marked() -> None:
    records = records_of(pairs_of_lines(14))
    parted = [
        replace(record, slices={"situation": "many" if index < 10 else "few"}) for index, record in enumerate(records)
    ]
    by_situation = table(report(evaluated(parted)), "By situation: tiny.gguf")
    assert [cells[0] for cells in by_situation.rows] == ["many", "few *"]
    assert by_situation.muted == {1}


def test_model_files_of_one_suite() -> None:
    made = report(made_set(24, "f16"), made_set(24, "q8", model_sha256="cd" * 32), made_set(20, "else"))
    files = table(made, "Model files and quantisations, suite dialogue")
    assert [cells[:2] for cells in files.rows] == [["f16", "abababababab"], ["q8", "cdcdcdcdcdcd"]]
    assert files.head[3:7] == ["bits_per_byte ↓", "chrF++ ↑", "chrF++ floor", "tokens_per_second ↑"]
    same = report(made_set(24, "seed 1"), made_set(24, "seed 2"))
    assert not any(caption.startswith("Model files") for caption in captions(same))


def test_times_of_different_machines_are_not_compared() -> None:
    made = report(made_set(24, "a"), made_set(24, "b", device="a GPU"))
    assert any("different machines" in text for text in alerts(made))


def test_turns_are_drawn_where_there_are_some() -> None:
    assert "bengali_share by turn: tiny.gguf" in captions(report(made_set(24)))
    plain = evaluated(records_of(pairs_of_lines(24)))
    assert not any("by turn" in caption for caption in captions(report(plain)))
    assert "Parts" not in [block.text for block in report(plain).blocks if isinstance(block, Heading)]


def test_replies_of_another_program_without_references() -> None:
    records = [replace(a_record(id=f"a-{index}", reference=""), finish=None, counts=None) for index in range(3)]
    one = replace(a_set(records), header=None)
    made = report(Evaluated(one, summarise(one), metrics_for(None), "t.csv", "12" * 32))
    assert ["header", "none: another program wrote these replies"] in table(made, "Run: tiny.gguf").rows
    Page(as_html(made))


def test_provenance_is_complete() -> None:
    one = made_set(24)
    made = report(one)
    run = {cells[0]: cells[1] for cells in table(made, "Run: tiny.gguf").rows}
    assert run["SHA-256 of the records"] == "12" * 32
    assert run["sampling.seed"] == "1"
    assert run["system_prompt"] == "আপনি সহায়ক।"
    assert run["versions.python"] == "3.12"
    last = {cells[0]: cells[1] for cells in table(made, "This report").rows}
    assert last["made"] == "2026-01-02T03:04+00:00"
    assert last["command"] == "sahayok-eval report x.jsonl --out x.html"
    assert {"python", "sacrebleu", "numpy"} <= last.keys()
    signatures = next(block.items for block in made.blocks if isinstance(block, Bullets) and not block.alert)
    assert {scored.score.signature for scored in one.summary.rows if scored.score} <= set(signatures)


@pytest.mark.parametrize(("text", "most"), [("কথা " * 2000, 8000), ("ক" + "ঁ" * 30_000, 25_000)])
def test_long_texts_are_cut_and_that_is_said(text: str, most: int) -> None:
    made = report(evaluated([a_record(text, id="a"), a_record(id="b")]))
    reply = next(
        dict(block.texts)["reply"] for block in made.blocks if isinstance(block, Sample) and block.title == "a"
    )
    assert reply.endswith("more characters are not shown]")
    assert len(reply) < most


def test_the_same_records_give_the_same_bytes() -> None:
    first, second = report(made_set(24)), report(made_set(24))
    assert as_html(first) == as_html(second)
    assert as_markdown(first) == as_markdown(second)
    later = document([made_set(24)], "sahayok-eval report x.jsonl --out x.html", MADE.replace(year=2027))
    assert as_html(later) == as_html(first).replace("2026-01-02T", "2027-01-02T")


@pytest.mark.parametrize("reply", ["<script>alert(1)</script>", "|a|\n|b|", "\u202eab\x00"])
def test_both_pages_can_be_read(reply: str) -> None:
    made = report(evaluated([a_record(reply, id="<b>&"), a_record(id="b-1")], name="<i>model</i>"))
    page = Page(as_html(made))
    assert not {"script", "i"} & {tag for tag, _ in page.elements}
    text = as_markdown(made)
    assert "<script" not in text
    assert "<i>" not in text
