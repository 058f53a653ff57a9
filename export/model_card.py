"""The model card that lies beside an exported model. Every figure in it comes from the export record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_INTRODUCTION = """\
`{name}` is a Bengali listening companion of the Sahayok project: a Llama model with {parameters} parameters, \
{layers} layers of width {hidden}, a vocabulary of {vocabulary} tokens and a context of {context} tokens.

## What it is for

Listening and answering in Bengali, offline, through `sahayok-chat`. It is no doctor and no therapist. It makes
mistakes, invents facts, and forgets what no longer fits its context. It diagnoses nothing and must not be relied on in
a crisis: the help card that shows people who can help belongs to the program and not to these files. Whoever runs the
files in another program runs them without it.
"""


def model_card(record: Mapping[str, Any]) -> str:
    """Markdown from an export record (export.publish.publish describes it). What the record lacks is left out."""
    shape = record["model"]
    parts = [
        f"# {record['name']}\n",
        _INTRODUCTION.format(
            name=record["name"],
            parameters=_count(shape["parameters"]),
            layers=shape["layers"],
            hidden=shape["hidden"],
            vocabulary=_count(shape["vocabulary"]),
            context=shape["context"],
        ),
        _files(record["files"]),
        _verification(record["files"]),
        "## How it was made\n",
        _stage("Base", record["base"]),
        _stage("Adapter", record["adapter"]),
        f"Merged in {shape['dtype']} and exported on {record['created']} with "
        + ", ".join(f"{library} {version}" for library, version in record["versions"].items())
        + ".\n",
    ]
    return "\n".join(part for part in parts if part)


def _files(files: Sequence[Mapping[str, Any]]) -> str:
    rows = [f"| `{file['file']}` | {file['bytes'] / 1e6:,.1f} MB | `{file['sha256']}` |" for file in files]
    return "\n".join(["## Files\n", "| file | size | SHA-256 |", "|---|---:|---|", *rows, ""])


def _verification(files: Sequence[Mapping[str, Any]]) -> str:
    first = files[0]["verification"]
    rows = []
    for file in files:
        found = file["verification"]
        rows.append(
            f"| {found['kind']} | {found['max_logit_difference']:.2g} | {found['mean_kl']:.2g} | "
            f"{found['top1_agreement']:.1%} |"
        )
    notes = [
        f"Matrices of `{file['file']}` stored in a larger type than the rest, because their rows do not divide into "
        f"the type's blocks: {len(file['fallbacks'])}.\n"
        for file in files
        if file["fallbacks"]
    ]
    return "\n".join(
        [
            "## Verification\n",
            f"Against transformers in float32, before publishing: token ids equal on {first['texts']} texts; logits at "
            f"{first['positions']} positions of Bengali conversations:\n",
            "| type | largest logit difference | mean KL divergence (nats) | same most likely token |",
            "|---|---:|---:|---:|",
            *rows,
            "",
            *notes,
        ]
    )


def _stage(title: str, stage: Mapping[str, Any]) -> str:
    run = stage["run"]
    if run is None:
        return f"{title}: `{stage['name']}` (no training record beside it).\n"
    recipe = run.get("recipe", {}).get("name")
    facts = [
        f"recipe `{recipe}`" if recipe else None,
        f"{_count(run['trained_parameters'])} of {_count(run['parameters'])} parameters trained"
        if run.get("trained_parameters") and run.get("parameters")
        else None,
        f"{_count(run['tokens'])} tokens" if run.get("tokens") else None,
        f"{run['seconds'] / 3600:.2f} hours on {run['device']}" if run.get("seconds") and run.get("device") else None,
        *(f"{name.replace('_', ' ')} {value}" for name, value in run.get("result", {}).items()),
    ]
    return f"{title}: `{stage['name']}`: " + "; ".join(fact for fact in facts if fact) + ".\n"


def _count(number: int) -> str:
    for size, unit in ((1e9, "billion"), (1e6, "million")):
        if number >= size:
            return f"{number / size:.2f} {unit}"
    return f"{number:,}"
