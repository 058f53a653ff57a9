"""LoRA and QLoRA with PEFT and bitsandbytes: runs on a GPU and, for small models, on a CPU."""

from __future__ import annotations

import torch

from training.recipe import FinetuneRecipe
from training.strategies.strategy import LoadedModel, Precision, load_with_transformers


class PeftQlora:
    def load(self, base: str, plan: FinetuneRecipe, precision: Precision) -> LoadedModel:
        from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
        from transformers import BitsAndBytesConfig

        # bitsandbytes computes NF4 in float16 on a CPU hundreds of times slower than in bfloat16.
        inside = torch.float16 if precision == "float16" else torch.bfloat16
        quantization = (
            BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type="nf4",
                bnb_4bit_use_double_quant=True,
                bnb_4bit_compute_dtype=inside,
            )
            if plan.quantization == "nf4"
            else None
        )
        loaded = load_with_transformers(
            base,
            dtype=inside if quantization else getattr(torch, "float32" if precision == "float16" else precision),
            quantization_config=quantization,
        )
        model = loaded.model
        if quantization:
            model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=plan.gradient_checkpointing)
        config = LoraConfig(
            r=plan.rank,
            lora_alpha=plan.alpha,
            lora_dropout=plan.dropout,
            target_modules=plan.targets,
            task_type="CAUSAL_LM",
        )
        return LoadedModel(get_peft_model(model, config), loaded.tokenizer)
