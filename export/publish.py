"""The whole line: merge, convert, quantise, verify, describe; and publish only what was verified."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from export.adapter import read_adapter
from export.checkpoint import Checkpoint, find_model, read_json
from export.destination import folder_whole
from export.errors import ExportError, VerificationFailed
from export.gguf import write_gguf
from export.merge import merge
from export.model_card import model_card
from export.quantize import Fallback, quantize
from export.verify import Kind, Reference, compare, read_texts, reference
from export.vocabulary import read_vocabulary
from sahayok.files import sha256_of
from sahayok.versions import versions_of

CARD, RECORD, MERGED = "MODEL_CARD.md", "export_record.json", "merged"
RUN_RECORD = "run_record.json"
"""What training leaves beside a base and an adapter."""

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_VERSIONED = ("sahayok", "torch", "transformers", "tokenizers", "peft", "gguf", "llama-cpp-python")


def publish(
    base: str,
    adapter: Path,
    out: Path,
    kinds: Sequence[Kind],
    name: str,
    *,
    say: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Fill the new folder `out`: one `NAME-TYPE.gguf` for each of `kinds`, the merged model in `merged`, the model card
    and the export record, which is returned.

    The record: name, created (UTC), versions; model (parameters, layers, hidden, context, vocabulary, dtype); base and
    adapter (name, run: training's record or None); files, each with file, bytes, sha256, verification and fallbacks.

    Raises ExportError for inputs that cannot be exported and VerificationFailed for a file that does not compute what
    the merged model computes; nothing is then at `out`.
    """
    if not _NAME.fullmatch(name):
        raise ExportError(f"--name {name!r}: use letters, digits, '-', '_' and '.'")
    base_folder = find_model(base)
    checkpoint = Checkpoint(base_folder)
    # Before the long work, whatever can be known now.
    read_adapter(adapter, checkpoint.config)
    read_vocabulary(base_folder, checkpoint.config.vocabulary)
    with folder_whole(out) as part:
        say("merging")
        merged = part / MERGED
        merge(base_folder, adapter, merged)
        say("computing the reference with transformers")
        expected = reference(merged, read_texts())
        made = [_file(part, name, kind, expected, say) for kind in _in_order(kinds)]
        files = [entry for entry in made if entry["verification"]["kind"] in kinds]
        for entry in made:
            if entry not in files:
                (part / entry["file"]).unlink()
        record = {
            "name": name,
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "model": {
                "parameters": checkpoint.parameters(),
                "layers": checkpoint.config.layers,
                "hidden": checkpoint.config.hidden,
                "context": checkpoint.config.context,
                "vocabulary": checkpoint.config.vocabulary,
                "dtype": checkpoint.dtype,
            },
            "base": {"name": base if not Path(base).is_dir() else base_folder.resolve().name, "run": _run(base_folder)},
            "adapter": {"name": adapter.resolve().name, "run": _run(adapter)},
            "files": files,
            "versions": versions_of(_VERSIONED),
        }
        (part / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        (part / CARD).write_text(model_card(record), encoding="utf-8")
    say(f"published {out}")
    return record


def _in_order(kinds: Sequence[Kind]) -> list[Kind]:
    """The files to make. F16 comes first wherever something is quantised from it, and is verified although nobody asked
    for it: its limits are narrow enough to show an error that would hide in the rounding of the others."""
    first: list[Kind] = ["f16"] if set(kinds) - {"f32"} else []
    return list(dict.fromkeys((*first, *kinds)))


def _file(part: Path, name: str, kind: Kind, expected: Reference, say: Callable[[str], None]) -> dict[str, Any]:
    """Make and verify one file of `part`; returns its entry in the record."""
    file = part / f"{name}-{kind}.gguf"
    fallbacks: list[Fallback] = []
    say(f"writing {kind}")
    if kind == "f32" or kind == "f16":
        write_gguf(part / MERGED, file, kind, name)
    else:
        fallbacks = quantize(part / f"{name}-f16.gguf", file, kind)
        for fallback in fallbacks:
            say(describe_fallback(fallback, kind))
    found = compare(expected, file)
    say(
        f"verified {kind}: {found.texts} texts, {found.texts_that_differ} with other ids; {found.positions} positions, "
        f"largest logit difference {found.max_logit_difference:.2g}, mean KL {found.mean_kl:.2g} nats, "
        f"same top token {found.top1_agreement:.1%}"
    )
    if found.problems:
        raise VerificationFailed(f"{file.name} was not published: {'; '.join(found.problems)}")
    return {
        "file": file.name,
        "bytes": file.stat().st_size,
        "sha256": sha256_of(file),
        "verification": asdict(found),
        "fallbacks": [asdict(fallback) for fallback in fallbacks],
    }


def describe_fallback(fallback: Fallback, kind: Kind) -> str:
    return (
        f"warning: {fallback.tensor} is stored as {fallback.stored_as} and not as {kind}: its rows of "
        f"{fallback.columns} do not divide into blocks"
    )


def _run(folder: Path) -> dict[str, Any] | None:
    """Training's record without the curve of losses, or None."""
    path = folder / RUN_RECORD
    return {key: value for key, value in read_json(path).items() if key != "losses"} if path.is_file() else None
