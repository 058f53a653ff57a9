from __future__ import annotations

from dataclasses import replace

from eval_harness.compare import Comparison, compare
from eval_harness.comparison.gate import parse_condition
from eval_harness.comparison.text import as_text, failures
from eval_harness.metrics import metrics_for
from eval_harness.records import Record
from tests.eval_harness.made import a_header, a_set, pairs_of_lines, records_of

METRICS = metrics_for(a_header())


def made(count: int = 40, **options: object) -> Comparison:
    base = records_of(pairs_of_lines(count))
    other = [replace(record, reply=f"{record.reply} {record.reference[:15]}") for record in base]
    return compare(a_set(base), a_set(other, model="b.gguf", model_sha256="ef" * 32), METRICS, **options)  # type: ignore[arg-type]


def line_of(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(start))


def test_who_is_compared_on_how_many_pairs() -> None:
    lines = as_text(made()).splitlines()
    assert lines[:3] == [
        "base   tiny.gguf (gguf, abababababab), seed 1",
        "other  b.gguf (gguf, efefefefefef), seed 1",
        "40 pairs of replies in 40 conversations; difference = other - base",
    ]


def test_a_row_has_both_values_the_difference_and_the_test() -> None:
    comparison = made()
    one = comparison.difference("chrF++")
    assert one.change is not None
    row = line_of(as_text(comparison), "chrF++").split()
    assert row[:2] == ["chrF++", "↑"]
    assert row[4].startswith("+")
    assert row[5:8] == [row[5], "to", row[7]]
    assert row[8] == "0.0001"
    assert row[-3:] == ["40", "of", "100"]


def test_what_is_left_out_and_why() -> None:
    text = as_text(made())
    assert "not compared: recalled (the base has no reply with expected words)" in text
    assert line_of(text, "not compared: token_perplexity").endswith("use bits_per_byte)")
    assert line_of(text, "not tested: time_to_first_token").endswith("(it is a median)")


def test_what_is_significant_in_words() -> None:
    comparison = made()
    text = as_text(comparison)
    assert f"Significant at 5% after Holm's correction for {comparison.tested} metrics:" in text
    assert line_of(text, "  chrF++: ").startswith("  chrF++: the other is better by ")
    assert line_of(text, "  reply_words: ").startswith("  reply_words: the other is higher by ")
    assert "The other differences could be chance." in text


def test_no_difference_is_not_called_equality() -> None:
    records = records_of(pairs_of_lines(5))
    text = as_text(compare(a_set(records), a_set(records), METRICS))
    assert "No difference is significant at 5% after Holm's correction for" in text
    assert "That does not show that the two are equal" in text
    assert "An interval without width only says" in text
    assert "! 5 conversations are few" in text
    assert "largest gains" not in text


def test_the_gate_in_lines() -> None:
    conditions = [parse_condition(text, METRICS) for text in ("chrF++ drops 1", "BLEU rises 0.1")]
    comparison = made(conditions=conditions)
    text = as_text(comparison)
    assert line_of(text, "passed  chrF++ drops 1: chrF++ went from")
    assert line_of(text, "FAILED  BLEU rises 0.1: BLEU went from")
    assert len(failures(comparison)) == 1
    assert failures(comparison)[0].startswith("failed, b.gguf: BLEU rises 0.1: BLEU went from")


def test_slices_of_the_headline_or_of_what_is_named() -> None:
    comparison = made(slice_by="situation")
    text = as_text(comparison)
    assert "bits_per_byte by situation" in text
    assert "chrF++ by situation" in text
    assert "BLEU by situation" not in text
    assert "BLEU by situation" in as_text(comparison, ["BLEU"])
    assert "Slices are not tested" in text


def test_pooled_slices_are_named() -> None:
    base = [
        replace(record, slices={"region": "dhaka" if index < 6 else f"rare-{index}"})
        for index, record in enumerate(records_of(pairs_of_lines(8)))
    ]
    text = as_text(compare(a_set(base), a_set(base), METRICS, slice_by="region"))
    assert "others, each with too few conversations: rare-6, rare-7" in text


def test_examples_show_bengali_as_it_is_and_nothing_hidden() -> None:
    base = records_of(pairs_of_lines(3))

    def with_reply(reply: str) -> list[Record]:
        return [replace(base[0], reply=reply), *base[1:]]

    # A joiner decides how the conjunct looks; an escape sequence would reach the terminal.
    other = with_reply(f"{base[0].reference} র‍্যাব\x1b[31m\n\u202eশেষ।")
    text = as_text(compare(a_set(with_reply("ক")), a_set(other), METRICS))
    assert "র‍্যাব⟨U+001B⟩[31m ⟨U+202E⟩শেষ।" in text
    assert "\x1b" not in text
    assert "    base       ক\n" in text
    assert "    question   মন খারাপ।\n" in text
    assert f"    reference  {base[0].reference}\n" in text


def test_the_signature_is_the_last_line() -> None:
    comparison = made()
    assert as_text(comparison).endswith(f"\n{comparison.signature}\n")
