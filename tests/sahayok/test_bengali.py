import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahayok.bengali import ClusterStream, bengali_share, clusters, ends_complete, nfc, sentences, words

BENGALI = st.text(
    st.characters(min_codepoint=0x0980, max_codepoint=0x09FF, categories=("L", "M", "N"))
    | st.sampled_from(" \n।?!,-\u200c\u200da1😀")
)


def test_nfc_decomposes_the_nukta_letters() -> None:
    assert nfc("\u09dc\u09dd\u09df") == "\u09a1\u09bc\u09a2\u09bc\u09af\u09bc"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ক্ষি", ["ক্ষি"]),
        ("স্ত্রী", ["স্ত্রী"]),
        ("র‍্যাব", ["র‍্যা", "ব"]),
        ("আমি", ["আ", "মি"]),
        ("দুঃখ", ["দুঃ", "খ"]),
        ("👨‍👩‍👧ক", ["👨‍👩‍👧", "ক"]),
    ],
)
def test_a_conjunct_with_its_signs_is_one_cluster(text: str, expected: list[str]) -> None:
    assert clusters(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("আমার মন ভালো নেই।", ["আমার", "মন", "ভালো", "নেই"]),
        ("মা-বাবা ১২.৫ টাকা", ["মা-বাবা", "১২.৫", "টাকা"]),
        ("র‍্যাব, বল!", ["র‍্যাব", "বল"]),
        ("it's ok", ["it's", "ok"]),
        ("।।। — 😀", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("আছি। শুনছি! বলবেন?", ["আছি।", "শুনছি!", "বলবেন?"]),
        ("এক লাইন\nআরেক লাইন", ["এক লাইন", "আরেক লাইন"]),
        ('সে বলল, "যাও।" আমি গেলাম', ['সে বলল, "যাও।"', "আমি গেলাম"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "complete"),
    [("ভালো।", True), ("কেমন?", True), ("“যাও।”", True), ("ভালো", False), ("ভালো,", False), ("", False), ("কী… ", True)],
)
def test_ends_complete(text: str, complete: bool) -> None:
    assert ends_complete(text) is complete


@pytest.mark.parametrize(
    ("text", "share"), [("আমি", 1.0), ("ok", 0.0), ("আমok", 0.5), ("১২ 34 ।!", 1.0), ("", 1.0), ("মি a", 2 / 3)]
)
def test_bengali_share_counts_letters_and_marks_only(text: str, share: float) -> None:
    assert bengali_share(text) == share


@given(BENGALI)
def test_clusters_join_to_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text


@given(BENGALI, st.lists(st.integers(1, 7), min_size=1, max_size=200))
def test_a_stream_of_bytes_ends_every_piece_on_a_cluster_boundary(text: str, cuts: list[int]) -> None:
    stream, data, pieces = ClusterStream(), text.encode(), []
    position = index = 0
    while position < len(data):
        step = cuts[index % len(cuts)]
        pieces.append(stream.feed(data[position : position + step]))
        position, index = position + step, index + 1
    pieces.append(stream.flush())
    whole = nfc(text)
    assert "".join(pieces) == whole
    boundaries = {0}
    for cluster in clusters(whole):
        boundaries.add(max(boundaries) + len(cluster))
    length = 0
    for piece in pieces:
        length += len(piece)
        assert length in boundaries


def test_the_letter_under_a_virama_is_waited_for() -> None:
    stream = ClusterStream()
    assert stream.feed("ক".encode()) == ""
    assert stream.feed("্".encode()) == ""
    assert stream.feed("ষ".encode()) == ""
    assert stream.feed(b" ") == "ক্ষ"
    assert stream.flush() == " "


def test_bytes_that_are_no_utf8_come_out_as_replacement_characters() -> None:
    stream = ClusterStream()
    assert stream.feed(b"\xe0\xa6") + stream.feed(b"a") + stream.flush() == "\ufffda"


def test_pieces_are_nfc() -> None:
    stream = ClusterStream()
    out = stream.feed("বা\u09dcি".encode()) + stream.flush()
    assert out == unicodedata.normalize("NFC", "বা\u09dcি")
