import json
import lzma
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.text import CorpusError, clean, dialogue_turns, expand, read_shard, without_repeated_paragraphs

LONG = "আজ সারা দিন বৃষ্টি হলো, বাইরে যাওয়া হলো না, ঘরে বসে পুরোনো চিঠিগুলো পড়লাম আর চা খেলাম।"


def test_clean() -> None:
    text = "বা\u09dcি  \t যাব।।।।।।। \u200dআ http://x.y/z \ufeffর‍্যা\n\n\n\nশেষ "
    assert clean(text) == "বাড়ি যাব।।। আ র‍্যা\n\nশেষ"


@given(st.text(st.sampled_from("ক্ষি \n\u200c\u200d।।।=a.\u09dc\u09a1\u09bc"), max_size=60))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_near_empty_and_foreign_texts_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    texts = [LONG, "ছোট", "This text is English throughout and not Bengali at all."]
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    assert list(read_shard(file)) == [LONG]


def test_xz_reads_as_plain(tmp_path: Path) -> None:
    with lzma.open(tmp_path / "a.jsonl.xz", "wt", encoding="utf-8") as out:
        out.write(json.dumps({"text": LONG}) + "\n")
    assert list(read_shard(tmp_path / "a.jsonl.xz")) == [LONG]


@pytest.mark.parametrize("content", [b"not json\n", b'{"source": "x"}\n', b"[1]\n", b'{"text": 3}\n', b"\xff\xfe\n"])
def test_a_shard_of_something_else(tmp_path: Path, content: bytes) -> None:
    good = json.dumps({"text": LONG}).encode() + b"\n"
    (tmp_path / "a.jsonl").write_bytes(good + content)
    with pytest.raises(CorpusError, match=r"a\.jsonl, line [12]"):
        list(read_shard(tmp_path / "a.jsonl"))


def test_a_cut_xz(tmp_path: Path) -> None:
    data = lzma.compress(json.dumps({"text": LONG * 50}).encode())
    (tmp_path / "a.jsonl.xz").write_bytes(data[: len(data) // 2])
    with pytest.raises(CorpusError, match=r"a\.jsonl\.xz"):
        list(read_shard(tmp_path / "a.jsonl.xz"))


def test_repeated_paragraphs_are_dropped_and_short_ones_kept() -> None:
    other = LONG.replace("বৃষ্টি", "রোদ")
    texts = [f"{LONG}\nহ্যাঁ", f"{LONG}\nহ্যাঁ\n{other}", LONG]
    assert list(without_repeated_paragraphs(iter(texts))) == [f"{LONG}\nহ্যাঁ", f"হ্যাঁ\n{other}"]


def test_dialogue_turns() -> None:
    assert dialogue_turns("- কেমন আছেন?\n- ভালো।") == ["কেমন আছেন?", "ভালো।"]
    assert dialogue_turns("- একা") is None
    assert dialogue_turns("- এক\nদুই") is None


def test_expand(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl.xz", "c.txt"):
        (tmp_path / name).touch()
    assert [file.name for file in expand([tmp_path])] == ["a.jsonl.xz", "b.jsonl"]
    with pytest.raises(CorpusError, match="no such text file"):
        expand([tmp_path / "none.jsonl"])
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(CorpusError, match="no such text file"):
        expand([empty])
