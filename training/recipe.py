"""Recipes: one commented TOML file says everything about a model that a researcher may want to change."""

from __future__ import annotations

import tomllib
import types
from dataclasses import MISSING, dataclass, fields, is_dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class RecipeError(Exception):
    """A recipe that cannot be used. Its text is one line that names the file and the key."""


@dataclass(frozen=True, slots=True)
class TokenizerRecipe:
    vocabulary: int
    """Tokens in all, control tokens included."""
    every: int
    """The merges are learnt from every how-many-th text of the corpus,"""
    characters: int
    """and of each from so many characters at its beginning."""


@dataclass(frozen=True, slots=True)
class ModelRecipe:
    """Shape of a Llama model trained from scratch."""

    hidden: int
    layers: int
    heads: int
    key_value_heads: int
    intermediate: int
    context: int


@dataclass(frozen=True, slots=True)
class PretrainRecipe:
    sequence: int
    """Tokens in a training row."""
    batch: int
    """Rows in an optimiser step."""
    micro_batch: int
    """Rows in one forward pass; `batch` is a multiple of it."""
    epochs: float
    muon_lr: float
    """For the matrices that are not embeddings (torch.optim.Muon)."""
    adamw_lr: float
    """For the embeddings and norms."""
    weight_decay: float
    hidden_share: float
    """Share of the input tokens that are hidden behind the padding token while the one after is still to be foretold:
    each epoch hides others, so that a text seen again is not quite the same."""
    warmup_steps: int
    decay_share: float
    """Share of the steps, at the end, over which the rate falls linearly to zero."""
    dialogue_share: float
    """Share of the rows in those steps that are from text like a dialogue."""
    checkpoint_minutes: float
    seed: int


@dataclass(frozen=True, slots=True)
class FinetuneRecipe:
    strategy: Literal["peft", "unsloth", "full"]
    """full: every weight learns and no adapter is made; rank, alpha, dropout and targets then say nothing."""
    quantization: Literal["nf4", "none"]
    """nf4: the frozen base is held in 4 bits (QLoRA); none: LoRA on the full-precision base."""
    rank: int
    alpha: int
    dropout: float
    targets: list[str]
    epochs: float
    learning_rate: float
    schedule: Literal["linear", "cosine", "constant"]
    warmup_steps: int
    weight_decay: float
    optimizer: Literal["adamw_torch", "adamw_8bit"]
    batch: int
    accumulation: int
    max_length: int
    """Tokens; a longer dialogue loses its oldest exchanges."""
    gradient_checkpointing: bool
    evaluations_per_epoch: int
    seed: int
    base: str | None = None
    """Hub id or folder of the base model; --base overrides it."""
    reads_feelings: bool = False
    """Whether the model also learns to say which feeling a first message shows (sahayok/feeling_reader.py)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    name: str
    finetune: FinetuneRecipe
    tokenizer: TokenizerRecipe | None = None
    model: ModelRecipe | None = None
    pretrain: PretrainRecipe | None = None


def built_in() -> list[str]:
    """Names of the recipes that come with the package."""
    folder = resources.files("training") / "recipes"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_recipe(name_or_path: str) -> Recipe:
    """Read a built-in recipe by name or any TOML file by path. Raises RecipeError in one line."""
    if name_or_path in built_in():
        text = (resources.files("training") / "recipes" / f"{name_or_path}.toml").read_text(encoding="utf-8")
    else:
        try:
            text = Path(name_or_path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise RecipeError(
                f"recipe {name_or_path}: {reason}; give a file or one of {', '.join(built_in())}"
            ) from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"recipe {name_or_path}: not valid TOML: {error}") from None
    recipe = _read(Recipe, table, f"recipe {name_or_path}")
    _check(recipe, f"recipe {name_or_path}")
    return recipe


def _read(cls: type[T], table: Any, where: str) -> T:
    """Build a dataclass from a TOML table: every key known, every needed key there, every value of its type."""
    if not isinstance(table, dict):
        raise RecipeError(f"{where}: must be a table")
    hints = get_type_hints(cls)
    known = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            raise RecipeError(f"{where}: unknown key '{key}'; the keys are {', '.join(known)}")
    values = {}
    for name, field in known.items():
        if name in table:
            values[name] = _value(hints[name], table[name], f"{where}: {name}")
        elif field.default is MISSING:
            raise RecipeError(f"{where}: the key '{name}' is missing")
    return cls(**values)


def _value(hint: Any, value: Any, where: str) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(choice for choice in get_args(hint) if choice is not type(None))
    if is_dataclass(hint):
        return _read(hint, value, where)  # type: ignore[arg-type]
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise RecipeError(f"{where} is {value!r}; it must be one of {', '.join(get_args(hint))}")
        return value
    if get_origin(hint) is list:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise RecipeError(f"{where} must be a list of texts")
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise RecipeError(f"{where} is {value!r}; it must be of type {hint.__name__}")
    return value


def _check(recipe: Recipe, where: str) -> None:
    model, pretrain = recipe.model, recipe.pretrain
    if model and model.hidden % model.heads:
        raise RecipeError(f"{where}: model: hidden ({model.hidden}) must be a multiple of heads ({model.heads})")
    if model and model.heads % model.key_value_heads:
        raise RecipeError(f"{where}: model: heads must be a multiple of key_value_heads")
    if pretrain and pretrain.batch % pretrain.micro_batch:
        raise RecipeError(f"{where}: pretrain: batch ({pretrain.batch}) must be a multiple of micro_batch")
    if pretrain and model and pretrain.sequence > model.context:
        raise RecipeError(f"{where}: pretrain: sequence is longer than the model's context ({model.context})")
    for section in (recipe.tokenizer, model, pretrain, recipe.finetune):
        for name in (
            "vocabulary",
            "every",
            "characters",
            "hidden",
            "layers",
            "heads",
            "key_value_heads",
            "intermediate",
            "context",
            "sequence",
            "batch",
            "micro_batch",
            "epochs",
            "rank",
            "accumulation",
            "max_length",
        ):
            if section is not None and hasattr(section, name) and getattr(section, name) <= 0:
                raise RecipeError(f"{where}: {name} must be above zero")
