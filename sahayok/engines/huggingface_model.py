"""A Hugging Face folder in memory: the weights, its vocabulary, an adapter over it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Literal

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, DynamicCache

from sahayok.engines.engine import EngineError
from sahayok.engines.resources import available_memory
from sahayok.llama3 import ControlIds, text_encoder

_NF4_SHARE = 0.35
"""Memory of a model held in NF4 over its 16-bit file: 4.5 bits a weight and the embeddings in 16."""


class HuggingFaceModel:
    """The weights, for any number of caches."""

    def __init__(self, folder: Path, adapter: Path | None, quantization: Literal["nf4", "none"]) -> None:
        """Raises EngineError in one line."""
        for path, what, needed in ((folder, "model", "config.json"), (adapter, "adapter", "adapter_config.json")):
            if path is not None and not (path / needed).is_file():
                raise EngineError(f"no {what} in {path}: a Hugging Face {what} folder has a {needed}")
        _check_memory(folder, quantization)
        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder)
            self._model = _load(folder, quantization)
            if adapter is not None:
                from peft import PeftModel

                self._model = PeftModel.from_pretrained(self._model, adapter)
            self.encode = text_encoder(self._tokenizer)
            self.ids = ControlIds.find(self._tokenizer.get_vocab().get)
        except Exception as error:  # transformers, safetensors, peft and torch have no common error
            self._model = None
            raise EngineError(f"{folder.name} cannot be loaded: {_reason(error)}") from None
        self._model.eval()
        self._special = frozenset(self._tokenizer.all_special_ids)
        self.device: torch.device = self._model.device
        self.trained_context = int(self._model.config.max_position_embeddings)

    def bytes_of(self, token: int) -> bytes | None:
        """The bytes of a token of a byte-level vocabulary, none for a control token; None where it ends the turn."""
        if token in self.ids.stops:
            return None
        if token in self._special:
            return b""
        piece = self._tokenizer.convert_ids_to_tokens(token)
        return bytes(_BYTE_OF[character] for character in piece) if piece is not None else b""

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def forward(
        self,
        tokens: torch.Tensor,
        cache: DynamicCache,
        *,
        every_logit: bool = False,
        mask: torch.Tensor | None = None,
        positions: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Evaluate `tokens`, of shape (rows, tokens), after those in the cache. Logits of the last of each row, or of
        every one, in float32: (rows, 1 or tokens, vocabulary).

        `mask`, of shape (rows, tokens in the cache and new ones), is 0 for padding; `positions` has the shape of
        `tokens`. Raises EngineError; what the cache holds is then unknown.
        """
        try:
            output = self._model(
                input_ids=tokens,
                attention_mask=mask,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=0 if every_logit else 1,
            )
        except torch.OutOfMemoryError as error:
            rows = len(tokens)
            if rows == 1:
                raise EngineError("the GPU's memory does not suffice: choose a smaller model, or nf4") from error
            raise EngineError(f"not enough memory for {rows} replies at once: ask for {rows // 2} at once") from error
        except Exception as error:
            raise EngineError(f"the model could not go on: {_reason(error)}") from error
        logits: torch.Tensor = output.logits.float()
        return logits

    def close(self) -> None:
        """Safe to call twice."""
        self._model = None


def _check_memory(folder: Path, quantization: str) -> None:
    size = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    # On a CPU, 16-bit weights are computed in float32; a GPU's own memory is checked by its driver.
    needed = size * (_NF4_SHARE if quantization == "nf4" else 1 if torch.cuda.is_available() else 2)
    free = available_memory()
    if free is not None and needed > free:
        raise EngineError(
            f"{folder.name} needs {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free: "
            "choose a smaller model, or nf4"
        )


def _load(model: Path, quantization: str) -> Any:
    cuda = torch.cuda.is_available()
    if quantization == "nf4":
        # bitsandbytes computes NF4 in float16 on a CPU hundreds of times slower than in bfloat16.
        half = torch.bfloat16 if not cuda or torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
        config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=half)
        options: dict[str, Any] = {"quantization_config": config, "dtype": half}
    else:
        options = {"dtype": "auto" if cuda else torch.float32}
    return AutoModelForCausalLM.from_pretrained(
        model, device_map={"": 0} if cuda else "cpu", local_files_only=True, **options
    )


def _reason(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _byte_of() -> dict[str, int]:
    """The printable character by which a byte-level BPE vocabulary writes each byte (GPT-2's encoder.py)."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + index): byte for index, byte in enumerate(others)}


_BYTE_OF = _byte_of()
