"""Reading a Llama checkpoint in Hugging Face's format: its config, and its tensors one at a time."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from export.errors import ExportError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from export.layout import Weight

FLOATS = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}
"""The number formats that a full-precision checkpoint may have: safetensors' name to torch's."""

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_HUB_FILES = ("*.json", "*.safetensors", "*.jinja")


@dataclass(frozen=True, slots=True)
class Llama3Rope:
    """The frequency scaling of Llama 3.1 (`rope_type` llama3). Contexts in tokens."""

    factor: float
    low_freq_factor: float
    high_freq_factor: float
    original_context: int


@dataclass(frozen=True, slots=True)
class LlamaConfig:
    """The shape of a Llama. Sizes in elements, `context` in tokens."""

    hidden: int
    layers: int
    heads: int
    key_value_heads: int
    head_size: int
    intermediate: int
    context: int
    vocabulary: int
    norm_epsilon: float
    tied: bool
    rope_theta: float
    rope_scaling: Llama3Rope | None


def find_model(folder_or_id: str) -> Path:
    """The folder of a model given as a folder or as a hub id (`owner/name`), which is fetched once.

    Raises ExportError when it is neither.
    """
    folder = Path(folder_or_id).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists() or not _HUB_ID.fullmatch(folder_or_id):
        raise ExportError(f"no model folder at {folder_or_id}: give a Hugging Face folder or a hub id (owner/name)")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(folder_or_id, allow_patterns=list(_HUB_FILES)))
    except Exception as error:  # the hub client raises its own, httpx's and the operating system's errors
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ExportError(
            f"{folder_or_id} is no folder here and the hub did not give it ({reason}): give a folder"
        ) from None


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file that holds an object. Raises ExportError naming the file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise ExportError(f"{path} is damaged ({error}): get the file again") from None
    if not isinstance(content, dict):
        raise ExportError(f"{path} is damaged (it holds no JSON object): get the file again")
    return content


def read_config(folder: Path) -> LlamaConfig:
    """Read config.json, as transformers 5 writes it (`rope_parameters`) or older ones (`rope_scaling`, `rope_theta`).

    Raises ExportError for whatever is not a plain full-precision Llama.
    """
    if not folder.is_dir():
        raise ExportError(f"no model folder at {folder}: give a folder with config.json and *.safetensors")
    path = folder / "config.json"
    if not path.is_file():
        hint = " (it holds an adapter: give it as --adapter)" if (folder / "adapter_config.json").is_file() else ""
        raise ExportError(f"{folder} has no config.json{hint}: give a Hugging Face model folder")
    values = read_json(path)
    architecture = (values.get("architectures") or [values.get("model_type")])[0]
    if architecture not in ("LlamaForCausalLM", "llama"):
        raise ExportError(f"{path}: the model is a {architecture}: only LlamaForCausalLM can be exported")
    if values.get("quantization_config"):
        raise ExportError(f"{path}: the model is quantised: give the full-precision model it was made from")
    if values.get("attention_bias") or values.get("mlp_bias"):
        raise ExportError(f"{path}: the model has biases, which no Llama 3 has: it cannot be exported")
    if values.get("hidden_act", "silu") != "silu":
        raise ExportError(f"{path}: hidden_act is {values['hidden_act']}: only silu can be exported")
    try:
        return _config(values, path)
    except KeyError as error:
        raise ExportError(f"{path}: the key {error} is missing: get the file again") from None
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise ExportError(f"{path} is damaged ({error}): get the file again") from None


def _config(values: dict[str, Any], path: Path) -> LlamaConfig:
    heads = int(values["num_attention_heads"])
    hidden = int(values["hidden_size"])
    rope = values.get("rope_parameters") or {
        **(values.get("rope_scaling") or {}),
        "rope_theta": values.get("rope_theta", 10000.0),
    }
    return LlamaConfig(
        hidden=hidden,
        layers=int(values["num_hidden_layers"]),
        heads=heads,
        key_value_heads=int(values.get("num_key_value_heads") or heads),
        head_size=int(values.get("head_dim") or hidden // heads),
        intermediate=int(values["intermediate_size"]),
        context=int(values["max_position_embeddings"]),
        vocabulary=int(values["vocab_size"]),
        norm_epsilon=float(values["rms_norm_eps"]),
        tied=bool(values.get("tie_word_embeddings", False)),
        rope_theta=float(rope["rope_theta"]),
        rope_scaling=_rope_scaling(rope, path),
    )


def _rope_scaling(rope: dict[str, Any], path: Path) -> Llama3Rope | None:
    kind = rope.get("rope_type") or rope.get("type") or "default"
    if kind == "default":
        return None
    if kind != "llama3":
        raise ExportError(f"{path}: rope_type is {kind}: only default and llama3 can be exported")
    return Llama3Rope(
        factor=float(rope["factor"]),
        low_freq_factor=float(rope["low_freq_factor"]),
        high_freq_factor=float(rope["high_freq_factor"]),
        original_context=int(rope["original_max_position_embeddings"]),
    )


def tensor_headers(file: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    """Shape and number format (safetensors' name) of each tensor in a safetensors file; no tensor is read.

    Raises ExportError for a damaged file.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(file), framework="pt") as opened:
            slices = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118 - it is no dict
            return {name: (tuple(part.get_shape()), part.get_dtype()) for name, part in slices.items()}
    except FileNotFoundError:
        raise ExportError(f"{file} is missing: get it again") from None
    except SafetensorError as error:
        raise ExportError(f"{file} is damaged ({error}): get it again") from None


