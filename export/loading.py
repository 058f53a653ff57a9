"""Loading a Llama with transformers, quietly."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from export.checkpoint import Checkpoint

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM


def load_llama(folder: Path, dtype: str) -> LlamaForCausalLM:
    """The model of `folder` in memory, on the processor, in `dtype` (torch's name), ready to be evaluated.

    Raises ExportError where `folder` is not a plain, whole, full-precision Llama.
    """
    Checkpoint(folder)
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it complains of kernels that only 4-bit models need
    import torch
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    model = transformers.LlamaForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype), local_files_only=True)
    return model.eval()
