from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export.errors import ExportError
from export.gguf import write_gguf
from export.quantize import quantize
from export.verify import LIMITS, Kind, Reference, compare, kl_divergence, read_texts, reference
from export.vocabulary import PRE_TOKENIZERS
from sahayok.llama3 import CONTROL_TOKENS
from tests.export.damage import cut, edit_gguf_tensor, edit_json, edit_tensors

Copy = Callable[[Path], Path]


@pytest.fixture(scope="module")
def expected(base: Path) -> Reference:
    return reference(base, read_texts())


@pytest.fixture(scope="module")
def files(base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, Path]:
    folder = tmp_path_factory.mktemp("files")
    found: dict[Kind, Path] = {kind: folder / f"{kind}.gguf" for kind in LIMITS}
    write_gguf(base, found["f32"], "f32", "m")
    write_gguf(base, found["f16"], "f16", "m")
    quantize(found["f16"], found["q8_0"], "q8_0")
    quantize(found["f16"], found["q4_k_m"], "q4_k_m")
    return found


def test_the_lines_hold_what_tokenizers_stumble_over() -> None:
    texts = read_texts()
    assert len(texts) >= 200
    assert len(set(texts)) == len(texts)
    everything = "".join(texts)
    for stumbling in (
        "\u200d",
        "\u200c",
        "\u09b0\u200d\u09cd\u09af",  # ya-phala after ra, kept apart from reph by a joiner
        "\u09dc",
        "\u09a1\u09bc",
        "\u09df",
        "\u09af\u09bc",
        "০১২৩",
        "office",
        "😔",
        "👨‍👩‍👧‍👦",
        "   ",
        "\t",
        "\n",
        "\r",
        "\u00a0",
        "<|eot_id|>",
        "<|begin_of_text|>",
    ):
        assert stumbling in everything, ascii(stumbling)


def test_every_text_and_control_token_has_the_same_ids(expected: Reference, files: dict[Kind, Path]) -> None:
    found = compare(expected, files["f16"])
    assert found.texts == len(expected.texts)
    assert found.texts_that_differ == 0
    assert set(expected.control_ids) == set(CONTROL_TOKENS)


