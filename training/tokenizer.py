"""Training of a byte-level BPE tokenizer whose pre-tokenizer keeps Bengali vowel signs with their letters.

Llama 3's own expression splits a word at every vowel sign, because a sign is of class \\p{M} and not \\p{L}: 7.2 tokens
a Bengali word. llama.cpp knows a variant under the name `qwen35` that is the same but for \\p{M} beside \\p{L}; it is
used here word for word, so that transformers and llama.cpp cut every text alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from sahayok.llama3 import BEGIN_OF_TEXT, CONTROL_TOKENS, END_OF_TURN, PADDING
from training.text import CorpusError, read_shard, without_repeated_paragraphs

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# llama.cpp, src/llama-vocab.cpp, LLAMA_VOCAB_PRE_TYPE_QWEN35
QWEN35 = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}|"
    r" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def train_tokenizer(texts: Iterator[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """Train to exactly `vocabulary` tokens, the control tokens of the chat format last among them."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN35), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(CONTROL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        limit_alphabet=256,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in CONTROL_TOKENS])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BEGIN_OF_TEXT,
        eos_token=END_OF_TURN,
        pad_token=PADDING,
        clean_up_tokenization_spaces=False,
        chat_template=CHAT_TEMPLATE,
    )


# The chat format of sahayok.llama3 for other people's software; this project's own code never renders it.
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
    " + message['content'] | trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)


def sample(files: Sequence[Path], every: int, characters: int) -> Iterator[str]:
    """The beginning of every how-many-th cleaned text: a tokenizer learns little more from all of them, and needs much
    more memory. Raises CorpusError where there is no text."""
    empty = True
    texts = without_repeated_paragraphs(text for file in files for text in read_shard(file))
    for text in islice(texts, 0, None, every):
        empty = False
        yield text[:characters]
    if empty:
        raise CorpusError(f"no usable Bengali text in {', '.join(map(str, files))}")


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The tokenizer in a folder. Raises CorpusError where there is none."""
    from transformers import PreTrainedTokenizerFast

    if not (folder / "tokenizer.json").is_file():
        raise CorpusError(f"no tokenizer in {folder}: make one with `sahayok-train tokenizer`")
    return PreTrainedTokenizerFast.from_pretrained(folder)
