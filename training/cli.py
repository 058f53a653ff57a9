"""`sahayok-train`: tokenizer, encoding, pretraining and fine-tuning, each a stage that leaves a folder for the next."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from training.dialogues import DialogueError, load_dialogues
from training.recipe import Recipe, RecipeError, built_in, load_recipe
from training.splits import split
from training.text import CorpusError, expand

DEFAULT_CORPUS = Path(__file__).parent / "corpus" / "dialogues"


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        recipe = load_recipe(arguments.recipe)
        stage: int = arguments.run(recipe, arguments)
    except (RecipeError, CorpusError, DialogueError) as error:
        print(f"sahayok-train: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"sahayok-train: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("sahayok-train: stopped; run the same command again to go on from the last checkpoint", file=sys.stderr)
        return 130
    return stage


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sahayok-train", description=__doc__)
    stages = parser.add_subparsers(title="stages", required=True, metavar="STAGE")

    def stage(name: str, summary: str) -> argparse.ArgumentParser:
        sub = stages.add_parser(name, help=summary, description=summary)
        sub.add_argument("recipe", help=f"a recipe file, or one of {', '.join(built_in())}")
        sub.add_argument("--dry-run", action="store_true", help="check everything, say what would be done, do nothing")
        return sub

    tokenizer = stage("tokenizer", "Train a byte-level BPE tokenizer on a text corpus.")
    tokenizer.add_argument(
        "--text", type=Path, nargs="+", required=True, help="JSONL shards (.jsonl, .jsonl.xz) or folders"
    )
    tokenizer.add_argument("--out", type=Path, required=True)
    tokenizer.set_defaults(run=_tokenizer)

    encode = stage("encode", "Encode a text corpus into token files.")
    encode.add_argument(
        "--text", type=Path, nargs="+", required=True, help="JSONL shards (.jsonl, .jsonl.xz) or folders"
    )
    encode.add_argument("--tokenizer", type=Path, required=True, help="folder that the tokenizer stage left")
    encode.add_argument(
        "--corpus", type=Path, default=DEFAULT_CORPUS, help="dialogues that show what text to repeat at the end"
    )
    encode.add_argument("--out", type=Path, required=True)
    encode.set_defaults(run=_encode)

    pretrain = stage("pretrain", "Train a small Llama from scratch on encoded text; resumes an interrupted run.")
    pretrain.add_argument("--tokenizer", type=Path, required=True, help="folder that the tokenizer stage left")
    pretrain.add_argument("--encoded", type=Path, required=True, help="folder that the encode stage left")
    pretrain.add_argument("--out", type=Path, required=True)
    pretrain.set_defaults(run=_pretrain)

    finetune = stage("finetune", "Fine-tune on dialogues, an adapter or all weights; resumes an interrupted run.")
    finetune.add_argument("--base", help="folder or hub id of the base model (default: the recipe's)")
    finetune.add_argument(
        "--corpus", type=Path, default=DEFAULT_CORPUS, help="JSONL dialogues (file or folder) or the Kaggle CSV"
    )
    finetune.add_argument("--strategy", choices=["peft", "unsloth", "full"], help="instead of the recipe's")
    finetune.add_argument("--out", type=Path, required=True)
    finetune.set_defaults(run=_finetune)

    average = stage("average", "Average the weights of several fully fine-tuned models of one base.")
    average.add_argument("models", type=Path, nargs="+", metavar="MODEL_DIR")
    average.add_argument("--out", type=Path, required=True)
    average.set_defaults(run=_average)
    return parser


def _tokenizer(recipe: Recipe, arguments: argparse.Namespace) -> int:
    from training.tokenizer import sample, train_tokenizer

    if recipe.tokenizer is None:
        raise RecipeError(f"recipe {recipe.name} trains no tokenizer: it has no [tokenizer]")
    plan, files = recipe.tokenizer, expand(arguments.text)
    print(f"tokenizer of {plan.vocabulary} tokens from {len(files)} files to {arguments.out}")
    if arguments.dry_run:
        return 0
    tokenizer = train_tokenizer(sample(files, plan.every, plan.characters), plan.vocabulary)
    tokenizer.save_pretrained(arguments.out)
    return 0


def _encode(recipe: Recipe, arguments: argparse.Namespace) -> int:
    from training.encode import encode_corpus
    from training.tokenizer import load_tokenizer

    files = expand(arguments.text)
    tokenizer = load_tokenizer(arguments.tokenizer)
    print(f"{len(files)} files to {arguments.out} with the {len(tokenizer)} tokens of {arguments.tokenizer}")
    if arguments.dry_run:
        return 0
    training = split(load_dialogues(arguments.corpus).dialogues)["train"]
    messages = [message.content for dialogue in training for message in dialogue.conversation]
    record = encode_corpus(files, messages, tokenizer, arguments.tokenizer / "tokenizer.json", arguments.out)
    print(
        f"{record.texts} texts, {record.train_tokens} training tokens, {record.dialogue_tokens} of them like a "
        f"dialogue, {record.validation_tokens} held out, {record.train_bytes / record.train_tokens:.2f} bytes a token; "
        "left out: "
        + ", ".join(f"{count / 1e6:.1f} million characters {reason}" for reason, count in record.left_out.items())
    )
    return 0


def _pretrain(recipe: Recipe, arguments: argparse.Namespace) -> int:
    from training.encode import read_encoded
    from training.pretrain import pretrain
    from training.tokenizer import load_tokenizer

    if recipe.pretrain is None or recipe.model is None:
        raise RecipeError(f"recipe {recipe.name} trains no model from scratch: it has no [model] and [pretrain]")
    tokenizer = load_tokenizer(arguments.tokenizer)
    info, _ = read_encoded(arguments.encoded)
    plan = recipe.pretrain
    total = info.train_tokens * plan.epochs
    print(f"{total / 1e6:.1f} million tokens in steps of {plan.batch * plan.sequence} to {arguments.out}")
    if arguments.dry_run:
        return 0
    pretrain(recipe, tokenizer, arguments.encoded, arguments.out)
    return 0


def _finetune(recipe: Recipe, arguments: argparse.Namespace) -> int:
    from training.finetune import finetune

    finetune(
        recipe,
        base=arguments.base,
        corpus=arguments.corpus,
        strategy=arguments.strategy,
        out=arguments.out,
        dry_run=arguments.dry_run,
    )
    return 0


def _average(recipe: Recipe, arguments: argparse.Namespace) -> int:
    from training.average import average

    print(f"the mean of {len(arguments.models)} models to {arguments.out}")
    if not arguments.dry_run:
        average(recipe, arguments.models, arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
