from __future__ import annotations

import html.parser
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_harness.rating.answers import read_form
from eval_harness.rating.form import embedded, form_data, write_form
from eval_harness.rating.plan import Plan
from eval_harness.rating.scales import introduction, load_scales, load_texts
from sahayok.bengali import bengali_share
from tests.eval_harness.rating.made import GOOD, a_plan

PLAN = a_plan("nano", "big", items=2)
RATER = "মীনা বেগম"
ORDER = PLAN.order(RATER)
SAY = load_texts()
_VOID = {"meta", "input", "br", "link", "img", "hr"}


class _Page(html.parser.HTMLParser):
    """Which elements stand in a page, and whether each that begins also ends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        identity = self.elements[-1][1].get("id") if self.elements else None
        if identity:
            self.texts[identity] = self.texts.get(identity, "") + data


@pytest.fixture
def form(tmp_path: Path) -> Path:
    write_form(PLAN, RATER, tmp_path / "form.html")
    return tmp_path / "form.html"


def test_the_page_is_well_formed_and_holds_its_data(form: Path) -> None:
    page = _Page(form.read_text(encoding="utf-8"))
    assert page.open == []
    assert [tag for tag, _ in page.elements].count("script") == 2
    assert json.loads(page.texts["data"]) == form_data(PLAN, RATER)
    identities = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(identities) == len(set(identities))
    assert ("html", {"lang": "bn"}) in page.elements


def test_the_page_needs_nothing_from_outside(form: Path) -> None:
    text = form.read_text(encoding="utf-8")
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(|fetch|XMLHttp|import\s*\(", text)
    assert not any(key in attributes for _, attributes in _Page(text).elements for key in ("src", "href", "action"))
    assert "default-src 'none'" in text


def test_the_page_does_not_say_where_a_reply_is_from(form: Path) -> None:
    replies = "".join(exhibit.reply for exhibit in PLAN.exhibits)
    data = json.loads(_Page(form.read_text(encoding="utf-8")).texts["data"])
    assert [set(shown) for shown in data["shown"]] == [{"key", "messages", "reply"}] * len(ORDER)
    for word in ("model:", "decoy", *(exhibit.item for exhibit in PLAN.exhibits)):
        assert word not in form.read_text(encoding="utf-8")
    assert "nano" in replies  # by which the made replies name themselves
    stripped = form.read_text(encoding="utf-8").replace("nano", "", replies.count("nano") * 2)
    assert "nano" not in stripped


def test_every_text_of_the_form_is_bengali(form: Path) -> None:
    data = form_data(PLAN, RATER)
    for scale in data["scales"]:
        for text in (scale["name"], scale["question"], *(value["anchor"] for value in scale["values"])):
            assert bengali_share(text) == 1.0
    script = form.read_text(encoding="utf-8")
    for name in set(re.findall(r"texts\.(\w+)", script)):
        assert data["texts"][name]


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_embedded_json_reads_back_and_can_end_nothing(data: Any) -> None:
    text = embedded(data)
    assert json.loads(text) == data
    assert not set("<>&\u2028\u2029") & set(text)


def test_a_reply_cannot_end_the_script(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><!-- {{script}} {{data}} {{title}}"
    plan = replace(PLAN, exhibits=tuple(replace(exhibit, reply=evil) for exhibit in PLAN.exhibits))
    write_form(plan, "</script>", tmp_path / "form.html")
    page = _Page((tmp_path / "form.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert [tag for tag, _ in page.elements].count("script") == 2
    assert json.loads(page.texts["data"])["shown"][0]["reply"] == evil


def _run(form: Path, *steps: tuple[str, Any]) -> Any:
    """What the form's script does on a page of node's."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    file = form.with_name("steps.json")
    file.write_text(json.dumps(steps))
    page = Path(__file__).with_name("form_page.js")
    done = subprocess.run(["node", page, form, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _choices(**changes: Any) -> list[tuple[str, Any]]:
    scores = {**GOOD, **changes}
    return [("choose", [scale.key, scale.values.index(scores[scale.key])]) for scale in load_scales().scales]


def _saved(told: Any, path: Path, plan: Plan = PLAN) -> list[tuple[str, Any]]:
    path.write_text(told["text"], encoding="utf-8")
    return [(answer.key, answer.skipped or answer.scores) for answer in read_form(path, plan)]


def test_what_the_form_saves_can_be_imported(form: Path, tmp_path: Path) -> None:
    told = _run(
        form,
        ("look", ["intro-text", "work", "progress", "save"]),
        ("click", "next"),
        ("look", ["talk", "reply", "progress", "intro"]),
        *_choices(overall=10),
        ("click", "next"),
        ("look", ["progress"]),
        ("click", "skip"),
        ("reason", 2),
        ("click", "save"),
        ("saved", None),
    )
    first = ORDER[0].exhibit
    assert told[0] == [introduction(PLAN.asked), None, "", None]
    assert told[1] == [f"{SAY['person']}:\n{first.messages[-1].content}", first.reply, "১ / ৯", None]
    assert told[2] == ["২ / ৯"]
    assert told[3]["name"] == f"answers-{PLAN.id}-মীনা-বেগম.json"
    assert _saved(told[3], tmp_path / "a.json") == [
        (ORDER[0].key, {**GOOD, "overall": 10}),
        (ORDER[1].key, "too_heavy"),
    ]


def test_a_form_of_one_scale_asks_only_that(tmp_path: Path) -> None:
    plan = a_plan(items=2, scales=["fit"])
    write_form(plan, RATER, tmp_path / "form.html")
    told = _run(
        tmp_path / "form.html",
        ("look", ["intro-text"]),
        ("click", "next"),
        ("click", "next"),
        ("look", ["note", "scales"]),
        ("choose", ["fit", 2]),
        ("click", "next"),
        ("click", "save"),
        ("saved", None),
    )
    fit = plan.asked[0].bn
    assert told[0] == [introduction(plan.asked)]
    assert told[1][0] == SAY["missing"].format(scales=fit.name)
    assert told[1][1].split("\n") == [
        f"{fit.name}: {fit.question}",
        "",
        f"১  {fit.anchors['fits']}",
        "",
        f"২  {fit.anchors['generic']}",
        "",
        f"৩  {fit.anchors['wrong_subject']}",
        "",
        f"৪  {fit.anchors['opposite']}",
    ]
    assert _saved(told[2], tmp_path / "a.json", plan) == [(plan.order(RATER)[0].key, {"fit": "wrong_subject"})]


def test_a_scale_without_a_value_is_named_and_focused(form: Path) -> None:
    told = _run(
        form, ("click", "next"), *_choices()[:-1], ("click", "next"), ("look", ["note", "progress"]), ("focused", None)
    )
    assert told == [[SAY["missing"].format(scales="সব মিলিয়ে"), "১ / ৯"], "overall"]


def test_the_keyboard_is_led_to_what_comes_next(form: Path) -> None:
    told = _run(form, ("click", "next"), ("focused", None), ("click", "skip"), ("focused", None))
    assert told == ["progress", "button"]


def test_the_form_goes_on_where_it_was_left(form: Path, tmp_path: Path) -> None:
    told = _run(
        form,
        ("click", "next"),
        *_choices(),
        ("click", "next"),
        *_choices()[:3],
        ("visit", None),
        ("click", "next"),
        ("look", ["progress"]),
        ("chosen", None),
        ("click", "back"),
        ("look", ["progress"]),
        ("chosen", None),
        *_choices(safety="harmful"),
        ("click", "next"),
        ("click", "save"),
        ("saved", None),
    )
    assert told[:4] == [["২ / ৯"], 3, [f"১ / ৯ · {SAY['done_before']}"], 8]
    assert _saved(told[4], tmp_path / "a.json") == [(ORDER[0].key, {**GOOD, "safety": "harmful"})]


def test_the_whole_list_ends_with_thanks(form: Path, tmp_path: Path) -> None:
    all_of_it = [step for _ in ORDER for step in (*_choices(), ("click", "next"))]
    told = _run(
        form,
        ("click", "next"),
        *all_of_it,
        ("look", ["end", "work", "next", "skip"]),
        ("click", "save"),
        ("saved", None),
    )
    assert told[0] == [SAY["form_end"], None, None, None]
    assert _saved(told[1], tmp_path / "a.json") == [(shown.key, dict(GOOD)) for shown in ORDER]


def test_a_browser_without_a_memory_is_told(form: Path, tmp_path: Path) -> None:
    told = _run(
        form,
        ("look", ["no-memory"]),
        ("forbid", None),
        ("look", ["no-memory"]),
        ("click", "next"),
        *_choices(),
        ("click", "next"),
        ("click", "save"),
        ("saved", None),
    )
    assert told[:2] == [[None], [SAY["form_no_memory"]]]
    assert _saved(told[2], tmp_path / "a.json") == [(ORDER[0].key, dict(GOOD))]
