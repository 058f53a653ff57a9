from __future__ import annotations

from typing import Any

from export.model_card import model_card

VERIFICATION = {
    "kind": "q8_0",
    "texts": 263,
    "texts_that_differ": 0,
    "positions": 550,
    "max_logit_difference": 0.0312,
    "mean_kl": 1.6e-05,
    "top1_agreement": 0.984,
    "problems": [],
}
RECORD: dict[str, Any] = {
    "name": "sahayok-nano",
    "created": "2026-01-02T03:04:05Z",
    "model": {
        "parameters": 33_563_136,
        "layers": 8,
        "hidden": 512,
        "context": 1024,
        "vocabulary": 16384,
        "dtype": "float32",
    },
    "base": {
        "name": "nano-base",
        "run": {
            "recipe": {"name": "nano"},
            "device": "a card",
            "parameters": 33_563_136,
            "trained_parameters": 33_563_136,
            "tokens": 59392,
            "seconds": 5400.0,
            "result": {"validation_bits_per_byte": 0.7},
        },
    },
    "adapter": {"name": "nano-adapter", "run": None},
    "files": [
        {
            "file": "sahayok-nano-q8_0.gguf",
            "bytes": 35_700_000,
            "sha256": "ab" * 32,
            "verification": VERIFICATION,
            "fallbacks": [{"tensor": "blk.0.ffn_down.weight", "columns": 320, "stored_as": "Q8_0"}],
        }
    ],
    "versions": {"python": "3.11", "torch": "2.13"},
}


def test_every_figure_of_the_record_is_in_the_card() -> None:
    card = model_card(RECORD)
    for figure in (
        "# sahayok-nano",
        "33.56 million parameters",
        "context of 1024 tokens",
        f"| `sahayok-nano-q8_0.gguf` | 35.7 MB | `{'ab' * 32}` |",
        "equal on 263 texts",
        "550 positions",
        "| q8_0 | 0.031 | 1.6e-05 | 98.4% |",
        "the type's blocks: 1.",
        "recipe `nano`",
        "59,392 tokens",
        "1.50 hours on a card",
        "validation bits per byte 0.7",
        "Adapter: `nano-adapter` (no training record beside it)",
        "python 3.11, torch 2.13",
    ):
        assert figure in card, figure


def test_what_the_run_record_lacks_is_left_out() -> None:
    card = model_card({**RECORD, "base": {"name": "b", "run": {"device": "a card"}}})
    assert "None" not in card
    assert "{" not in card
