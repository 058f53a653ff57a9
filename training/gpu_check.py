"""Show that both fine-tuning strategies train on this GPU: `python -m training.gpu_check`.

Each case fine-tunes a small Llama with random weights on this project's dialogues, in a process of its own (Unsloth
patches transformers for the whole process), and passes when the loss is finite and falls, the adapter is float32 and
the saved adapter has learnt something. float16 is what a T4 computes in; bfloat16 is tried where the card has it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from training.cli import DEFAULT_CORPUS
from training.recipe import FinetuneRecipe, ModelRecipe, load_recipe

SHAPE = ModelRecipe(hidden=1024, layers=8, heads=8, key_value_heads=4, intermediate=2816, context=1024)
VOCABULARY = 8192
DIALOGUES = "openings2.jsonl"
"""A part of the corpus: enough steps for the loss to fall, few enough for a check."""
LOSS_MUST_FALL_TO = 0.9
"""Last training loss over the first, at most."""


@dataclass(frozen=True, slots=True)
class Case:
    strategy: str
    quantization: str
    precision: str

    def __str__(self) -> str:
        return f"{self.strategy},{self.quantization},{self.precision}"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.gpu_check", description=__doc__)
    parser.add_argument("--base", type=Path, help="a model folder to train on instead of random weights")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    import torch

    if not torch.cuda.is_available():
        print("gpu_check: no NVIDIA GPU found", file=sys.stderr)
        return 2
    if arguments.case:
        print(json.dumps(_run(Case(*arguments.case.split(",")), arguments.base)))
        return 0
    precisions = ["float16"] + (["bfloat16"] if torch.cuda.is_bf16_supported(including_emulation=False) else [])
    cases = [Case(s, q, p) for s in ("peft", "unsloth") for q in ("nf4", "none") for p in precisions]
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}")
    print(f"{'case':<24}{'first':>8}{'last':>8}{'tokens/s':>10}{'peak MiB':>10}  result")
    with tempfile.TemporaryDirectory() as folder:
        base = arguments.base or _random_base(Path(folder))
        results = [_show(case, base) for case in cases]
    return 0 if all(results) else 1


def _show(case: Case, base: Path) -> bool:
    """Run one case in a process of its own and print its row."""
    command = [sys.executable, "-m", "training.gpu_check", "--case", str(case), "--base", str(base)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        print(f"{case!s:<24}{'':>36}  FAIL: {reason}", flush=True)
        return False
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    failures = [
        text
        for failed, text in (
            (not found["last"] <= LOSS_MUST_FALL_TO * found["first"], "the loss did not fall"),
            (found["adapter_dtypes"] != ["torch.float32"], f"adapter in {found['adapter_dtypes']}"),
            (not found["learnt"], "the saved adapter is all zero"),
        )
        if failed
    ]
    figures = (
        f"{found['first']:>8.3f}{found['last']:>8.3f}{found['tokens_per_second']:>10.0f}{found['peak_mib']:>10.0f}"
    )
    print(f"{case!s:<24}{figures}  {'FAIL: ' + ', '.join(failures) if failures else 'pass'}", flush=True)
    return not failures


def _run(case: Case, base: Path) -> dict[str, Any]:
    """Fine-tune once and return the figures of the row."""
    if case.strategy == "unsloth":
        import unsloth  # noqa: F401 - it must come before transformers and trl
    import torch
    from safetensors.torch import load_file

    from training.finetune import finetune

    recipe = load_recipe("llama31-8b-t4")
    plan: FinetuneRecipe = replace(
        recipe.finetune,
        quantization=case.quantization,  # type: ignore[arg-type]
        epochs=1,
        batch=4,
        accumulation=1,
        learning_rate=1e-3,
        max_length=512,
    )
    with tempfile.TemporaryDirectory() as folder:
        record = finetune(
            replace(recipe, finetune=plan),
            base=str(base),
            corpus=DEFAULT_CORPUS / DIALOGUES,
            strategy=case.strategy,
            precision=case.precision,  # type: ignore[arg-type]
            out=Path(folder),
            say=lambda _: None,
        )
        assert record is not None
        adapter = load_file(Path(folder) / "adapter_model.safetensors")
    losses = [entry["train"] for entry in record.losses if "train" in entry]
    return {
        "first": losses[0],
        "last": losses[-1],
        "tokens_per_second": record.tokens / record.seconds,
        "peak_mib": torch.cuda.max_memory_allocated() / 2**20,
        "adapter_dtypes": sorted({str(weight.dtype) for weight in adapter.values()}),
        "learnt": any(bool(weight.any()) for name, weight in adapter.items() if "lora_B" in name),
    }


def _random_base(folder: Path) -> Path:
    """A Llama of random weights with a tokenizer trained on the dialogues."""
    import torch

    from training.dialogues import load_dialogues
    from training.pretrain import build_model
    from training.tokenizer import train_tokenizer

    corpus = load_dialogues(DEFAULT_CORPUS)
    texts = (message.content for dialogue in corpus.dialogues for message in dialogue.conversation)
    tokenizer = train_tokenizer(texts, VOCABULARY)
    torch.manual_seed(0)
    build_model(SHAPE, tokenizer).to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


if __name__ == "__main__":
    sys.exit(main())
