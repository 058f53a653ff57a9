"""Ways to damage a model folder or a file, and to compute what a folder says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray


def edit_json(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def edit_tensors(path: Path, change: Callable[[dict[str, torch.Tensor]], Any]) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(path)
    change(tensors)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata={"format": "pt"})


def cut(path: Path, bytes_left: int) -> None:
    path.write_bytes(path.read_bytes()[:bytes_left])


def edit_gguf_tensor(path: Path, name: str, change: Callable[[NDArray[Any]], Any]) -> None:
    """Change the stored bytes of one tensor of a GGUF file in place."""
    from gguf import GGUFReader

    reader = GGUFReader(path, mode="r+")
    tensor = next(tensor for tensor in reader.tensors if tensor.name == name)
    change(tensor.data)
    tensor.data.flush()


def logits_of(folder: Path, ids: Sequence[int], adapter: Path | None = None) -> NDArray[np.float32]:
    """What transformers computes in float32, with a live adapter where given: (positions, vocabulary)."""
    from transformers import LlamaForCausalLM

    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if adapter is not None:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, str(adapter))
    with torch.inference_mode():
        result: NDArray[np.float32] = model.eval()(input_ids=torch.tensor([list(ids)])).logits[0].numpy()
    return result
