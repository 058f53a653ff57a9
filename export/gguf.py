"""Writing a Llama 3.x checkpoint as a GGUF file in float32 or float16, tensor by tensor."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from export.checkpoint import Checkpoint, LlamaConfig
from export.destination import file_for_libraries
from export.errors import ExportError
from export.layout import rotary_rows
from export.vocabulary import Vocabulary, read_vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

ARCHITECTURE = "llama"
ROPE_FACTORS = "rope_freqs.weight"


def write_gguf(model: Path, out: Path, kind: Literal["f32", "f16"], name: str) -> None:
    """Write the model folder `model` to the file `out`. Vectors stay float32, as llama.cpp wants them.

    `name` is what the file calls the model. Raises ExportError for a model that cannot be exported; `out` then is as
    it was.
    """
    checkpoint = Checkpoint(model)
    vocabulary = read_vocabulary(model, checkpoint.config.vocabulary)
    factors = rope_factors(checkpoint.config)
    matrix = np.dtype(np.float16 if kind == "f16" else np.float32)
    with file_for_libraries(out) as part:
        writer = _open(part, name, kind, checkpoint.config, vocabulary)
        try:
            if factors is not None:
                _announce(writer, ROPE_FACTORS, factors.shape, factors.dtype)
            for weight in checkpoint.weights:
                dtype = matrix if len(weight.shape) == 2 else np.dtype(np.float32)
                _announce(writer, weight.gguf_name, weight.shape, dtype)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_ti_data_to_file()
            if factors is not None:
                writer.write_tensor_data(factors)
            for weight in checkpoint.weights:
                values = checkpoint.read(weight)
                if weight.rotary_heads is not None:
                    values = rotary_rows(values, weight.rotary_heads)
                if len(weight.shape) == 2 and kind == "f16":
                    writer.write_tensor_data(_halved(values, weight.name))
                else:
                    writer.write_tensor_data(values)
        finally:
            writer.close()


def rope_factors(config: LlamaConfig) -> NDArray[np.float32] | None:
    """What each rotary frequency is divided by under Llama 3.1's scaling, of shape (head size / 2,); None without it.

    Frequencies whose wavelength is short stay, long ones are divided by `factor`, those between are interpolated.
    Sources: transformers, modeling_rope_utils._compute_llama3_parameters; llama.cpp, conversion/llama.py,
    LlamaModel.generate_extra_tensors.
    """
    scaling = config.rope_scaling
    if scaling is None:
        return None
    exponents = np.arange(0, config.head_size, 2, dtype=np.float32) / np.float32(config.head_size)
    frequencies = (1.0 / (np.float32(config.rope_theta) ** exponents)).astype(np.float32)
    longest = scaling.original_context / scaling.low_freq_factor
    shortest = scaling.original_context / scaling.high_freq_factor
    factors = []
    for wavelength in (2 * math.pi / frequency for frequency in frequencies.tolist()):
        if wavelength < shortest:
            factors.append(1.0)
        elif wavelength > longest:
            factors.append(scaling.factor)
        else:
            smooth = (scaling.original_context / wavelength - scaling.low_freq_factor) / (
                scaling.high_freq_factor - scaling.low_freq_factor
            )
            factors.append(1 / ((1 - smooth) / scaling.factor + smooth))
    return np.array(factors, dtype=np.float32)


def _open(part: Path, name: str, kind: str, config: LlamaConfig, vocabulary: Vocabulary) -> Any:
    """A gguf.GGUFWriter that holds everything but the tensors. Keys: llama.cpp, docs of the GGUF format."""
    import gguf

    writer = gguf.GGUFWriter(part, ARCHITECTURE)
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(name)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16 if kind == "f16" else gguf.LlamaFileType.ALL_F32)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_block_count(config.layers)
    writer.add_context_length(config.context)
    writer.add_embedding_length(config.hidden)
    writer.add_feed_forward_length(config.intermediate)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.key_value_heads)
    writer.add_key_length(config.head_size)
    writer.add_value_length(config.head_size)
    writer.add_rope_dimension_count(config.head_size)
    writer.add_rope_freq_base(config.rope_theta)
    writer.add_layer_norm_rms_eps(config.norm_epsilon)
    writer.add_vocab_size(config.vocabulary)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(vocabulary.pre_tokenizer)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    writer.add_token_merges(vocabulary.merges)
    writer.add_bos_token_id(vocabulary.bos)
    writer.add_eot_token_id(vocabulary.eot)
    writer.add_eos_token_id(vocabulary.eot if vocabulary.eos is None else vocabulary.eos)
    if vocabulary.pad is not None:
        writer.add_pad_token_id(vocabulary.pad)
    # Both are written out: llama.cpp's default for llama-bpe is to add, and would double what our code places by id.
    writer.add_add_bos_token(vocabulary.adds_bos)
    writer.add_add_eos_token(False)
    if vocabulary.chat_template is not None:
        writer.add_chat_template(vocabulary.chat_template)
    return writer


def _announce(writer: Any, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    writer.add_tensor_info(name, shape, dtype, math.prod(shape) * dtype.itemsize)


def _halved(values: NDArray[np.float32], name: str) -> NDArray[np.float16]:
    if np.abs(values).max() > np.finfo(np.float16).max:
        raise ExportError(f"{name} has values too large for 16 bits: the model can be exported with --type f32 only")
    return values.astype(np.float16)
