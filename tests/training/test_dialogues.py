import csv
import json
from pathlib import Path

import pytest

from tests.training.conftest import WriteDialogues
from training.dialogues import KAGGLE_COLUMNS, DialogueError, load_dialogues

KAGGLE_NAME = "BengaliEmpatheticConversationsCorpus .csv"
ROW = {
    "id": "a",
    "situation": "s",
    "messages": [{"role": "user", "content": "ক"}, {"role": "assistant", "content": "খ"}],
}


def test_jsonl(write_dialogues: WriteDialogues) -> None:
    corpus = load_dialogues(write_dialogues(3))
    assert [dialogue.id for dialogue in corpus.dialogues] == ["d0", "d1", "d2"]
    assert (corpus.dialogues[0].region, corpus.dialogues[0].register) == ("", "apni")
    assert len(corpus.dialogues[0].conversation) == 2


def test_a_folder_and_its_hash(write_dialogues: WriteDialogues, tmp_path: Path) -> None:
    file = write_dialogues(4)
    rows = file.read_text("utf-8").splitlines()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "b.jsonl").write_text("\n".join(rows[:2]), "utf-8")
    (folder / "a.jsonl").write_text("\n".join(rows[2:]) + "\n\n", "utf-8")
    assert load_dialogues(folder).sha256 == load_dialogues(file).sha256


def test_the_kaggle_csv_under_its_real_name_and_schema(tmp_path: Path) -> None:
    with (tmp_path / KAGGLE_NAME).open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(KAGGLE_COLUMNS)
        writer.writerow(["দুঃখ", "শিরোনাম", "আমার মন ভালো নেই,\nকী করি?", "কী হয়েছে?"])
        writer.writerow(["দুঃখ", "শিরোনাম", "উত্তর নেই", ""])
        writer.writerow(["ভয়", "শিরোনাম", "ভয় লাগে", "কিসের ভয়?"])
    corpus = load_dialogues(tmp_path)
    assert corpus.incomplete == 1
    assert [dialogue.id for dialogue in corpus.dialogues] == ["kaggle-1", "kaggle-3"]
    assert corpus.dialogues[0].conversation.to_json() == [
        {"role": "user", "content": "আমার মন ভালো নেই,\nকী করি?"},
        {"role": "assistant", "content": "কী হয়েছে?"},
    ]


@pytest.mark.skipif(
    not Path("../shared/data/corpus-sample.csv").exists(), reason="the sample of the corpus is not here"
)
def test_real_rows_of_the_kaggle_corpus() -> None:
    corpus = load_dialogues(Path("../shared/data/corpus-sample.csv"))
    assert len(corpus.dialogues) + corpus.incomplete == 12
    assert corpus.incomplete > 0


def test_a_csv_without_its_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Topics,Questions\nক,খ\n", "utf-8")
    with pytest.raises(DialogueError, match="the column 'Question-Title', 'Answers' is missing"):
        load_dialogues(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 1"),
        (json.dumps({**ROW, "messages": []}), "must end with a reply"),
        (json.dumps({**ROW, "messages": ROW["messages"][:1]}), "must end with a reply"),
        (json.dumps({**ROW, "messages": [{"role": "user", "content": " "}, ROW["messages"][1]]}), "a message is empty"),
        (json.dumps({key: ROW[key] for key in ("id", "situation")}), "the key 'messages' is missing"),
        (json.dumps({key: ROW[key] for key in ("id", "messages")}), "the key 'situation' is missing"),
        ("[]", "line 1"),
    ],
)
def test_a_line_that_is_no_dialogue(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "a.jsonl").write_text(line + "\n", "utf-8")
    with pytest.raises(DialogueError, match=reason) as error:
        load_dialogues(tmp_path / "a.jsonl")
    assert "a.jsonl, line 1" in str(error.value)


def test_an_empty_corpus(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").touch()
    with pytest.raises(DialogueError, match="the corpus is empty"):
        load_dialogues(tmp_path / "a.jsonl")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DialogueError, match=r"no \.jsonl or \.csv file"):
        load_dialogues(tmp_path / "folder")
    with pytest.raises(DialogueError, match="no such dialogue file"):
        load_dialogues(tmp_path / "none.jsonl")


def test_two_dialogues_of_one_id(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text((json.dumps(ROW) + "\n") * 2, "utf-8")
    with pytest.raises(DialogueError, match="two dialogues have the id 'a'"):
        load_dialogues(tmp_path / "a.jsonl")


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes("ক".encode("utf-16"))
    with pytest.raises(DialogueError, match="it is not UTF-8 text"):
        load_dialogues(tmp_path / "a.jsonl")
