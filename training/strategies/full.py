"""Full fine-tuning: every weight learns, and the result is a model, not an adapter. For models of some tens of millions
of parameters, whose weights and optimiser state fit anywhere."""

from __future__ import annotations

import torch

from training.recipe import FinetuneRecipe, RecipeError
from training.strategies.strategy import LoadedModel, Precision


class FullFinetuning:
    def load(self, base: str, plan: FinetuneRecipe, precision: Precision) -> LoadedModel:
        """The weights stay in float32, whatever `precision` the forward pass computes in."""
        from transformers import AutoModelForCausalLM, AutoTokenizer

        if plan.quantization != "none":
            raise RecipeError('full fine-tuning cannot learn quantised weights: set quantization = "none"')
        try:
            model = AutoModelForCausalLM.from_pretrained(
                base, dtype=torch.float32, device_map={"": 0} if torch.cuda.is_available() else "cpu"
            )
            tokenizer = AutoTokenizer.from_pretrained(base)
        except (OSError, ValueError) as error:
            raise RecipeError(f"the base model {base} cannot be loaded: {str(error).splitlines()[0]}") from None
        return LoadedModel(model, tokenizer)
