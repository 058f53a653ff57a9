from __future__ import annotations

from pathlib import Path

import pytest

from export.destination import file_for_libraries, folder_whole
from export.errors import ExportError


def test_a_folder_appears_when_its_block_ends(tmp_path: Path) -> None:
    with folder_whole(tmp_path / "new" / "out") as part:
        (part / "file").write_text("x")
        assert not (tmp_path / "new" / "out").exists()
    assert (tmp_path / "new" / "out" / "file").read_text() == "x"
    assert [entry.name for entry in (tmp_path / "new").iterdir()] == ["out"]


def test_an_error_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), folder_whole(tmp_path / "out") as part:
        (part / "file").write_text("x")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_a_killed_run_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "out.part").mkdir()
    (tmp_path / "out.part" / "old").write_text("x")
    with folder_whole(tmp_path / "out") as part:
        assert list(part.iterdir()) == []


def test_an_empty_folder_is_filled_and_a_full_one_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with folder_whole(tmp_path / "out") as part:
        (part / "file").write_text("first")
    with pytest.raises(ExportError, match="already exists"), folder_whole(tmp_path / "out"):
        pass
    assert (tmp_path / "out" / "file").read_text() == "first"


def test_a_file_takes_the_old_ones_place_only_when_it_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "file"
    out.write_text("old")
    with pytest.raises(ValueError, match="half"), file_for_libraries(out) as part:
        part.write_text("new")
        raise ValueError("half")
    assert out.read_text() == "old"
    with file_for_libraries(out) as part:
        part.write_text("new")
    assert out.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is a folder"), file_for_libraries(tmp_path):
        pass
