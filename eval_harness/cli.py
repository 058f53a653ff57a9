"""`sahayok-eval`: ask a model for the replies of a held-out split, and score them.

Exit codes: 0 done, 2 an input that cannot be used, 130 stopped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast, get_args

from eval_harness.errors import EvalError
from sahayok.engines.engine import EngineError
from sahayok.engines.loading import EngineName, Quantization

if TYPE_CHECKING:
    from eval_harness.items import Item
    from eval_harness.records import Header

CORPUS = Path(str(resources.files("training"))) / "corpus" / "dialogues"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help explains)\n")


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        return cast(int, arguments.run(arguments))
    except (EvalError, EngineError) as error:
        return _fail(error, 2)
    except ModuleNotFoundError as error:
        return _fail(f"the package {error.name} is not installed: install sahayok with the extra 'eval' (or 'hf')", 2)
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error), 2)
    except KeyboardInterrupt:
        return _fail("stopped; the same command goes on from here", 130)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="sahayok-eval", description="Evaluate a model on dialogues it was not trained on.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="generate and record a reply for every item, then score; resumes")
    run.add_argument("--model", required=True, metavar="NAME|PATH", help="a known model, a .gguf file or a folder")
    run.add_argument("--adapter", type=Path, metavar="PATH", help="LoRA adapter: a .gguf file or PEFT's folder")
    run.add_argument("--engine", choices=get_args(EngineName), help="default: by the model's form")
    run.add_argument("--quantization", choices=get_args(Quantization), default="none", help="of a Hugging Face folder")
    run.add_argument(
        "--corpus", type=Path, default=CORPUS, metavar="PATH", help="dialogues, JSONL or CSV; default: our own"
    )
    run.add_argument("--split", choices=("test", "validation"), default="test")
    run.add_argument("--limit", type=_positive, metavar="N", help="only the first N items")
    run.add_argument("--seed", type=_natural, default=1, metavar="N", help="of the sampling (%(default)s)")
    run.add_argument("--threads", type=_positive, metavar="N", help="default: the free cores")
    run.add_argument("--out", required=True, type=Path, metavar="RECORDS.jsonl")
    run.set_defaults(run=_run)

    score = commands.add_parser("score", help="score a record file; needs no model")
    score.add_argument("records", type=Path, metavar="RECORDS.jsonl")
    score.add_argument("--json", action="store_true", help="everything, with signatures, as JSON")
    score.set_defaults(run=_score)
    return parser


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _positive(text: str) -> int:
    if (number := _natural(text)) < 1:
        raise argparse.ArgumentTypeError("it must be at least 1")
    return number


def _run(arguments: Any) -> int:
    from eval_harness.records import read_records
    from eval_harness.report import as_text
    from eval_harness.run import run
    from eval_harness.summary import summarise
    from sahayok.engines.loading import load_engine
    from sahayok.models import find_model

    if not arguments.out.absolute().parent.is_dir():
        raise EvalError(f"no folder {arguments.out.parent} for --out: make it first")
    items, corpus_sha256 = _items(arguments)
    model = find_model(arguments.model)
    header = _header(arguments, model, corpus_sha256, len(items))

    def load() -> Any:
        return load_engine(
            model,
            engine=header.engine,
            adapter=arguments.adapter,
            threads=arguments.threads,
            quantization=header.quantization,
        )

    run(header, items, arguments.out, load)
    print(as_text(summarise(read_records(arguments.out))), end="")
    return 0


def _items(arguments: Any) -> tuple[list[Item], str]:
    from eval_harness.items import items_of
    from sahayok.persona import load_persona
    from training.dialogues import DialogueError, load_dialogues
    from training.splits import split

    try:
        corpus = load_dialogues(arguments.corpus)
    except DialogueError as error:
        raise EvalError(str(error)) from None
    items = items_of(split(corpus.dialogues)[arguments.split], load_persona())[: arguments.limit]
    if not items:
        raise EvalError(
            f"the {arguments.split} split of {arguments.corpus} is empty: {len(corpus.dialogues)} dialogues are too few"
        )
    return items, corpus.sha256


def _header(arguments: Any, model: Path, corpus_sha256: str, items: int) -> Header:
    from dataclasses import replace

    from eval_harness.provenance import device, hash_of, versions
    from eval_harness.records import Header
    from sahayok.engines.loading import engine_for
    from sahayok.persona import load_persona

    adapter, persona = arguments.adapter, load_persona()
    if adapter is not None and not adapter.exists():
        raise EvalError(f"no adapter at {adapter}")
    engine = arguments.engine or engine_for(model)
    return Header(
        model=model.name,
        model_sha256=hash_of(model),
        adapter=None if adapter is None else adapter.name,
        adapter_sha256=None if adapter is None else hash_of(adapter),
        engine=engine,
        quantization=arguments.quantization,
        persona_version=persona.version,
        system_prompt=persona.system_prompt,
        sampling=replace(persona.sampling, seed=arguments.seed),
        corpus=arguments.corpus.name,
        corpus_sha256=corpus_sha256,
        split=arguments.split,
        items=items,
        versions=versions(engine),
        device=device(engine),
        threads=arguments.threads,
    )


def _score(arguments: Any) -> int:
    from eval_harness.records import read_records
    from eval_harness.report import as_text
    from eval_harness.summary import summarise

    file = read_records(arguments.records)
    if file.cut_bytes:
        print(
            f"dropped 1 line of {file.cut_bytes} bytes that was cut off at the end of {arguments.records}",
            file=sys.stderr,
        )
    summary = summarise(file)
    if arguments.json:
        print(json.dumps(summary.to_json(), ensure_ascii=False, indent=1))
    else:
        print(as_text(summary), end="")
    return 0


def _fail(reason: object, code: int) -> int:
    print(f"sahayok-eval: {' '.join(str(reason).split())}", file=sys.stderr)
    return code