def read_tensor(file: Path, name: str) -> NDArray[np.float32]:
    """One tensor of a safetensors file as float32, in its own shape. Raises ExportError where it has a NaN or an
    infinity: nothing that is computed with it would mean anything."""
    import numpy as np
    from safetensors import safe_open

    with safe_open(str(file), framework="pt") as opened:
        values: NDArray[np.float32] = opened.get_tensor(name).float().numpy()
    if not np.isfinite(values).all():
        raise ExportError(f"{file}: {name} holds values that are not numbers: the training diverged, export another")
    return values


class Checkpoint:
    """The tensors of a model folder, read one at a time, so that a model larger than the memory can be converted."""

    def __init__(self, folder: Path) -> None:
        """Reads the headers and checks that exactly the tensors of this Llama are there, in their shapes.

        Raises ExportError otherwise.
        """
        from export.layout import weights

        self.folder = folder
        self.config = read_config(folder)
        self.weights = weights(self.config)
        self._files: dict[str, Path] = {}
        found: dict[str, tuple[tuple[int, ...], str]] = {}
        for file in _shards(folder):
            headers = tensor_headers(file)
            found |= headers
            self._files |= dict.fromkeys(headers, file)
        self._check(found)
        self.dtype = FLOATS[found[self.weights[0].name][1]]
        """The number format of the checkpoint, by torch's name."""

    def read(self, weight: Weight) -> NDArray[np.float32]:
        """The tensor of `weight`, float32."""
        return read_tensor(self._files[weight.name], weight.name)

    def parameters(self) -> int:
        """How many numbers the model has; tied embeddings count once."""
        total = 0
        for weight in self.weights:
            size = 1
            for length in weight.shape:
                size *= length
            total += size
        return total

    def _check(self, found: dict[str, tuple[tuple[int, ...], str]]) -> None:
        expected = {weight.name: weight for weight in self.weights}
        for name, weight in expected.items():
            if name not in found:
                raise ExportError(f"{self.folder}: the tensor {name} is missing: get the model again")
            shape, kind = found[name]
            if shape != weight.shape:
                raise ExportError(
                    f"{self.folder}: {name} has the shape {list(shape)} where config.json means {list(weight.shape)}: "
                    "the files belong to different models"
                )
            if kind not in FLOATS:
                raise ExportError(f"{self.folder}: {name} is of type {kind}: give the full-precision model")
        # Old checkpoints store the rotary frequencies, and tied ones sometimes the output matrix a second time.
        spare = {name for name in found if name.endswith("rotary_emb.inv_freq") or name == "lm_head.weight"}
        if unknown := sorted(set(found) - set(expected) - spare):
            raise ExportError(f"{self.folder}: {unknown[0]} is no tensor of a Llama: the model cannot be exported")


def _shards(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = read_json(index).get("weight_map")
        if not isinstance(names, dict):
            raise ExportError(f"{index} is damaged (it has no weight_map): get the file again")
        return [folder / name for name in sorted(set(names.values()))]
    if not (folder / "model.safetensors").is_file():
        raise ExportError(f"{folder} has no model.safetensors: give a model saved in the safetensors format")
    return [folder / "model.safetensors"]
