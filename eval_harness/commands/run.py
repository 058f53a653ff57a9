"""`sahayok-eval run`: ask a model for every item of a suite, write down the replies, score them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from eval_harness.commands.options import natural, positive, setting
from eval_harness.errors import EvalError
from sahayok.engines.loading import EngineName, Quantization

if TYPE_CHECKING:
    from eval_harness.records import Header
    from eval_harness.suites.suite import Suite


def add(commands: Any) -> None:
    parser = commands.add_parser("run", help="ask a model for every item of a suite, then score; resumes")
    parser.add_argument("--model", required=True, metavar="NAME|PATH", help="a known model, a .gguf file or a folder")
    parser.add_argument("--adapter", type=Path, metavar="PATH", help="LoRA adapter: a .gguf file or PEFT's folder")
    parser.add_argument("--engine", choices=get_args(EngineName), help="default: by the model's form")
    parser.add_argument("--quantization", choices=get_args(Quantization), default="none", help="of a folder")
    parser.add_argument(
        "--suite",
        default="dialogue",
        metavar="NAME|PATH",
        help="dialogue, corpus, multi-turn, fit, fit-2 to fit-4, long, speed, or a .jsonl or .csv file (%(default)s)",
    )
    parser.add_argument("--corpus", type=Path, metavar="PATH", help="of the suites dialogue and corpus: JSONL or CSV")
    parser.add_argument(
        "--split", choices=("test", "validation", "test-by-row"), help="of the suites dialogue and corpus (test)"
    )
    parser.add_argument("--limit", type=positive, metavar="N", help="only the first N items")
    parser.add_argument("--repeats", type=positive, default=1, metavar="N", help="ask each item so often (%(default)s)")
    parser.add_argument("--seed", type=natural, default=1, metavar="N", help="of the sampling (%(default)s)")
    parser.add_argument(
        "--parallel", type=positive, metavar="N", help="replies generated at once (16, in the suite speed 1)"
    )
    parser.add_argument(
        "--sampling",
        type=setting,
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="instead of the persona's: temperature, top_p, top_k, repeat_penalty, max_tokens",
    )
    parser.add_argument(
        "--as-chat",
        action="store_true",
        help="reply as the chat does: guarded, and in the manner it has for the model (sahayok/manner.py)",
    )
    parser.add_argument(
        "--own-words", action="store_true", help="with --as-chat: the model says all of a reply, as sahayok-chat's does"
    )
    parser.add_argument("--threads", type=positive, metavar="N", help="default: the free cores")
    parser.add_argument("--no-cache", action="store_true", help="take no reply from an earlier run")
    parser.add_argument("--out", required=True, type=Path, metavar="RECORDS.jsonl")
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    import sys
    from contextlib import ExitStack

    from eval_harness.chat_engine import ChatEngine
    from eval_harness.record_sets import load_record_set
    from eval_harness.reply_cache import ReplyCache
    from eval_harness.report.terminal import as_text
    from eval_harness.run import run as run_items
    from eval_harness.suites.suite import load_suite
    from eval_harness.summary import summarise
    from sahayok.engines.loading import load_engine
    from sahayok.models import find_model
    from sahayok.settings import folders

    if arguments.own_words and not arguments.as_chat:
        raise EvalError("--own-words is for --as-chat: without it the model speaks by itself anyway")
    if arguments.as_chat and arguments.parallel not in (None, 1):
        raise EvalError("--as-chat speaks to one person at a time: leave --parallel out")
    if not arguments.out.absolute().parent.is_dir():
        raise EvalError(f"no folder {arguments.out.parent} for --out: make it first")
    suite = load_suite(arguments.suite, corpus=arguments.corpus, part=arguments.split)
    for note in suite.notes:
        print(note, file=sys.stderr)
    items = suite.items[: arguments.limit]
    model = find_model(arguments.model)
    header = _header(arguments, model, suite, len(items))

    def load() -> Any:
        engine = load_engine(
            model,
            engine=header.engine,
            adapter=arguments.adapter,
            threads=arguments.threads,
            quantization=header.quantization,
        )
        return engine if header.manner is None else ChatEngine(engine, header.manner)

    with ExitStack() as stack:
        cached = not (arguments.no_cache or suite.fresh or arguments.as_chat)
        cache = stack.enter_context(ReplyCache(folders().cache / "replies.sqlite3", header)) if cached else None
        run_items(header, items, arguments.out, load, cache)
    print(as_text(summarise(load_record_set(arguments.out))), end="")
    return 0


def _header(arguments: Any, model: Path, suite: Suite, items: int) -> Header:
    from dataclasses import replace

    from eval_harness.provenance import device, hash_of, versions
    from eval_harness.records import Header
    from sahayok.engines.loading import engine_for
    from sahayok.models import manner_of
    from sahayok.persona import load_persona

    adapter, persona = arguments.adapter, load_persona()
    if adapter is not None and not adapter.exists():
        raise EvalError(f"no adapter at {adapter}")
    engine = arguments.engine or engine_for(model)
    manner = manner_of(arguments.model)
    if arguments.own_words:
        manner = replace(manner, reviewed=False)
    return Header(
        suite=suite.name,
        model=model.name,
        model_sha256=hash_of(model),
        adapter=None if adapter is None else adapter.name,
        adapter_sha256=None if adapter is None else hash_of(adapter),
        engine=engine,
        quantization=arguments.quantization,
        persona_version=persona.version,
        system_prompt=persona.system_prompt,
        sampling=replace(persona.sampling, seed=arguments.seed, **(dict(suite.sampling) | dict(arguments.sampling))),
        corpus=suite.source,
        corpus_sha256=suite.sha256,
        split=suite.split,
        items=items,
        replies=sum(len(item.turns) for item in suite.items[:items]) * arguments.repeats,
        repeats=arguments.repeats,
        parallel=1 if arguments.as_chat else arguments.parallel or suite.parallel,
        manner=manner if arguments.as_chat else None,
        versions=versions(engine),
        device=device(engine),
        threads=arguments.threads,
    )