def test_llama_3s_own_way_of_cutting_gives_the_same_ids(base: Path, copy_of: Copy, tmp_path: Path) -> None:
    llama3 = next(known for known in PRE_TOKENIZERS if known.name == "llama-bpe")

    def change(content: dict[str, Any]) -> None:
        content["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = llama3.expressions[0]
        content["model"]["ignore_merges"] = True

    folder = copy_of(base)
    edit_json(folder / "tokenizer.json", change)
    write_gguf(folder, tmp_path / "m.gguf", "f16", "m")
    found = compare(reference(folder, read_texts()), tmp_path / "m.gguf")
    assert found.texts_that_differ == 0
    assert found.problems == []


def test_a_look_alike_in_a_text_is_plain_text(expected: Reference) -> None:
    ids = expected.text_ids[expected.texts.index("<|eot_id|>")]
    assert not set(ids) & set(expected.control_ids.values())


@pytest.mark.parametrize("kind", ["f32", "f16", "q8_0"])
def test_good_files_are_within_their_limits(kind: Kind, expected: Reference, files: dict[Kind, Path]) -> None:
    found = compare(expected, files[kind])
    assert found.kind == kind
    assert found.problems == []
    assert found.positions == sum(map(len, expected.prompts)) > 300


def test_four_bits_stay_within_the_limit_of_the_divergence(expected: Reference, files: dict[Kind, Path]) -> None:
    # The top token is not asked for: the random model's predictions are too flat for it to stand out.
    assert 0 < compare(expected, files["q4_k_m"]).mean_kl < LIMITS["q4_k_m"].kl


@pytest.mark.parametrize("kind", ["f32", "f16", "q8_0"])
@pytest.mark.parametrize("name", ["blk.0.attn_q.weight", "blk.1.ffn_down.weight", "token_embd.weight"])
def test_a_file_with_a_wrong_tensor_fails(
    kind: Kind, name: str, expected: Reference, files: dict[Kind, Path], tmp_path: Path
) -> None:
    file = tmp_path / "bad.gguf"
    file.write_bytes(files[kind].read_bytes())

    def roll(data: Any) -> None:
        data[:] = np.roll(data, 1, axis=0)

    edit_gguf_tensor(file, name, roll)
    assert any("KL divergence" in problem for problem in compare(expected, file).problems)


def test_a_merged_folder_that_was_changed_fails(base: Path, files: dict[Kind, Path], copy_of: Copy) -> None:
    folder = copy_of(base)
    edit_tensors(folder / "model.safetensors", lambda t: t["model.layers.0.mlp.down_proj.weight"].zero_())
    assert compare(reference(folder, []), files["q8_0"]).problems


def test_nans_fail(expected: Reference, files: dict[Kind, Path], tmp_path: Path) -> None:
    file = tmp_path / "bad.gguf"
    file.write_bytes(files["f32"].read_bytes())
    edit_gguf_tensor(file, "output_norm.weight", lambda data: data.fill(np.nan))
    assert compare(expected, file).problems


def test_other_token_ids_fail_and_are_named(base: Path, files: dict[Kind, Path], copy_of: Copy) -> None:
    folder = copy_of(base)
    edit_json(folder / "tokenizer.json", lambda content: content["model"]["merges"].reverse())
    found = compare(reference(folder, ["আজ সকাল থেকে"]), files["f16"])
    assert found.texts_that_differ == 1
    assert found.problems[0] == "the token ids of 'আজ সকাল থেকে' differ"


def test_moved_control_tokens_fail(base: Path, files: dict[Kind, Path], copy_of: Copy) -> None:
    def swap(content: dict[str, Any]) -> None:
        first, second = content["added_tokens"][2:4]
        first["content"], second["content"] = second["content"], first["content"]

    folder = copy_of(base)
    edit_json(folder / "tokenizer.json", swap)
    problems = compare(reference(folder, []), files["f16"]).problems
    assert any("the control token <|start_header_id|> is [507] and not [508]" in problem for problem in problems)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda file: cut(file, 300_000), "cannot load .*(bounds|corrupt|incomplete)"),
        (lambda file: cut(file, 0), "cannot load"),
        (lambda file: file.write_text("no model"), "cannot load"),
        (lambda file: file.unlink(), "no file at"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_told(
    damage: Callable[[Path], Any], told: str, expected: Reference, files: dict[Kind, Path], tmp_path: Path
) -> None:
    file = tmp_path / "bad.gguf"
    file.write_bytes(files["f16"].read_bytes())
    damage(file)
    with pytest.raises(ExportError, match=told):
        compare(expected, file)


def test_a_file_of_another_vocabulary_is_told(
    base: Path, make_model: Callable[..., Path], files: dict[Kind, Path]
) -> None:
    with pytest.raises(ExportError, match="they are two models"):
        compare(reference(make_model(vocab_size=520), []), files["f16"])


def test_a_text_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="No such file"):
        read_texts(tmp_path / "none")
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    with pytest.raises(ExportError, match="not UTF-8"):
        read_texts(tmp_path / "latin")


def test_lines_of_a_file_are_compared_too(tmp_path: Path) -> None:
    (tmp_path / "more").write_text("এক বিশেষ লাইন\n\nআরেকটি", encoding="utf-8")
    assert read_texts(tmp_path / "more")[-3:] == ["এক বিশেষ লাইন", "আরেকটি", "এক বিশেষ লাইন\n\nআরেকটি"]


def test_kl_divergence_of_two_coins() -> None:
    fair, bent = np.log([[0.5, 0.5]]).astype(np.float32), np.log([[0.9, 0.1]]).astype(np.float32)
    by_hand = 0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(0.5 / 0.1)
    assert kl_divergence(fair, bent)[0] == pytest.approx(by_hand, rel=1e-6)
    assert kl_divergence(bent, bent + np.float32(3.0))[0] == pytest.approx(0, abs=1e-9)
