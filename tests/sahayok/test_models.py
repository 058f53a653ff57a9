"""Finding and fetching models; the hub is a real HTTP server on this machine that misbehaves on demand."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sahayok.engines.engine import EngineError
from sahayok.models import EMBEDDED, fetch, find_model, known_models
from sahayok.settings import Folders

CONTENT = b"GGUF" + bytes(range(256)) * 12_000  # 3 MB
NAME = "hub:someone/bengali/model-q8.gguf"


@dataclass
class Hub:
    """`cut_after`: bytes after which the next download breaks off."""

    url: str = ""
    content: bytes = CONTENT
    sha256: str = hashlib.sha256(CONTENT).hexdigest()
    cut_after: int | None = None
    ranges: bool = True
    status: int = 200
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            state.requests.append(f"HEAD {self.path}")
            self.send_response(302 if state.status == 200 else state.status)
            self.send_header("Location", f"{state.url}/store{self.path}")
            self.send_header("X-Linked-Size", str(len(state.content)))
            self.send_header("X-Linked-Etag", f'"{state.sha256}"')
            self.end_headers()

        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            state.requests.append(f"GET {self.path} {asked}".strip())
            if not self.path.startswith("/store"):
                self.send_response(302)
                self.send_header("Location", f"{state.url}/store{self.path}")
                self.end_headers()
                return
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and state.ranges else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(state.content) - start))
            self.end_headers()
            body = state.content[start:]
            if state.cut_after is not None:
                body, state.cut_after = body[: state.cut_after], None
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", state.url)
    folders = Folders(tmp_path / "config", tmp_path / "data", tmp_path / "cache")
    monkeypatch.setattr("sahayok.models.folders", lambda: folders)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def files_under(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_hub_model_is_fetched_once(hub: Hub, tmp_path: Path) -> None:
    shares: list[float] = []
    path = find_model(NAME, progress=shares.append)
    assert path.read_bytes() == CONTENT
    assert shares[-1] == 1.0 and shares == sorted(shares)
    count = len(hub.requests)
    assert find_model(NAME) == path
    assert len(hub.requests) == count
    assert files_under(tmp_path) == ["model-q8.gguf"]


def test_an_interrupted_download_says_so_and_goes_on(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after = 1_500_000
    with pytest.raises(EngineError, match=r"interrupted after .* MB .*run the same command again") as error:
        find_model(NAME)
    assert "\n" not in str(error.value)
    assert files_under(tmp_path) == ["model-q8.gguf.part"]
    done = next(tmp_path.rglob("*.part")).stat().st_size
    assert 0 < done < len(CONTENT)
    assert find_model(NAME).read_bytes() == CONTENT
    assert hub.requests[-1].endswith(f"bytes={done}-")
    assert files_under(tmp_path) == ["model-q8.gguf"]


def test_a_server_without_ranges_sends_it_all_again(hub: Hub) -> None:
    hub.cut_after, hub.ranges = 100_000, False
    with pytest.raises(EngineError):
        find_model(NAME)
    assert find_model(NAME).read_bytes() == CONTENT


def test_a_damaged_download_is_not_kept(hub: Hub, tmp_path: Path) -> None:
    hub.sha256 = "0" * 64
    with pytest.raises(EngineError, match="arrived damaged"):
        find_model(NAME)
    assert files_under(tmp_path) == []


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "no such file on the hub"), (401, "HF_TOKEN"), (500, "answered 500")]
)
def test_the_hub_refuses(hub: Hub, tmp_path: Path, status: int, reason: str) -> None:
    hub.status = status
    with pytest.raises(EngineError, match=reason):
        find_model(NAME)
    assert files_under(tmp_path) == []


def test_no_hub_at_all(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(EngineError, match="interrupted after 0 MB"):
        fetch("someone/bengali", "model.gguf")


@pytest.mark.parametrize("name", ["hub:", "hub:model.gguf", "hub:a/b/../../c.bin", "hub:a b/c/d.gguf"])
def test_a_name_that_is_no_hub_name(name: str) -> None:
    with pytest.raises(EngineError, match="is no hub name"):
        find_model(name)


def test_a_path(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    assert find_model(str(tmp_path / "m.gguf")) == tmp_path / "m.gguf"
    with pytest.raises(EngineError, match=r"no model at .*none\.gguf"):
        find_model(str(tmp_path / "none.gguf"))


def test_the_embedded_model_is_whole() -> None:
    from sahayok.files import sha256_of

    model = known_models()[EMBEDDED]
    assert find_model() == model.path
    assert sha256_of(model.path) == model.sha256
    assert model.path.stat().st_size <= 40_000_000
