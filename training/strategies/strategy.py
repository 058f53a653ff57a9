"""What a fine-tuning strategy is: it loads the base and says which weights learn, an adapter's or all. The trainer is
the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from training.recipe import FinetuneRecipe, RecipeError

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Precision = Literal["float32", "bfloat16", "float16"]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    model: PeftModel | PreTrainedModel
    tokenizer: PreTrainedTokenizerBase


class Strategy(Protocol):
    def load(self, base: str, plan: FinetuneRecipe, precision: Precision) -> LoadedModel:
        """Load `base` (folder or hub id) with the weights that learn as `plan` says: a fresh adapter's, or all.

        `precision` is what the forward pass computes in. Raises RecipeError in one line for a base that cannot be used.
        """
        ...


def find_strategy(name: Literal["peft", "unsloth", "full"]) -> Strategy:
    """The strategy of that name; Unsloth is imported only here."""
    if name == "peft":
        from training.strategies.peft_qlora import PeftQlora

        return PeftQlora()
    if name == "full":
        from training.strategies.full import FullFinetuning

        return FullFinetuning()
    import torch

    if not torch.cuda.is_available():
        raise RecipeError("the unsloth strategy needs an NVIDIA GPU and there is none: use --strategy peft")
    from training.strategies.unsloth_qlora import UnslothQlora

    return UnslothQlora()


def load_with_transformers(base: str, **options: Any) -> LoadedModel:
    """The base model, on the GPU where there is one, and its tokenizer; `options` go to `from_pretrained`. Raises
    RecipeError in one line."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        model = AutoModelForCausalLM.from_pretrained(
            base, device_map={"": 0} if torch.cuda.is_available() else "cpu", **options
        )
        return LoadedModel(model, AutoTokenizer.from_pretrained(base))
    except (OSError, ValueError) as error:
        raise RecipeError(f"the base model {base} cannot be loaded: {str(error).splitlines()[0]}") from None


def computing_precision() -> Precision:
    """bfloat16 on cards and processors that have it, float16 on cards that do not (T4), else float32."""
    import torch

    if not torch.cuda.is_available():
        return "bfloat16" if torch.cpu.get_capabilities().get("avx512_bf16") else "float32"
    return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float16"
