from __future__ import annotations

import pytest

from eval_harness.rating.scales import Scale, bengali_number, introduction, load_scales, load_texts, scale_keys
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
        ("fit", "nominal", ("fits", "generic", "wrong_subject", "opposite")),
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


def test_the_guide_of_fit_names_its_values_in_both_languages() -> None:
    assert [key for key, scale in SCALES.items() if scale.bn.guide or scale.en.guide] == ["fit"]
    fit = SCALES["fit"]
    assert bengali_share(fit.bn.guide) == 1.0
    assert nfc(fit.bn.guide) == fit.bn.guide
    for value in ("generic", "wrong_subject", "opposite"):
        assert f"“{fit.bn.anchors[value].partition(':')[0]}”" in fit.bn.guide
        assert value.replace("_", " ") in fit.en.guide


def test_the_first_page_has_the_guides_of_what_is_asked_and_their_number() -> None:
    guide = SCALES["fit"].bn.guide
    assert introduction([SCALES["fit"]]) == f"{load_texts()['intro'].format(scales='১')}\n\n{guide}"
    assert introduction([SCALES["safety"], SCALES["overall"]]) == load_texts()["intro"].format(scales="২")


def test_keys_of_scales_come_in_the_order_of_the_scales() -> None:
    assert scale_keys("fit") == ("fit",)
    assert scale_keys("overall, fit,safety,fit") == ("safety", "fit", "overall")


@pytest.mark.parametrize(("text", "unknown"), [("mood", "mood"), ("fit,Fit", "Fit"), ("", ""), ("fit,", "")])
def test_a_key_that_is_unknown_is_named_with_those_that_are_known(text: str, unknown: str) -> None:
    with pytest.raises(ValueError, match=f"there is no scale '{unknown}': take of emotional_reactions,.*,fit,overall$"):
        scale_keys(text)


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
