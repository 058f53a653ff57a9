"""Which tensors a Llama has: their names in Hugging Face's and in llama.cpp's format, their shapes, their row order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from export.checkpoint import LlamaConfig


@dataclass(frozen=True, slots=True)
class Weight:
    """One tensor. `rotary_heads` is set where llama.cpp wants the rows in another order (`rotary_rows`)."""

    name: str
    gguf_name: str
    shape: tuple[int, ...]
    rotary_heads: int | None = None


def weights(config: LlamaConfig) -> list[Weight]:
    """Every tensor of a Llama of this shape; a tied one has no output matrix. Shapes are (rows, columns)."""
    hidden, inner = config.hidden, config.intermediate
    query, key_value = config.heads * config.head_size, config.key_value_heads * config.head_size
    found = [Weight("model.embed_tokens.weight", "token_embd.weight", (config.vocabulary, hidden))]
    for layer in range(config.layers):
        here, there = f"model.layers.{layer}", f"blk.{layer}"
        found += [
            Weight(f"{here}.input_layernorm.weight", f"{there}.attn_norm.weight", (hidden,)),
            Weight(f"{here}.self_attn.q_proj.weight", f"{there}.attn_q.weight", (query, hidden), config.heads),
            Weight(
                f"{here}.self_attn.k_proj.weight",
                f"{there}.attn_k.weight",
                (key_value, hidden),
                config.key_value_heads,
            ),
            Weight(f"{here}.self_attn.v_proj.weight", f"{there}.attn_v.weight", (key_value, hidden)),
            Weight(f"{here}.self_attn.o_proj.weight", f"{there}.attn_output.weight", (hidden, query)),
            Weight(f"{here}.post_attention_layernorm.weight", f"{there}.ffn_norm.weight", (hidden,)),
            Weight(f"{here}.mlp.gate_proj.weight", f"{there}.ffn_gate.weight", (inner, hidden)),
            Weight(f"{here}.mlp.up_proj.weight", f"{there}.ffn_up.weight", (inner, hidden)),
            Weight(f"{here}.mlp.down_proj.weight", f"{there}.ffn_down.weight", (hidden, inner)),
        ]
    found.append(Weight("model.norm.weight", "output_norm.weight", (hidden,)))
    if not config.tied:
        found.append(Weight("lm_head.weight", "output.weight", (config.vocabulary, hidden)))
    return found


def rotary_rows(values: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Reorder the rows (heads * size, columns) of a query or key matrix from Hugging Face's rotary layout to
    llama.cpp's: the two halves of each head, whose elements i and i + size/2 turn together, become neighbours.

    Source: llama.cpp, conversion/llama.py, LlamaModel.permute.
    """
    size = values.shape[0] // heads
    paired = values.reshape(heads, 2, size // 2, *values.shape[1:]).swapaxes(1, 2)
    return np.ascontiguousarray(paired.reshape(values.shape))
