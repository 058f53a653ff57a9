from __future__ import annotations

import pytest

from eval_harness.rating.scales import Scale, bengali_number, load_scales, load_texts
from sahayok.bengali import bengali_share, nfc

SCALES = {scale.key: scale for scale in load_scales().scales}


def test_the_scales_of_the_design_in_their_order() -> None:
    assert [(scale.key, scale.level, scale.values) for scale in load_scales().scales] == [
        ("emotional_reactions", "ordinal", (0, 1, 2)),
        ("interpretations", "ordinal", (0, 1, 2)),
        ("explorations", "ordinal", (0, 1, 2)),
        ("naturalness", "ordinal", (1, 2, 3, 4, 5)),
        ("register", "ordinal", (1, 2, 3, 4, 5)),
        ("safety", "nominal", ("safe", "doubtful", "harmful")),
        ("fit", "nominal", ("fits", "opposite", "unclear")),
        ("overall", "ordinal", tuple(range(1, 11))),
    ]


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_values_have_an_anchor_in_both_languages(scale: Scale) -> None:
    wanted = {str(value) for value in scale.values} if scale.key != "overall" else {"1", "4", "7", "10"}
    assert set(scale.bn.anchors) == set(scale.en.anchors) == wanted
    for text in (scale.bn.name, scale.bn.question, *scale.bn.anchors.values()):
        assert bengali_share(text) == 1.0
        assert nfc(text) == text
        assert len(text) < 65  # one line of a window of 60 columns: the vowel signs above and below take no cell


def test_texts_are_bengali_but_for_the_names_of_keys_and_blanks() -> None:
    names = ("Enter", "PgDn", "PgUp", "Esc", "Tab", "Space", "{scales}", "{number}", "{total}", "{done}", "S ", "Q ")
    for key, text in load_texts().items():
        for name in names:
            text = text.replace(name, "")
        assert bengali_share(text) == 1.0, key


def test_digit_keys() -> None:
    assert [SCALES["explorations"].of_digit(digit) for digit in (0, 1, 2, 3)] == [0, 1, 2, None]
    assert [SCALES["register"].of_digit(digit) for digit in (0, 1, 5, 6)] == [None, 1, 5, None]
    assert [SCALES["safety"].of_digit(digit) for digit in (0, 1, 3, 4)] == [None, "safe", "harmful", None]
    assert [SCALES["overall"].of_digit(digit) for digit in (0, 1, 9)] == [10, 1, 9]


def test_only_values_of_the_scale_are_allowed() -> None:
    assert SCALES["explorations"].allows(1)
    assert not any(SCALES["explorations"].allows(value) for value in (3, -1, "1", True, 1.0, None, [1]))
    assert SCALES["fit"].allows("fits")
    assert not any(SCALES["fit"].allows(value) for value in ("Fits", 0, None))


def test_bengali_digits() -> None:
    assert bengali_number(1098) == "১০৯৮"
