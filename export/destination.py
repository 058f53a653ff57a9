"""Output folders that appear whole or not at all. (For single files: sahayok.files.write_whole.)"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from export.errors import ExportError


@contextmanager
def folder_whole(path: Path) -> Iterator[Path]:
    """A folder to fill, `path` with `.part` behind its name, that becomes `path` only when the block ends without an
    error. A `.part` folder that a killed run left is replaced.

    Raises ExportError when something lies at `path` already: an export never mixes with an older one.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ExportError(f"{path} already exists: remove it or give another --out")
    _make_parent(path)
    part = path.with_name(path.name + ".part")
    if part.exists():
        shutil.rmtree(part)
    part.mkdir()
    try:
        yield part
        _flush(part)
        part.replace(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def file_for_libraries(path: Path) -> Iterator[Path]:
    """Like sahayok.files.write_whole, for libraries that want a name to write to and not an open file."""
    from sahayok.files import write_whole

    if path.is_dir():
        raise ExportError(f"{path} is a folder: give --out the name of a file in it")
    _make_parent(path)
    with write_whole(path) as file:
        yield Path(file.name)


def _make_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ExportError(f"{path.parent} is no folder: give another --out") from None


def _flush(folder: Path) -> None:
    for entry in folder.rglob("*"):
        if entry.is_file():
            with entry.open("rb") as file:
                os.fsync(file.fileno())
