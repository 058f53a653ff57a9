"""Full fine-tuning: every weight learns, and the result is a model, not an adapter. For models of some tens of millions
of parameters, whose weights and optimiser state fit anywhere."""

from __future__ import annotations

import torch

from training.recipe import FinetuneRecipe, RecipeError
from training.strategies.strategy import LoadedModel, Precision, load_with_transformers


class FullFinetuning:
    def load(self, base: str, plan: FinetuneRecipe, precision: Precision) -> LoadedModel:
        """The weights stay in float32, whatever `precision` the forward pass computes in."""
        if plan.quantization != "none":
            raise RecipeError('full fine-tuning cannot learn quantised weights: set quantization = "none"')
        return load_with_transformers(base, dtype=torch.float32)
