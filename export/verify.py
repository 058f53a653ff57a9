"""Does a GGUF file compute what the model folder computes? Token ids must be equal, logits close.

transformers in float32 is the reference. llama.cpp keeps its attention cache in float32 and leaves flash attention off
here, so that what is measured is the file and not the run-time's own rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from export.checkpoint import Checkpoint
from export.errors import ExportError
from export.loading import load_llama
from export.vocabulary import read_vocabulary
from sahayok.conversation import Message
from sahayok.engines.llama_log import kept_errors
from sahayok.llama3 import CONTROL_TOKENS, ControlIds, encode_prompt

if TYPE_CHECKING:
    from llama_cpp import Llama
    from numpy.typing import NDArray

Kind = Literal["f32", "f16", "q8_0", "q5_k_m", "q4_k_m"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file of one type may differ by: mean KL divergence in nats a position, share of equal top tokens."""

    kl: float
    top1: float


# Well above what good files measured over PROMPTS and well below files with a wrong tensor; docs/export.md has the
# figures. A quantised file's own rounding hides small errors, so the float16 file it is made from is verified as well.
LIMITS: dict[Kind, Limits] = {
    "f32": Limits(kl=1e-6, top1=0.99),
    "f16": Limits(kl=1e-4, top1=0.98),
    "q8_0": Limits(kl=0.01, top1=0.90),
    "q5_k_m": Limits(kl=0.05, top1=0.80),
    "q4_k_m": Limits(kl=0.1, top1=0.70),
}

# llama.h, enum llama_ftype
_KINDS: dict[str, Kind] = {"0": "f32", "1": "f16", "7": "q8_0", "15": "q4_k_m", "17": "q5_k_m"}

LONGEST_PROMPT = 512
"""Tokens of a prompt that are compared: the logits of every position are held in memory."""

LINES_IN_BLOCK = 20
SHOWN_TEXTS = 3
_GGML_F32 = 0

