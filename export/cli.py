"""`sahayok-export`: from a base model and an adapter to verified GGUF files.

Exit codes: 0 done, 1 a file failed verification, 2 an input or a destination that cannot be used, 130 stopped.
"""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from export.errors import ExportError, VerificationFailed

if TYPE_CHECKING:
    from export.verify import Kind

TYPES = ("f32", "f16", "q8_0", "q5_k_m", "q4_k_m")
DTYPES = ("float32", "float16", "bfloat16")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help explains)\n")


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        return cast(int, arguments.run(arguments))
    except VerificationFailed as error:
        return _fail(error, 1)
    except ExportError as error:
        return _fail(error, 2)
    except OSError as error:
        return _fail(_explain(error), 2)
    except KeyboardInterrupt:
        return _fail("stopped", 130)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="sahayok-export", description="Merge an adapter, write GGUF files, verify them.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    merge = commands.add_parser("merge", help="write base + adapter as a model folder")
    merge.add_argument("--base", required=True, metavar="DIR_OR_ID", help="full-precision model: a folder or a hub id")
    merge.add_argument("--adapter", required=True, type=Path, metavar="DIR", help="LoRA adapter in PEFT's format")
    merge.add_argument("--out", required=True, type=Path, metavar="DIR", help="the new folder")
    merge.add_argument("--dtype", choices=DTYPES, help="number format of the result (default: the base's)")
    merge.set_defaults(run=_merge)

    gguf = commands.add_parser("gguf", help="write a model folder as a GGUF file")
    gguf.add_argument("model", type=Path, metavar="MODEL_DIR")
    gguf.add_argument("--out", required=True, type=Path, metavar="FILE")
    gguf.add_argument("--type", required=True, choices=TYPES)
    gguf.set_defaults(run=_gguf)

    adapter = commands.add_parser("adapter-gguf", help="write an adapter as a GGUF file for llama.cpp's --lora")
    adapter.add_argument("--adapter", required=True, type=Path, metavar="DIR")
    adapter.add_argument("--base", required=True, type=Path, metavar="DIR")
    adapter.add_argument("--out", required=True, type=Path, metavar="FILE")
    adapter.set_defaults(run=_adapter_gguf)

    verify = commands.add_parser("verify", help="compare a GGUF file with the model folder it was made from")
    verify.add_argument("model", type=Path, metavar="MODEL_DIR")
    verify.add_argument("gguf", type=Path, metavar="GGUF")
    verify.add_argument("--text", type=Path, metavar="FILE", help="more lines whose token ids must be equal")
    verify.set_defaults(run=_verify)

    everything = commands.add_parser("all", help="merge, convert, quantise, verify and describe into one new folder")
    everything.add_argument("--base", required=True, metavar="DIR_OR_ID")
    everything.add_argument("--adapter", required=True, type=Path, metavar="DIR")
    everything.add_argument("--out", required=True, type=Path, metavar="DIR")
    everything.add_argument("--types", required=True, type=_types, metavar="T,T", help=f"of {', '.join(TYPES)}")
    everything.add_argument("--name", required=True, help="what the model is called, e.g. sahayok-nano")
    everything.set_defaults(run=_all)
    return parser


def _types(text: str) -> list[str]:
    chosen = list(dict.fromkeys(part.strip().lower() for part in text.split(",")))
    if unknown := [kind for kind in chosen if kind not in TYPES]:
        raise argparse.ArgumentTypeError(f"unknown type {unknown[0]!r}: choose from {', '.join(TYPES)}")
    return chosen


def _merge(arguments: Any) -> int:
    from export.checkpoint import find_model
    from export.merge import merge

    merge(find_model(arguments.base), arguments.adapter, arguments.out, arguments.dtype)
    print(f"merged into {arguments.out}")
    return 0


def _gguf(arguments: Any) -> int:
    from export.gguf import write_gguf

    out, name = arguments.out, arguments.model.resolve().name
    if arguments.type in ("f32", "f16"):
        write_gguf(arguments.model, out, arguments.type, name)
    else:
        _quantised(arguments.model, out, arguments.type, name)
    print(f"wrote {out} ({out.stat().st_size / 1e6:,.1f} MB); check it with: sahayok-export verify MODEL_DIR {out}")
    return 0


def _quantised(model: Path, out: Path, kind: Any, name: str) -> None:
    from export.gguf import write_gguf
    from export.publish import describe_fallback
    from export.quantize import quantize

    half = out.with_name(f"{out.name}.f16.part")
    try:
        write_gguf(model, half, "f16", name)
        for fallback in quantize(half, out, kind):
            print(describe_fallback(fallback, kind), file=sys.stderr)
    finally:
        half.unlink(missing_ok=True)


def _adapter_gguf(arguments: Any) -> int:
    from export.adapter_gguf import write_adapter_gguf

    write_adapter_gguf(arguments.adapter, arguments.base, arguments.out)
    print(f"wrote {arguments.out}")
    return 0


def _verify(arguments: Any) -> int:
    from export.verify import compare, read_texts, reference

    texts = read_texts(arguments.text)
    if not arguments.gguf.is_file():  # before the model folder is read, which takes minutes for a large one
        raise ExportError(f"no file at {arguments.gguf}: give a GGUF file")
    found = compare(reference(arguments.model, texts), arguments.gguf)
    print(f"type                       {found.kind}")
    print(f"texts with other ids       {found.texts_that_differ} of {found.texts}")
    print(f"positions compared         {found.positions}")
    print(f"largest logit difference   {found.max_logit_difference:.3g}")
    print(f"mean KL divergence         {found.mean_kl:.3g} nats")
    print(f"same most likely token     {found.top1_agreement:.2%}")
    if found.problems:
        raise VerificationFailed(f"{arguments.gguf} differs from {arguments.model}: {'; '.join(found.problems)}")
    print("verified")
    return 0


def _all(arguments: Any) -> int:
    from export.publish import publish

    kinds = cast("list[Kind]", arguments.types)
    publish(arguments.base, arguments.adapter, arguments.out, kinds, arguments.name)
    return 0


def _explain(error: OSError) -> str:
    if error.errno in _FULL:
        return "no room left on the disk: free some or give another --out"
    if error.errno in _FORBIDDEN:
        return f"{error.filename}: {error.strerror}: give another --out or change its permissions"
    if error.strerror is None:  # numpy's and safetensors' own words for a write that failed
        return f"writing failed ({error}): is the disk full?"
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def _fail(reason: object, code: int) -> int:
    print(f"sahayok-export: {' '.join(str(reason).split())}", file=sys.stderr)
    return code
