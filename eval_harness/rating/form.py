"""The offline form: one HTML file with a rater's list in it, which needs no network and no program."""

from __future__ import annotations

import html
import json
from importlib import resources
from pathlib import Path
from typing import Any

from eval_harness.rating.answers import FORM_FORMAT
from eval_harness.rating.cells import showable
from eval_harness.rating.plan import Plan
from eval_harness.rating.scales import introduction, load_scales, load_texts
from sahayok.files import write_whole


def write_form(plan: Plan, rater: str, path: Path) -> None:
    """Write the form for one rater. It holds conversations, replies and keys; where a reply is from stays in the plan.
    Raises OSError."""
    texts = load_texts()
    page = _file("form.html").replace("{{title}}", html.escape(texts["title"])).replace("{{script}}", _file("form.js"))
    with write_whole(path) as file:
        file.write(page.replace("{{data}}", embedded(form_data(plan, rater))).encode())


def form_data(plan: Plan, rater: str) -> dict[str, Any]:
    """What the form's script works on."""
    texts = load_texts()
    speakers = {"user": texts["person"], "assistant": texts["listener"]}
    return {
        "format": FORM_FORMAT,
        "plan": plan.id,
        "rater": rater,
        "texts": {**texts, "intro": introduction(plan.asked)},
        "scales": [
            {
                "key": scale.key,
                "name": scale.bn.name,
                "question": scale.bn.question,
                "values": [
                    {"value": value, "number": scale.number(value), "anchor": scale.bn.anchors.get(str(value), "")}
                    for value in scale.values
                ],
            }
            for scale in plan.asked
        ],
        "skips": [{"key": key, "text": bn} for key, (bn, _) in load_scales().skips.items()],
        "shown": [
            {
                "key": shown.key,
                "messages": [
                    {"speaker": speakers[message.role], "text": showable(message.content.strip())}
                    for message in shown.exhibit.messages
                ],
                "reply": showable(shown.exhibit.reply.strip()),
            }
            for shown in plan.order(rater)
        ],
    }


def embedded(data: Any) -> str:
    """JSON that may stand inside an HTML script element: no character of it can end the element or begin another."""
    text = json.dumps(data, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _file(name: str) -> str:
    return (resources.files("eval_harness.rating") / name).read_text(encoding="utf-8")
