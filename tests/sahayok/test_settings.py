from pathlib import Path

import pytest

from sahayok.settings import Settings, SettingsError, load_settings


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml") == Settings()


def test_every_key_is_read(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('model = "a.gguf"\nadapter = "b.gguf"\nthreads = 2\ncountry = "IN"\n', "utf-8")
    assert load_settings(file) == Settings(model="a.gguf", adapter="b.gguf", threads=2, country="IN")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("model = 3", "model must be of type str"),
        ("threads = true", "threads must be of type int"),
        ("threads = 0", "threads must be at least 1"),
        ('country = "UK"', "country must be BD or IN"),
        ('colour = "red"', "unknown key 'colour'; the keys are adapter, country, model, threads"),
        ("model = ", "Invalid value"),
    ],
)
def test_a_broken_file_is_named_with_its_fault(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(content, "utf-8")
    with pytest.raises(SettingsError, match=reason) as error:
        load_settings(file)
    assert str(file) in str(error.value)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"model = '\xff'")
    with pytest.raises(SettingsError):
        load_settings(file)
