"""Fine-tuning with TRL's SFTTrainer, of a LoRA adapter or of all weights, the loss on the counsellor's words only.

Rows are given to the trainer as token ids with labels, made by sahayok.llama3: the very format in which the chat asks.
No chat template is rendered, so training and generation cannot drift apart by a newline or a second BOS.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahayok.conversation import Conversation
from sahayok.feeling_reader import feeling_question
from sahayok.llama3 import ControlIds, encode_dialogue, text_encoder
from sahayok.persona import Persona, load_persona
from training.dialogues import Corpus, Dialogue, DialogueError, load_dialogues
from training.recipe import FinetuneRecipe, Recipe, RecipeError
from training.run_record import RunRecord, device_name
from training.splits import Part, split

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase
    from trl import SFTTrainer

    from training.strategies.strategy import Precision

IGNORED = -100
"""The label of a token that is not learnt (torch.nn.CrossEntropyLoss's ignore_index)."""


def finetune(
    recipe: Recipe,
    *,
    base: str | None,
    corpus: Path,
    strategy: str | None = None,
    precision: Precision | None = None,
    out: Path,
    dry_run: bool = False,
    say: Callable[[str], None] = print,
) -> RunRecord | None:
    """Train and leave the adapter, or the whole model, in `out` with its run record. Goes on from `out/checkpoints`
    where they are.

    `precision` is the device's own when None. `dry_run` checks recipe and corpus and loads no model. Raises
    RecipeError or DialogueError in one line.
    """
    plan = recipe.finetune
    base = base or plan.base
    if base is None:
        raise RecipeError(f"recipe {recipe.name} names no base model: give --base")
    read = load_dialogues(corpus)
    parts = split(read.dialogues)
    if not parts["train"] or not parts["validation"]:
        raise DialogueError(f"{corpus}: {len(read.dialogues)} dialogues are too few to hold out a validation set")
    name: Any = strategy or plan.strategy
    sizes = ", ".join(f"{len(rows)} {part}" for part, rows in parts.items())
    left_out = f", {read.incomplete} incomplete rows left out" if read.incomplete else ""
    learning = "all weights learning" if name == "full" else f"{name}, {plan.quantization}, rank {plan.rank}"
    say(f"{base} with {learning}; {sizes} dialogues{left_out}; to {out}")
    if dry_run:
        return None

    from training.strategies.strategy import computing_precision, find_strategy

    if Path(base).exists() and not (Path(base) / "config.json").is_file():
        raise RecipeError(f"{base} is no model folder: it has no config.json")
    precision = precision or computing_precision()
    loaded = find_strategy(name).load(base, plan, precision)
    rows = {part: encode_rows(parts[part], loaded.tokenizer, plan.max_length) for part in ("train", "validation")}
    if plan.reads_feelings:
        rows["train"] += feeling_rows(parts["train"], loaded.tokenizer, plan.max_length)
    trainer = _trainer(loaded.model, loaded.tokenizer, rows, plan, precision, out)
    _learn_in_float32(loaded.model)

    record = RunRecord("finetune", recipe, _provenance(base, read, parts, name), device_name())
    record.parameters = sum(p.numel() for p in loaded.model.parameters())
    record.trained_parameters = sum(p.numel() for p in loaded.model.parameters() if p.requires_grad)
    resume = any((out / "checkpoints").glob("checkpoint-*"))
    started = time.monotonic()
    trainer.train(resume_from_checkpoint=resume or None)
    record.seconds = time.monotonic() - started
    record.resumed = int(resume)
    record.tokens = round(sum(len(row["input_ids"]) for row in rows["train"]) * plan.epochs)
    record.losses = [_loss(entry) for entry in trainer.state.log_history if "loss" in entry or "eval_loss" in entry]
    record.result = {"validation_nats_per_token": round(float(trainer.evaluate()["eval_loss"]), 4)}
    say(f"validation: {record.result['validation_nats_per_token']} nats a token of the counsellor's words")

    loaded.model.save_pretrained(out)
    loaded.tokenizer.save_pretrained(out)
    record.write(out)
    shutil.rmtree(out / "checkpoints", ignore_errors=True)
    return record


def encode_rows(
    dialogues: Sequence[Dialogue], tokenizer: PreTrainedTokenizerBase, max_length: int, persona: Persona | None = None
) -> list[dict[str, list[int]]]:
    """Rows of `input_ids` and `labels`. A dialogue too long for `max_length` loses its oldest exchanges; one whose
    last exchange alone is too long is left out."""
    persona = persona or load_persona()
    ids = ControlIds.find(lambda token: tokenizer.get_vocab().get(token))
    encode = text_encoder(tokenizer)
    rows = []
    for dialogue in dialogues:
        messages = dialogue.conversation.messages
        while messages:
            tokens, mask = encode_dialogue(persona.prompt(Conversation(messages)), encode, ids)
            if len(tokens) <= max_length:
                labels = [token if learnt else IGNORED for token, learnt in zip(tokens, mask, strict=True)]
                rows.append({"input_ids": tokens, "labels": labels})
                break
            messages = messages[2:]
    if not rows:
        raise DialogueError(f"no dialogue fits into {max_length} tokens: raise max_length in the recipe")
    return rows


def feeling_rows(
    dialogues: Sequence[Dialogue], tokenizer: PreTrainedTokenizerBase, max_length: int
) -> list[dict[str, list[int]]]:
    """Rows that ask which feeling the first message of a dialogue shows, for the dialogues that say it."""
    question = feeling_question()
    asked = [
        replace(
            dialogue,
            conversation=Conversation(dialogue.conversation.messages[:1]).answered(question.answers[dialogue.feeling]),
        )
        for dialogue in dialogues
        if dialogue.feeling in question.answers
    ]
    return encode_rows(asked, tokenizer, max_length, replace(load_persona(), system_prompt=question.system_prompt))


def _trainer(
    model: Any,
    tokenizer: PreTrainedTokenizerBase,
    rows: dict[str, list[dict[str, list[int]]]],
    plan: FinetuneRecipe,
    precision: str,
    out: Path,
) -> SFTTrainer:
    import torch
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    steps = max(1, len(rows["train"]) // (plan.batch * plan.accumulation) // plan.evaluations_per_epoch)
    config = SFTConfig(
        output_dir=str(out / "checkpoints"),
        num_train_epochs=plan.epochs,
        learning_rate=plan.learning_rate,
        lr_scheduler_type=plan.schedule,
        warmup_steps=plan.warmup_steps,
        weight_decay=plan.weight_decay,
        optim=plan.optimizer,
        per_device_train_batch_size=plan.batch,
        per_device_eval_batch_size=plan.batch,
        gradient_accumulation_steps=plan.accumulation,
        gradient_checkpointing=plan.gradient_checkpointing,
        max_length=None,
        bf16=precision == "bfloat16",
        fp16=precision == "float16",
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="steps",
        eval_steps=steps,
        save_strategy="steps",
        save_steps=steps,
        save_total_limit=1,
        logging_steps=max(1, steps // 5),
        seed=plan.seed,
        data_seed=plan.seed,
        train_sampling_strategy="group_by_length",  # a short reply beside a long dialogue is mostly padding
        report_to="none",
        dataloader_pin_memory=torch.cuda.is_available(),
    )
    return SFTTrainer(
        model=model,
        args=config,
        train_dataset=Dataset.from_list(rows["train"]),
        eval_dataset=Dataset.from_list(rows["validation"]),
        processing_class=tokenizer,
    )


def _learn_in_float32(model: Any) -> None:
    """TRL casts the adapter of a quantised base to bfloat16. Under float16 autocast (T4) the gradient scaler cannot
    unscale that, and everywhere a float32 adapter learns better from small steps."""
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


def _provenance(base: str, corpus: Corpus, parts: dict[Part, list[Dialogue]], strategy: str) -> dict[str, Any]:
    return {
        "base": Path(base).name,
        "strategy": strategy,
        "persona_version": load_persona().version,
        "corpus_sha256": corpus.sha256,
        "files": [file.name for file in corpus.files],
        "incomplete_rows": corpus.incomplete,
        "dialogues": {part: len(rows) for part, rows in parts.items()},
    }


def _loss(entry: dict[str, float]) -> dict[str, float]:
    kind = "validation" if "eval_loss" in entry else "train"
    return {"step": entry["step"], kind: round(entry["eval_loss" if kind == "validation" else "loss"], 4)}
