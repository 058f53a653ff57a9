"""The transformers engine: a Hugging Face folder, in full precision or in 4 bits, with an optional LoRA adapter."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event, Lock
from typing import Any, Literal

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, DynamicCache

from sahayok.bengali import ClusterStream, nfc
from sahayok.conversation import Message
from sahayok.engines.engine import Counts, EngineError, Finish, Piece, PromptTooLong, Sampling, Scored
from sahayok.engines.prefix import shared_prefix
from sahayok.engines.resources import available_memory
from sahayok.llama3 import ControlIds, encode_prompt, encode_reply, text_encoder

LONGEST_CONTEXT = 8192
"""Tokens; a model that could hold more is held to this."""
BATCH = 512
"""Prompt tokens evaluated at once; between two batches the engine looks whether it was stopped."""
PENALTY_WINDOW = 64
"""Tokens of the reply that the repeat penalty looks back at, as in the llama.cpp engine."""
_NF4_SHARE = 0.35
"""Memory of a model held in NF4 over its 16-bit file: 4.5 bits a weight and the embeddings in 16."""


class HuggingFaceEngine:
    """A loaded transformers model. Implements sahayok.engines.engine.Engine."""

    def __init__(
        self,
        model: Path,
        *,
        adapter: Path | None = None,
        threads: int | None = None,
        quantization: Literal["nf4", "none"] = "none",
        progress: Callable[[float], None] | None = None,
    ) -> None:
        """Load the folder `model`; `adapter` is a folder as PEFT saves it, `threads` None takes torch's own choice.
        Raises EngineError in one line."""
        for folder, what, needed in ((model, "model", "config.json"), (adapter, "adapter", "adapter_config.json")):
            if folder is not None and not (folder / needed).is_file():
                raise EngineError(f"no {what} in {folder}: a Hugging Face {what} folder has a {needed}")
        self._lock = Lock()
        self._model: Any = None
        if threads is not None:
            torch.set_num_threads(threads)
        self._check_memory(model, quantization)
        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model)
            self._model = _load(model, quantization)
            if adapter is not None:
                from peft import PeftModel

                self._model = PeftModel.from_pretrained(self._model, adapter)
            self._encode = text_encoder(self._tokenizer)
            self._ids = ControlIds.find(self._tokenizer.get_vocab().get)
        except Exception as error:  # transformers, safetensors, peft and torch have no common error
            self._model = None
            reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            raise EngineError(f"{model.name} cannot be loaded: {reason}") from None
        self._model.eval()
        self._device = self._model.device
        self._forget()
        if progress is not None:
            progress(1.0)

    @property
    def context_tokens(self) -> int:
        return min(int(self._model.config.max_position_embeddings), LONGEST_CONTEXT)

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, stop: Event) -> Iterator[Piece]:
        with self._lock:
            started = time.perf_counter()
            prompt = encode_prompt(messages, self._encode, self._ids)
            if len(prompt) >= self.context_tokens:
                raise PromptTooLong(len(prompt), self.context_tokens - 1)
            logits, evaluated = self._evaluate(prompt, stop)
            draw = _Sampler(sampling, self._device)
            reply: list[int] = []
            to_first = 0.0
            finish: Finish = "stopped"
            text = ClusterStream()
            while not stop.is_set():
                token = draw(logits, reply)
                reply.append(token)
                to_first = to_first or time.perf_counter() - started
                if token in self._ids.stops:
                    finish = "eot"
                    break
                if piece := text.feed(self._bytes(token)):
                    yield Piece(piece)
                if len(reply) >= sampling.max_tokens or len(self._cached) + 1 >= self.context_tokens:
                    finish = "length"
                    break
                logits = self._forward([token])[-1]
            counts = Counts(len(prompt), evaluated, len(reply), time.perf_counter() - started, to_first)
            yield Piece(text.flush(), finish, counts)

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(encode_prompt(messages, self._encode, self._ids))

    def response_logprob(self, messages: Sequence[Message], response: str) -> Scored:
        with self._lock:
            prompt = encode_prompt(messages, self._encode, self._ids)
            reply = encode_reply(response, self._encode, self._ids)
            if len(prompt) + len(reply) > self.context_tokens:
                raise PromptTooLong(len(prompt) + len(reply), self.context_tokens)
            first, _ = self._evaluate(prompt, Event())
            rows = [first[None]]
            if len(reply) > 1:
                rows.append(self._forward(reply[:-1]))
            probabilities = torch.log_softmax(torch.cat(rows).double(), dim=-1)
            chosen = probabilities.gather(1, torch.tensor(reply, device=self._device)[:, None])
            return Scored(-float(chosen.sum()), len(reply), len(nfc(response).strip().encode()))

    def close(self) -> None:
        with self._lock:
            self._model = None
            self._forget()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()

    def _check_memory(self, model: Path, quantization: str) -> None:
        size = sum(file.stat().st_size for file in model.glob("*.safetensors"))
        # On a CPU, 16-bit weights are computed in float32; a GPU's own memory is checked by its driver.
        needed = size * (_NF4_SHARE if quantization == "nf4" else 1 if torch.cuda.is_available() else 2)
        free = available_memory()
        if free is not None and needed > free:
            raise EngineError(
                f"{model.name} needs {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free: "
                "choose a smaller model, or nf4"
            )

    # Tokens

    def _bytes(self, token: int) -> bytes:
        """The bytes of a token of a byte-level vocabulary, none for a control token."""
        if token in self._tokenizer.all_special_ids:
            return b""
        piece = self._tokenizer.convert_ids_to_tokens(token)
        return bytes(_BYTE_OF[character] for character in piece) if piece is not None else b""

    # Evaluation

    def _forget(self) -> None:
        self._cache: Any = DynamicCache()
        self._cached: list[int] = []

    def _evaluate(self, prompt: list[int], stop: Event) -> tuple[torch.Tensor, int]:
        """Bring the cache to hold `prompt`. Returns the logits after its last token, shape (vocabulary,), and how many
        tokens had to be evaluated. Leaves off early when `stop` is set; the logits are then of no use."""
        shared = shared_prefix(self._cached, prompt)
        if shared < len(self._cached):
            self._cache.crop(shared)
            del self._cached[shared:]
        logits = torch.empty(0)
        for start in range(shared, len(prompt), BATCH):
            if stop.is_set():
                break
            logits = self._forward(prompt[start : start + BATCH], last_only=True)[-1]
        return logits, len(self._cached) - shared

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def _forward(self, tokens: list[int], *, last_only: bool = False) -> torch.Tensor:
        """Evaluate tokens after those in the cache. Float logits of shape (tokens, vocabulary), or (1, vocabulary)."""
        try:
            output = self._model(
                input_ids=torch.tensor([tokens], device=self._device),
                past_key_values=self._cache,
                use_cache=True,
                logits_to_keep=1 if last_only else 0,
            )
        except Exception as error:
            self._forget()  # what the cache holds now is unknown
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise EngineError(f"the model could not go on: {reason}") from error
        self._cached += tokens
        logits: torch.Tensor = output.logits[0].float()
        return logits


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


class _Sampler:
    """Draws the next token in llama.cpp's order: repeat penalty, top-k, top-p, temperature."""

    def __init__(self, sampling: Sampling, device: torch.device) -> None:
        self.sampling = sampling
        self.random = torch.Generator(device)
        if sampling.seed is None:
            self.random.seed()
        else:
            self.random.manual_seed(sampling.seed)

    def __call__(self, logits: torch.Tensor, reply: list[int]) -> int:
        """`logits` of shape (vocabulary,); `reply` is what was drawn so far."""
        logits = logits.clone()
        recent = torch.tensor(sorted(set(reply[-PENALTY_WINDOW:])), dtype=torch.long, device=logits.device)
        scores = logits[recent]
        penalty = self.sampling.repeat_penalty
        logits[recent] = torch.where(scores > 0, scores / penalty, scores * penalty)
        if self.sampling.temperature <= 0:
            return int(logits.argmax())
        values, tokens = logits.topk(min(self.sampling.top_k or logits.numel(), logits.numel()))
        before = torch.softmax(values, dim=-1).cumsum(dim=-1) - torch.softmax(values, dim=-1)
        kept = before < self.sampling.top_p  # the first is always kept
        weights = torch.softmax(values[kept] / self.sampling.temperature, dim=-1)
        return int(tokens[kept][torch.multinomial(weights, 1, generator=self.random)])


def _byte_of() -> dict[str, int]:
    """The printable character by which a byte-level BPE vocabulary writes each byte (GPT-2's encoder.py)."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + index): byte for index, byte in enumerate(others)}


_BYTE_OF = _byte_of()
