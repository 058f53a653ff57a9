from __future__ import annotations

from typing import Any

import pytest

from sahayok.engines.engine import EngineError
from sahayok.engines.loading import load_engine
from sahayok.models import find_model
from sahayok.persona import load_persona

pytest.importorskip("inspect_ai", reason="inspect_ai is not installed (the extra inspect)")

from inspect_ai.model import ChatMessageSystem, ChatMessageUser, GenerateConfig

from eval_harness.ecosystem.inspect_model import SahayokAPI
from sahayok.conversation import Message

ASKED = [ChatMessageSystem(content=load_persona().system_prompt), ChatMessageUser(content="মন খারাপ।")]


@pytest.fixture(scope="module")
def api() -> Any:
    return SahayokAPI("sahayok-nano")


async def test_settings_reach_the_engine(api: Any) -> None:
    output = await api.generate(ASKED, [], "none", GenerateConfig(temperature=0.0, max_tokens=3))
    assert (output.stop_reason, output.usage.output_tokens) == ("max_tokens", 3)
    drawn = [await api.generate(ASKED, [], "none", GenerateConfig(seed=seed, temperature=1.5)) for seed in (1, 1, 2)]
    assert drawn[0].completion == drawn[1].completion != drawn[2].completion


async def test_what_does_not_fit_is_marked(api: Any) -> None:
    long = [ChatMessageUser(content="দীর্ঘ কথা বলি। " * 5000)]
    output = await api.generate(long, [], "none", GenerateConfig())
    assert (output.completion, output.stop_reason) == ("", "model_length")
    assert await api.likelihood(long, "আমি শুনছি।") is None


async def test_the_models_own_tokens_are_counted(api: Any) -> None:
    engine = load_engine(find_model("sahayok-nano"))
    line = "আজ সারাদিন মনটা ভার হয়ে আছে।"
    once, twice = (engine.count_tokens([Message("user", " ".join([line] * times))]) for times in (1, 2))
    engine.close()
    assert await api.count_text_tokens("") == 0
    counted = await api.count_text_tokens(line)
    assert 0 < counted < len(line)
    assert await api.count_text_tokens(f"{line} {line}") == counted + twice - once


async def test_tools_are_refused(api: Any) -> None:
    with pytest.raises(EngineError, match="no tools"):
        await api.generate(ASKED, [object()], "auto", GenerateConfig())
