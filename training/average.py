"""The mean of several fine-tuned models' weights ("model soup": Wortsman et al. 2022). Runs from one base that differ
in seed or rate err in different places; their mean errs less than any, and costs nothing when it talks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sahayok.files import sha256_of
from training.recipe import Recipe, RecipeError
from training.run_record import FILE, RunRecord, device_name


def average(recipe: Recipe, models: Sequence[Path], out: Path) -> RunRecord:
    """Leave the mean of the model folders in `out`, with the first one's tokenizer. Raises RecipeError in one line for
    fewer than two models, a folder that is none, or models of different shapes or tokenizers."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if len(models) < 2:
        raise RecipeError("give at least two models to average")
    for folder in models:
        if not (folder / "config.json").is_file():
            raise RecipeError(f"{folder} is no model folder: it has no config.json")
    if len({sha256_of(folder / "tokenizer.json") for folder in models}) > 1:
        raise RecipeError("the models have different tokenizers: only runs from one base can be averaged")
    loaded = [AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32) for folder in models]
    weights = [model.state_dict() for model in loaded]
    shapes = [{name: tuple(tensor.shape) for name, tensor in one.items()} for one in weights]
    if any(shape != shapes[0] for shape in shapes):
        raise RecipeError("the models have different shapes: only runs from one base can be averaged")
    mean = {name: torch.stack([one[name] for one in weights]).mean(dim=0) for name in weights[0]}
    loaded[0].load_state_dict(mean)
    record = RunRecord("average", recipe, {"models": [_record_of(folder) for folder in models]}, device_name())
    record.parameters = loaded[0].num_parameters()
    loaded[0].save_pretrained(out)
    AutoTokenizer.from_pretrained(models[0]).save_pretrained(out)
    record.write(out)
    return record


def _record_of(folder: Path) -> dict[str, object]:
    """A model's name and the record of its own training, where it has one."""
    file = folder / FILE
    return {"model": folder.name, "record": json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None}