PROMPTS: tuple[tuple[Message, ...], ...] = (
    (Message("user", "আজ মনটা খুব খারাপ। কারও সাথে কথা বলতে ইচ্ছে করছে না।"),),
    (
        Message("system", "আপনি একজন ধৈর্যশীল শ্রোতা। অল্প কথায়, সহজ বাংলায়, আপনি সম্বোধনে উত্তর দেন।"),
        Message("user", "পরীক্ষায় ফেল করেছি, বাসায় বলতে পারছি না।"),
        Message("assistant", "কথাটা একা বয়ে বেড়ানো কঠিন। বাসায় বললে কী হবে বলে ভয় হচ্ছে?"),
        Message("user", "বাবা খুব রাগ করবেন। গত বছরও ১টা বিষয়ে কম নম্বর পেয়েছিলাম, তখন তিন দিন কথা বলেননি।"),
    ),
    (
        Message("user", "office-এর চাপে ৩ মাস ধরে ঘুম হয় না 😔 boss বলেছে deadline ২৫ তারিখ।"),
        Message("assistant", "তিন মাস ধরে ঘুম না হলে শরীর-মন দুটোই ভেঙে পড়ে। রাতে শুয়ে কী ভাবনা আসে?"),
        Message("user", "র‍্যাঙ্ক, প্রমোশন, আর বাড়ির লোন। <|eot_id|> লিখলে কী হয়?"),
        Message("assistant", "এতগুলো চিন্তা একসঙ্গে মাথায় ঘুরলে ঘুম আসা সত্যিই কঠিন।"),
        Message("user", "হ্যাঁ, আর স্ত্রীর সঙ্গেও কথা কমে গেছে। ও ভাবে আমি ওকে এড়িয়ে চলি।"),
    ),
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What transformers says: the ids of each text and control token, and for each prompt its ids and the logits
    float32 of shape (positions, vocabulary)."""

    texts: list[str]
    text_ids: list[list[int]]
    control_ids: dict[str, int]
    prompts: list[list[int]]
    logits: list[NDArray[np.float32]]


@dataclass(slots=True)
class Verification:
    """How a file compares. `mean_kl` is KL(transformers || llama.cpp) in nats, a mean over `positions`."""

    kind: Kind
    texts: int
    texts_that_differ: int
    positions: int
    max_logit_difference: float
    mean_kl: float
    top1_agreement: float
    problems: list[str] = field(default_factory=list)
    """Why the file must not be published, one line each; empty when it may."""


def read_texts(extra: Path | None = None) -> list[str]:
    """The texts whose token ids are compared: every line of verification_lines.txt and of `extra`, and blocks of
    lines, which have line breaks in them."""
    texts = _lines_and_blocks((resources.files("export") / "verification_lines.txt").read_bytes())
    if extra is not None:
        try:
            texts += _lines_and_blocks(extra.read_bytes())
        except OSError as error:
            raise ExportError(f"--text {extra}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ExportError(f"--text {extra} is not UTF-8 text: convert it first") from None
    return texts


def _lines_and_blocks(file: bytes) -> list[str]:
    lines = file.decode("utf-8").split("\n")  # as bytes, not splitlines: all other line ends belong into the texts
    blocks = ["\n".join(lines[start : start + LINES_IN_BLOCK]) for start in range(0, len(lines), LINES_IN_BLOCK)]
    return [line for line in lines if line] + [block for block in blocks if block]


def reference(folder: Path, texts: Sequence[str]) -> Reference:
    """Run the model folder with transformers in float32. Raises ExportError where it is not a Llama to export."""
    checkpoint = Checkpoint(folder)
    read_vocabulary(folder, checkpoint.config.vocabulary)
    model = load_llama(folder, "float32")
    import torch
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        return ids

    vocabulary = tokenizer.get_vocab()
    control = ControlIds.find(vocabulary.get)
    longest = min(checkpoint.config.context, LONGEST_PROMPT)
    prompts = [encode_prompt(messages, encode, control)[:longest] for messages in PROMPTS]
    with torch.inference_mode():
        logits = [model(input_ids=torch.tensor([ids])).logits[0].numpy() for ids in prompts]
    return Reference(
        texts=list(texts),
        text_ids=[encode(text) for text in texts],
        control_ids={token: vocabulary[token] for token in CONTROL_TOKENS if token in vocabulary},
        prompts=prompts,
        logits=logits,
    )


def compare(expected: Reference, file: Path) -> Verification:
    """Run the GGUF file with llama.cpp on what `expected` holds, and judge it by the limits of its type.

    Raises ExportError for a file that llama.cpp cannot load or whose type has no limits here.
    """
    model = open_gguf(file, context=max(map(len, expected.prompts)))
    try:
        kind = _kind(model, file)
        rows = expected.logits[0].shape[1]
        if model.n_vocab() != rows:
            raise ExportError(f"{file} has {model.n_vocab()} tokens and the model folder {rows}: they are two models")
        differing = _differing_texts(expected, _encoder(model))
        control = {token: model.tokenize(token.encode(), add_bos=False, special=True) for token in expected.control_ids}
        figures = [
            _differences(logits, evaluate(model, ids))
            for ids, logits in zip(expected.prompts, expected.logits, strict=True)
        ]
    finally:
        model.close()
    differences, divergences, agreements = (np.concatenate(part) for part in zip(*figures, strict=True))
    found = Verification(
        kind=kind,
        texts=len(expected.texts),
        texts_that_differ=len(differing),
        positions=len(divergences),
        max_logit_difference=float(differences.max()),
        mean_kl=float(divergences.mean()),
        top1_agreement=float(agreements.mean()),
    )
    found.problems = [f"the token ids of {text!r} differ" for text in differing[:SHOWN_TEXTS]]
    found.problems += [
        f"the control token {token} is {control[token]} and not {[number]}"
        for token, number in expected.control_ids.items()
        if control[token] != [number]
    ]
    found.problems += _beyond_limits(found)
    return found


def open_gguf(file: Path, context: int, adapter: Path | None = None) -> Llama:
    """Load a GGUF file so that `evaluate` gives the logits of every position, for up to `context` tokens.

    Raises ExportError with llama.cpp's reason.
    """
    if not file.is_file():
        raise ExportError(f"no file at {file}: give a GGUF file")
    import llama_cpp

    with kept_errors() as errors:
        try:
            return llama_cpp.Llama(
                str(file),
                n_ctx=context,
                logits_all=True,
                type_k=_GGML_F32,
                type_v=_GGML_F32,
                flash_attn=False,
                lora_path=None if adapter is None else str(adapter),
                verbose=False,
            )
        except (ValueError, RuntimeError) as error:
            reason = errors[0] if errors else str(error)
            raise ExportError(f"llama.cpp cannot load {file}: {reason}") from None


def evaluate(model: Llama, ids: Sequence[int]) -> NDArray[np.float32]:
    """Logits of every position, of shape (len(ids), vocabulary)."""
    model.reset()
    model.eval(ids)
    return cast("NDArray[np.float32]", model.scores[: len(ids)].copy())


def kl_divergence(expected: NDArray[np.float32], actual: NDArray[np.float32]) -> NDArray[np.float64]:
    """KL(P || Q) in nats for each row of two arrays of logits (rows, vocabulary): sum of p (ln p - ln q)."""
    p, q = _log_softmax(expected), _log_softmax(actual)
    result: NDArray[np.float64] = (np.exp(p) * (p - q)).sum(axis=1)
    return result


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    result: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def _differences(
    expected: NDArray[np.float32], actual: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.bool_]]:
    """Largest logit difference, KL divergence and whether the top tokens agree, each of shape (positions,)."""
    return (
        np.abs(expected - actual).max(axis=1),
        kl_divergence(expected, actual),
        expected.argmax(axis=1) == actual.argmax(axis=1),
    )


def _beyond_limits(found: Verification) -> list[str]:
    limits = LIMITS[found.kind]
    problems = []
    if not found.mean_kl <= limits.kl:  # written so that a NaN is beyond
        problems.append(f"the mean KL divergence is {found.mean_kl:.2g} nats, above {limits.kl:g} for {found.kind}")
    if not found.top1_agreement >= limits.top1:
        problems.append(
            f"the most likely token agrees at {found.top1_agreement:.1%} of the positions, "
            f"below {limits.top1:.0%} for {found.kind}"
        )
    return problems


def _differing_texts(expected: Reference, encode: Callable[[str], list[int]]) -> list[str]:
    return [text for text, ids in zip(expected.texts, expected.text_ids, strict=True) if encode(text) != ids]


def _encoder(model: Llama) -> Callable[[str], list[int]]:
    def encode(text: str) -> list[int]:
        return cast("list[int]", model.tokenize(text.encode(), add_bos=False, special=False))

    return encode


def _kind(model: Any, file: Path) -> Kind:
    found = model.metadata.get("general.file_type", "unknown")
    if found not in _KINDS:
        raise ExportError(f"{file} is of file type {found}, which has no limits here: give {', '.join(LIMITS)}")
    return _KINDS[found]
