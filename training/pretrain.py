"""Pretraining of a small Llama from scratch on encoded text.

Matrices that are not embeddings learn by Muon, everything else by AdamW; the rate warms up, stays, and falls linearly.
While it falls a share of the rows comes from the part of the text that is most like a dialogue. The run writes a
checkpoint every few minutes and goes on from the last one when it is started again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sahayok.files import write_whole
from sahayok.llama3 import BEGIN_OF_TEXT, END_OF_TURN, PADDING
from training.encode import EncodedText, TokenStreams, read_encoded
from training.recipe import ModelRecipe, PretrainRecipe, Recipe, RecipeError
from training.run_record import RunRecord, device_name

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

CHECKPOINT = "checkpoint.pt"
VALIDATION_ROWS = 256
LOG_EVERY_STEPS = 50


class Schedule:
    """The learning rate's factor at a step: linear warm-up, constant, linear to zero."""

    def __init__(self, steps: int, warmup: int, decay_share: float) -> None:
        self.steps = steps
        self.warmup = min(warmup, max(1, steps // 10))
        self.decay_from = steps - max(1, round(steps * decay_share))

    def __call__(self, step: int) -> float:
        if step < self.warmup:
            return (step + 1) / self.warmup
        if step < self.decay_from:
            return 1.0
        return (self.steps - step) / (self.steps - self.decay_from)


class Rows:
    """Rows of `sequence` + 1 tokens in an order that depends on the seed and the step alone, so that a resumed run
    sees what it would have seen. Each epoch cuts the stream at another offset."""

    def __init__(self, tokens: np.ndarray, sequence: int, seed: int) -> None:
        self.tokens, self.sequence, self.seed = tokens, sequence, seed
        self.per_epoch = (len(tokens) - 1) // sequence - 1
        self._epoch = -1

    def at(self, first: int, count: int) -> np.ndarray:
        """The `count` rows from the `first` on, counted through all epochs: int64 ids, (count, sequence + 1)."""
        return np.stack([self._row(number) for number in range(first, first + count)]).astype(np.int64)

    def _row(self, number: int) -> np.ndarray:
        epoch, position = divmod(number, self.per_epoch)
        if epoch != self._epoch:
            random = np.random.default_rng((self.seed, epoch))
            self._offset = int(random.integers(self.sequence))
            self._order = random.permutation(self.per_epoch)
            self._epoch = epoch
        start = self._offset + int(self._order[position]) * self.sequence
        return self.tokens[start : start + self.sequence + 1]


class Batches:
    """The batch of each step: rows of the text, and while the rate falls a share of rows like a dialogue."""

    def __init__(self, streams: TokenStreams, plan: PretrainRecipe) -> None:
        self.batch = plan.batch
        self.text = Rows(streams.train, plan.sequence, plan.seed)
        self.dialogue = Rows(streams.dialogue, plan.sequence, plan.seed)
        if self.text.per_epoch < plan.batch:
            raise RecipeError(
                f"the encoded text has {len(streams.train)} tokens: too few for one batch of {plan.batch} rows of "
                f"{plan.sequence}"
            )
        self.steps = max(1, int(self.text.per_epoch // plan.batch * plan.epochs))
        self.schedule = Schedule(self.steps, plan.warmup_steps, plan.decay_share)
        enough = self.dialogue.per_epoch > 0
        self._hidden_share = plan.hidden_share
        self._dialogue_rows = round(plan.dialogue_share * plan.batch) if enough else 0

    def at(self, step: int) -> np.ndarray:
        """int64 ids of shape (batch, sequence + 1), the two kinds of rows mixed."""
        falling = max(0, step - self.schedule.decay_from)
        if falling == 0 or self._dialogue_rows == 0:
            return self.text.at(step * self.batch, self.batch)
        rows = np.concatenate(
            [
                self.text.at(step * self.batch, self.batch - self._dialogue_rows),
                self.dialogue.at((falling - 1) * self._dialogue_rows, self._dialogue_rows),
            ]
        )
        return rows[np.random.default_rng((self.text.seed, step)).permutation(self.batch)]

    def hidden(self, step: int) -> np.ndarray:
        """Which input tokens of that batch are hidden: bool of shape (batch, sequence)."""
        random = np.random.default_rng((self.text.seed, step, 1))
        return random.random((self.batch, self.text.sequence), dtype=np.float32) < self._hidden_share


def build_model(shape: ModelRecipe, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """A Llama with random weights, its embeddings tied, float32."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=shape.hidden,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            num_key_value_heads=shape.key_value_heads,
            intermediate_size=shape.intermediate,
            max_position_embeddings=shape.context,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.convert_tokens_to_ids(BEGIN_OF_TEXT),
            eos_token_id=tokenizer.convert_tokens_to_ids(END_OF_TURN),
            pad_token_id=tokenizer.convert_tokens_to_ids(PADDING),
        )
    )


def pretrain(
    recipe: Recipe,
    tokenizer: PreTrainedTokenizerFast,
    encoded: Path,
    out: Path,
    *,
    say: Callable[[str], None] = print,
) -> RunRecord:
    """Train and leave model, tokenizer and run record in `out`. Goes on from `out`'s checkpoint where there is one."""
    import torch

    plan, shape = recipe.pretrain, recipe.model
    if plan is None or shape is None:
        raise RecipeError(f"recipe {recipe.name} trains no model from scratch: it has no [model] and [pretrain]")
    info, streams = read_encoded(encoded)
    batches = Batches(streams, plan)
    steps, schedule = batches.steps, batches.schedule

    cuda = torch.cuda.is_available()
    device = torch.device("cuda" if cuda else "cpu")
    torch.manual_seed(plan.seed)
    torch.set_float32_matmul_precision("high")
    model = build_model(shape, tokenizer).to(device)
    optimizers = build_optimizers(model, plan)
    record = RunRecord("pretrain", recipe, asdict(info), device_name(), parameters=model.num_parameters())
    record.trained_parameters = record.parameters
    out.mkdir(parents=True, exist_ok=True)
    first = _resume(out / CHECKPOINT, model, optimizers, record) if (out / CHECKPOINT).exists() else 0
    loss_of = _loss_of(model)
    if cuda:
        loss_of = torch.compile(loss_of)
    autocast = _autocast(device)

    step_tokens = plan.batch * plan.sequence
    say(f"{record.parameters / 1e6:.1f} M parameters, {steps} steps of {step_tokens} tokens on {record.device}")
    started, last_checkpoint = time.monotonic(), time.monotonic()
    spent_before = record.seconds
    for step in range(first, steps):
        factor = schedule(step)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * factor
        loss = _step(loss_of, model, batches.at(step), batches.hidden(step), plan, optimizers, device, autocast)
        record.tokens += step_tokens
        record.seconds = spent_before + time.monotonic() - started
        if step % LOG_EVERY_STEPS == 0 or step == steps - 1:
            nats = float(loss)
            if not math.isfinite(nats):
                raise RecipeError(f"the loss became {nats} at step {step}: lower muon_lr or adamw_lr in the recipe")
            record.losses.append({"step": step, "train": round(nats, 4), "seconds": round(record.seconds, 1)})
            rate = record.tokens / record.seconds
            say(f"step {step}/{steps}  loss {nats:.4f}  {rate:,.0f} tokens/s  {record.seconds:.0f} s")
        if time.monotonic() - last_checkpoint > plan.checkpoint_minutes * 60:
            _checkpoint(out / CHECKPOINT, model, optimizers, record, step + 1)
            last_checkpoint = time.monotonic()

    nats, bits = validation_loss(model, streams.validation, info, plan, autocast)
    record.result = {"validation_nats_per_token": round(nats, 4), "validation_bits_per_byte": round(bits, 4)}
    say(f"validation: {nats:.4f} nats a token, {bits:.4f} bits a byte")
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    record.write(out)
    (out / CHECKPOINT).unlink(missing_ok=True)
    return record


def build_optimizers(model: LlamaForCausalLM, plan: PretrainRecipe) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the layers, AdamW for embeddings and norms."""
    import torch

    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed_tokens" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed_tokens" in name]
    muon = torch.optim.Muon(matrices, lr=plan.muon_lr, weight_decay=plan.weight_decay, momentum=0.95)
    adamw = torch.optim.AdamW(others, lr=plan.adamw_lr, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
    for optimizer in (muon, adamw):
        for group in optimizer.param_groups:
            group["initial_lr"] = group["lr"]
    return [muon, adamw]


def validation_loss(
    model: LlamaForCausalLM, tokens: np.ndarray, info: EncodedText, plan: PretrainRecipe, autocast: Any
) -> tuple[float, float]:
    """Mean nats a token over up to VALIDATION_ROWS rows of held-out text, and bits a byte of its text."""
    import torch

    total, count = 0.0, 0
    model.eval()
    with torch.no_grad(), autocast:
        for row in _validation_rows(tokens, plan.sequence):
            ids = torch.from_numpy(row).to(model.device)[None]
            logits = model(input_ids=ids[:, :-1]).logits.float()
            total += float(torch.nn.functional.cross_entropy(logits[0], ids[0, 1:], reduction="sum"))
            count += ids.shape[1] - 1
    model.train()
    bytes_per_token = info.validation_bytes / info.validation_tokens
    return total / count, total / count / math.log(2) / bytes_per_token


def _validation_rows(tokens: np.ndarray, sequence: int) -> Iterator[np.ndarray]:
    sequence = min(sequence, len(tokens) - 1)
    for index in range(min(VALIDATION_ROWS, (len(tokens) - 1) // sequence)):
        yield tokens[index * sequence : (index + 1) * sequence + 1].astype(np.int64)


def _loss_of(model: LlamaForCausalLM) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """Mean nats a token of rows of ids (rows, sequence + 1) with some inputs hidden, bool (rows, sequence). One
    function, so that the compiler fuses the wide logits' cast and softmax."""
    import torch

    def loss_of(ids: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        inputs = ids[:, :-1].masked_fill(hidden, model.config.pad_token_id)
        logits = model(input_ids=inputs, use_cache=False).logits
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1).float(), ids[:, 1:].flatten())

    return loss_of


def _step(
    loss_of: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    model: LlamaForCausalLM,
    rows: np.ndarray,
    hidden: np.ndarray,
    plan: PretrainRecipe,
    optimizers: list[torch.optim.Optimizer],
    device: torch.device,
    autocast: Any,
) -> torch.Tensor:
    """One optimiser step, gradients accumulated over micro-batches. Returns the mean loss, on the device."""
    import torch

    parts = plan.batch // plan.micro_batch
    mean = torch.zeros((), device=device)
    for part, hidden_part in zip(np.split(rows, parts), np.split(hidden, parts), strict=True):
        ids, hide = (torch.from_numpy(array).to(device, non_blocking=True) for array in (part, hidden_part))
        with autocast:
            loss = loss_of(ids, hide) / parts
        loss.backward()
        mean += loss.detach()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return mean


def _autocast(device: torch.device) -> Any:
    """bfloat16 where the device has it; a card without it (T4) computes in float32."""
    import torch

    bfloat16 = device.type == "cpu" or torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=bfloat16)


def _checkpoint(
    path: Path, model: LlamaForCausalLM, optimizers: list[torch.optim.Optimizer], record: RunRecord, step: int
) -> None:
    import torch

    state = {
        "step": step,
        "model": model.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "tokens": record.tokens,
        "seconds": record.seconds,
        "resumed": record.resumed,
        "losses": record.losses,
    }
    with write_whole(path) as file:
        torch.save(state, file)


def _resume(path: Path, model: LlamaForCausalLM, optimizers: list[torch.optim.Optimizer], record: RunRecord) -> int:
    """Load a checkpoint into model, optimisers and record; returns the step to go on from."""
    import torch

    state = torch.load(path, map_location=model.device, weights_only=True)
    model.load_state_dict(state["model"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    record.tokens, record.seconds = state["tokens"], state["seconds"]
    record.resumed, record.losses = state["resumed"] + 1, state["losses"]
    return int(state["step"])
