from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from export.cli import main
from tests.export.damage import cut, edit_gguf_tensor

Copy = Callable[[Path], Path]
COMMANDS = ("merge", "gguf", "adapter-gguf", "verify", "all")


@pytest.mark.parametrize("arguments", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom export.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'torch', 'transformers', 'llama_cpp', 'peft', 'gguf', 'safetensors', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage: sahayok-export" in done.stdout


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on stderr, which must be one line."""
    said = capsys.readouterr().err
    assert said.startswith("sahayok-export")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["gguf", "m", "--out", "o", "--type", "q2_k"],
        ["all", "--base", "b", "--adapter", "a", "--out", "o", "--name", "n", "--types", "q8_0,q2_k"],
        ["merge", "--base", "b"],
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    one_line(capsys)


def test_each_step_by_itself(base: Path, adapter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    merged, lora = tmp_path / "merged", tmp_path / "lora.gguf"
    assert main(["merge", "--base", str(base), "--adapter", str(adapter), "--out", str(merged)]) == 0
    assert main(["adapter-gguf", "--base", str(base), "--adapter", str(adapter), "--out", str(lora)]) == 0
    for kind in ("f32", "f16", "q8_0"):
        file = str(tmp_path / f"{kind}.gguf")
        assert main(["gguf", str(merged), "--out", file, "--type", kind]) == 0
        assert main(["verify", str(merged), file]) == 0
    said = capsys.readouterr().out
    assert said.count("verified") == 3
    assert "texts with other ids       0 of 26" in said
    assert lora.is_file()
    assert not list(tmp_path.glob("*.part"))


def test_all_in_one(tiny_model: Path, adapter: Path, tmp_path: Path) -> None:
    arguments = ["all", "--base", str(tiny_model), "--adapter", str(adapter), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--types", "Q8_0, q8_0", "--name", "sahayok-nano"]) == 0
    assert (tmp_path / "out" / "sahayok-nano-q8_0.gguf").is_file()


def test_a_file_that_fails_ends_with_1(base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "m.gguf"
    assert main(["gguf", str(base), "--out", str(file), "--type", "f32"]) == 0
    edit_gguf_tensor(file, "blk.0.attn_v.weight", lambda data: data.fill(0))
    capsys.readouterr()
    assert main(["verify", str(base), str(file)]) == 1
    said = one_line(capsys)
    assert "KL divergence" in said


def test_fallbacks_are_named(
    make_model: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    narrow = make_model(intermediate_size=320, num_hidden_layers=1)
    capsys.readouterr()
    assert main(["gguf", str(narrow), "--out", str(tmp_path / "m.gguf"), "--type", "q4_k_m"]) == 0
    assert "warning: blk.0.ffn_down.weight is stored as" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["merge", "--base", "none", "--adapter", "{adapter}", "--out", "{new}"], "no model folder"),
        (["merge", "--base", "{base}", "--adapter", "none", "--out", "{new}"], "no adapter folder"),
        (["merge", "--base", "{adapter}", "--adapter", "{adapter}", "--out", "{new}"], "give it as --adapter"),
        (["merge", "--base", "{base}", "--adapter", "{base}", "--out", "{new}"], "no adapter_config.json"),
        (["merge", "--base", "{base}", "--adapter", "{adapter}", "--out", "{base}"], "already exists"),
        (["merge", "--base", "{base}", "--adapter", "{adapter}", "--out", "{file}/x"], "is no folder"),
        (["gguf", "none", "--type", "f16", "--out", "{new}"], "no model folder"),
        (["gguf", "{damaged}", "--type", "f16", "--out", "{new}"], "is damaged"),
        (["gguf", "{damaged}", "--type", "q8_0", "--out", "{new}"], "is damaged"),
        (["gguf", "{base}", "--type", "f16", "--out", "{base}"], "is a folder"),
        (["gguf", "{base}", "--type", "q8_0", "--out", "{base}"], "is a folder"),
        (["gguf", "{base}", "--type", "f16", "--out", "{file}/x"], "is no folder"),
        (["adapter-gguf", "--adapter", "{adapter}", "--base", "none", "--out", "{new}"], "no model folder"),
        (["verify", "{base}", "none"], "no file at none"),
        (["verify", "{base}", "{file}"], "cannot load"),
        (["verify", "{base}", "{file}", "--text", "none"], "--text none"),
        (["verify", "none", "{file}"], "no model folder"),
        (
            ["all", "--base", "{damaged}", "--adapter", "{adapter}", "--out", "{new}", "--types", "f16", "--name", "m"],
            "is",
        ),
        (
            ["all", "--base", "{base}", "--adapter", "{adapter}", "--out", "{new}", "--types", "f16", "--name", "a/b"],
            "--n",
        ),
    ],
)
def test_a_bad_input_is_one_line_and_leaves_nothing(
    arguments: list[str],
    told: str,
    base: Path,
    adapter: Path,
    copy_of: Copy,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    damaged = copy_of(base)
    cut(damaged / "model.safetensors", 50_000)
    (tmp_path / "file").write_text("no model")
    before = sorted(tmp_path.rglob("*"))
    places = {"base": base, "adapter": adapter, "damaged": damaged, "file": tmp_path / "file", "new": tmp_path / "new"}
    assert main([argument.format(**places) for argument in arguments]) == 2
    assert told in one_line(capsys)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 400 kB: writing fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    "arguments",
    [
        ["merge", "--base", "{base}", "--adapter", "{adapter}", "--out", "{out}"],
        ["gguf", "{base}", "--type", "f16", "--out", "{out}"],
        ["gguf", "{base}", "--type", "q8_0", "--out", "{out}"],
        ["all", "--base", "{base}", "--adapter", "{adapter}", "--out", "{out}", "--types", "q8_0", "--name", "m"],
    ],
)
@pytest.mark.usefixtures("small_files")
def test_a_full_disk_is_one_line_and_leaves_nothing(
    arguments: list[str], base: Path, adapter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main([argument.format(base=base, adapter=adapter, out=out) for argument in arguments]) == 2
    one_line(capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_while_quantising(base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from export.errors import ExportError
    from export.gguf import write_gguf
    from export.quantize import quantize

    write_gguf(base, tmp_path / "half.gguf", "f16", "m")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    try:
        with pytest.raises(ExportError, match="free some room on the disk"):
            quantize(tmp_path / "half.gguf", tmp_path / "out.gguf", "q8_0")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [entry.name for entry in tmp_path.iterdir()] == ["half.gguf"]


def test_stopping_is_one_line_and_leaves_nothing(
    base: Path, adapter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import export.publish

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(export.publish, "compare", interrupt)
    arguments = ["all", "--base", str(base), "--adapter", str(adapter), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--types", "f16", "--name", "m"]) == 130
    assert one_line(capsys) == "sahayok-export: stopped\n"
    assert list(tmp_path.iterdir()) == []
