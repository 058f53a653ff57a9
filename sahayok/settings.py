"""The person's settings file and the folders that belong to this program."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from platformdirs import PlatformDirs


class SettingsError(Exception):
    """A settings file that cannot be read. Its text is one line that names the file and the key."""


@dataclass(frozen=True, slots=True)
class Folders:
    config: Path
    data: Path
    cache: Path


def folders() -> Folders:
    """Where settings and models lie on this system. Nothing is created by asking."""
    found = PlatformDirs("sahayok", appauthor=False)
    return Folders(Path(found.user_config_dir), Path(found.user_data_dir), Path(found.user_cache_dir))


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may set once instead of at each start. Command line options come first.

    `country` decides whose helplines come first; `threads` None lets the program choose.
    """

    model: str | None = None
    adapter: str | None = None
    threads: int | None = None
    country: Literal["BD", "IN"] = "BD"


_TYPES: dict[str, type] = {"model": str, "adapter": str, "threads": int, "country": str}


def load_settings(path: Path | None = None) -> Settings:
    """Read settings.toml; a file that does not exist means the defaults. Raises SettingsError."""
    path = path or folders().config / "settings.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from None
    known = {field.name for field in fields(Settings)}
    for key, value in table.items():
        if key not in known:
            raise SettingsError(f"{path}: unknown key '{key}'; the keys are {', '.join(sorted(known))}")
        if not isinstance(value, _TYPES[key]) or isinstance(value, bool):
            raise SettingsError(f"{path}: {key} must be of type {_TYPES[key].__name__}")
    _check(table, path)
    return Settings(**table)


def _check(table: dict[str, Any], path: Path) -> None:
    if table.get("country", "BD") not in ("BD", "IN"):
        raise SettingsError(f"{path}: country must be BD or IN")
    if table.get("threads", 1) < 1:
        raise SettingsError(f"{path}: threads must be at least 1")
