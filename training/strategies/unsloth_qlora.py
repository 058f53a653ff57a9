"""LoRA and QLoRA with Unsloth: NVIDIA GPUs only. Importing this module imports Unsloth, which patches transformers."""

from __future__ import annotations

import torch
from unsloth import FastLanguageModel

from training.recipe import FinetuneRecipe, RecipeError
from training.strategies.strategy import LoadedModel, Precision


class UnslothQlora:
    def load(self, base: str, plan: FinetuneRecipe, precision: Precision) -> LoadedModel:
        try:
            model, tokenizer = FastLanguageModel.from_pretrained(
                model_name=base,
                max_seq_length=plan.max_length,
                dtype=getattr(torch, precision),
                load_in_4bit=plan.quantization == "nf4",
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise RecipeError(f"the base model {base} cannot be loaded: {str(error).splitlines()[0]}") from None
        model = FastLanguageModel.get_peft_model(
            model,
            r=plan.rank,
            lora_alpha=plan.alpha,
            lora_dropout=plan.dropout,
            target_modules=plan.targets,
            bias="none",
            use_gradient_checkpointing="unsloth" if plan.gradient_checkpointing else False,
            random_state=plan.seed,
        )
        return LoadedModel(model, tokenizer)
