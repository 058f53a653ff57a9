"""Which models exist and where they lie: embedded in the package, at a path, or fetched by name from the hub.

Nothing here touches the network unless a person names a hub model (`hub:owner/repository/file.gguf`).
"""

from __future__ import annotations

import os
import re
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException, HTTPResponse
from importlib import resources
from pathlib import Path
from typing import cast

from sahayok.engines.engine import EngineError
from sahayok.files import sha256_of
from sahayok.manner import FREE, Manner
from sahayok.settings import folders

EMBEDDED = "sahayok-nano"
"""The model that comes with the package."""

HUB = "https://huggingface.co"
_HUB_FOLDER = re.compile(r"hub:(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w.-]+))?")
_HUB_NAME = re.compile(r"hub:(?P<repository>[\w.-]+/[\w.-]+)/(?P<file>[\w./-]+\.gguf)(?:@(?P<revision>[\w.-]+))?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_GGUF_HEADER = b"GGUF"
_CHUNK = 1 << 20
_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of the catalogue, as models.toml describes it."""

    name: str
    file: str
    title: str
    sha256: str
    memory_mb: int
    manner: Manner

    @property
    def path(self) -> Path:
        return Path(str(resources.files("sahayok") / "embedded" / self.file))


@cache
def known_models() -> dict[str, KnownModel]:
    table = tomllib.loads((resources.files("sahayok") / "models.toml").read_text(encoding="utf-8"))
    return {
        name: KnownModel(**(entry | {"name": name, "manner": Manner(**entry["manner"])}))
        for name, entry in table.items()
    }


def manner_of(name: str | None) -> Manner:
    """How the chat speaks through the model of that name (None: the embedded one): freely through one that is not in
    the catalogue, since it may be slow and knows no task of ours."""
    known = known_models().get(name or EMBEDDED)
    return known.manner if known else FREE


def find_model(name: str = EMBEDDED, *, progress: Callable[[float], None] | None = None) -> Path:
    """The file or folder of a model: a name of the catalogue, a path, or on the hub `hub:owner/repository/file.gguf`
    or, for the transformers engine, `hub:owner/repository`; either with `@revision`.

    Only a hub name is fetched, once; `progress` then hears the share fetched, 0 to 1. Raises EngineError in one line.
    """
    if name in known_models():
        path = known_models()[name].path
        if not path.is_file():
            raise EngineError(f"the embedded model is missing from this installation ({path}): install sahayok again")
        return path
    if name.startswith("hub:"):
        if folder := _HUB_FOLDER.fullmatch(name):
            return fetch_folder(folder["repository"], folder["revision"])
        match = _HUB_NAME.fullmatch(name)
        if match is None:
            raise EngineError(f"{name} is no hub name: write hub:owner/repository or hub:owner/repository/file.gguf")
        return fetch(match["repository"], match["file"], match["revision"] or "main", progress=progress)
    path = Path(name).expanduser()
    if not path.exists():
        names = ", ".join(known_models())
        raise EngineError(
            f"no model at {name}: give a .gguf file, a Hugging Face folder, hub:owner/repository/file.gguf or {names}"
        )
    return path


def is_gguf(file: Path) -> bool:
    """Whether a file begins as GGUF files do. Raises OSError."""
    with file.open("rb") as opened:
        return opened.read(len(_GGUF_HEADER)) == _GGUF_HEADER


def fetch(
    repository: str, file: str, revision: str = "main", *, progress: Callable[[float], None] | None = None
) -> Path:
    """Fetch one file of a hub repository into the data folder and check its SHA-256 against the hub's.

    A fetch that was cut is resumed from where it stopped. The file appears under its name only when it is whole and
    right. Raises EngineError otherwise. HF_ENDPOINT names another hub than huggingface.co, HF_TOKEN a token for it.
    """
    target = folders().data / "models" / repository / revision / file
    if target.is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    url = f"{os.environ.get('HF_ENDPOINT', HUB).rstrip('/')}/{repository}/resolve/{revision}/{file}"
    try:
        expected = _download(url, part, progress)
    except urllib.error.HTTPError as error:
        reasons = {
            401: "the hub asks for a token (set HF_TOKEN)",
            403: "access refused",
            404: "no such file on the hub",
        }
        raise EngineError(f"{repository}/{file}: {reasons.get(error.code, f'the hub answered {error.code}')}") from None
    except (OSError, HTTPException) as error:
        done = part.stat().st_size if part.exists() else 0
        raise EngineError(
            f"the download of {file} was interrupted after {done / 1e6:.0f} MB ({_reason(error)}): "
            "run the same command again, it goes on from there"
        ) from None
    actual = sha256_of(part)
    if expected is not None and actual != expected:
        part.unlink()
        raise EngineError(
            f"{file} arrived damaged (SHA-256 {actual[:12]}…, expected {expected[:12]}…): run the same command again"
        )
    part.replace(target)
    return target


def fetch_folder(repository: str, revision: str | None) -> Path:
    """Fetch a whole transformers repository by the hub's own library, which resumes. Raises EngineError."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError
    except ImportError:
        raise EngineError("a folder of the hub needs the transformers engine: pip install 'sahayok[hf]'") from None
    try:
        return Path(snapshot_download(repository, revision=revision, ignore_patterns=["*.gguf", "*.bin", "original/*"]))
    except (OSError, ValueError, HfHubHTTPError) as error:
        raise EngineError(f"{repository} cannot be fetched: {str(error).splitlines()[0]}") from None


def _download(url: str, part: Path, progress: Callable[[float], None] | None) -> str | None:
    """Append to `part` what is missing of it. Returns the SHA-256 that the hub states (LFS files), or None."""
    with _open(url, method="HEAD") as head:
        size = int(head.headers.get("X-Linked-Size") or head.headers.get("Content-Length") or 0)
        etag = (head.headers.get("X-Linked-Etag") or "").strip('W/"')
    have = part.stat().st_size if part.exists() else 0
    if size and have > size:
        part.unlink()
        have = 0
    if not size or have < size:
        with _open(url, start=have) as response:
            if have and response.status != 206:  # the server sent the whole file
                part.unlink()
                have = 0
            with part.open("ab") as file:
                while chunk := response.read(_CHUNK):
                    file.write(chunk)
                    have += len(chunk)
                    if progress is not None and size:
                        progress(have / size)
        if size and have < size:
            raise ConnectionError(f"the connection ended at {have} of {size} bytes")
    return etag if _SHA256.fullmatch(etag) else None


def _open(url: str, *, start: int = 0, method: str = "GET") -> HTTPResponse:
    if not url.startswith(("http://", "https://")):
        raise EngineError(f"{url}: HF_ENDPOINT must begin with https://")
    request = urllib.request.Request(url, method=method, headers={"User-Agent": "sahayok"})  # noqa: S310 - checked above
    if start:
        request.add_header("Range", f"bytes={start}-")
    if token := os.environ.get("HF_TOKEN"):
        # Unredirected: the token is for the hub and not for the store that the hub redirects to.
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    opener = urllib.request.build_opener(_KeepHead if method == "HEAD" else urllib.request.HTTPRedirectHandler)
    return cast(HTTPResponse, opener.open(request, timeout=_TIMEOUT_SECONDS))


class _KeepHead(urllib.request.HTTPRedirectHandler):
    """The hub states size and hash in the redirect itself, so a HEAD request does not follow it."""

    def http_error_302(self, req, fp, code, msg, headers):  # type: ignore[no-untyped-def]
        return fp

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _reason(error: BaseException) -> str:
    return str(getattr(error, "reason", None) or error) or type(error).__name__
