from __future__ import annotations

import pickle
from collections.abc import Iterator
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from eval_harness.errors import EvalError
from eval_harness.items import reply_seed
from sahayok.conversation import Message
from sahayok.engines.engine import Counts, PromptTooLong, Reply, Request, Sampling, Scored
from sahayok.engines.loading import load_engine
from sahayok.models import find_model

pytest.importorskip("lm_eval", reason="lm_eval is not installed (the extra lm-eval)")

from eval_harness.ecosystem.lm_harness.model import LogLikelihood, SahayokLM, Said, settings_of

ASKED = [{"role": "user", "content": "মন খারাপ।"}]
MESSAGES = (Message("user", "মন খারাপ।"),)
SAMPLING = Sampling(temperature=0.8, max_tokens=24)


@pytest.fixture(scope="module")
def lm() -> Any:
    return SahayokLM()


@pytest.fixture(scope="module")
def whole() -> Iterator[Reply]:
    """What the engine itself says."""
    engine = load_engine(find_model("sahayok-nano"))
    request = Request(MESSAGES, Sampling(temperature=0.8, max_tokens=24, seed=reply_seed(1, "x", 0)))
    ((_, reply),) = engine.replies([request], parallel=1, stop=Event())
    assert isinstance(reply, Reply)
    yield reply
    engine.close()


def request(*arguments: Any) -> Any:
    return SimpleNamespace(args=arguments, doc={"id": "x"})


def test_a_reply_is_the_engines_own(lm: Any, whole: Reply) -> None:
    context = lm.apply_chat_template(ASKED)
    (said,) = lm.generate_until([request(context, settings_of(SAMPLING))])
    assert (said, said.reply.text, said.reply.finish) == (whole.text, whole.text, whole.finish)


def test_a_reply_ends_before_the_first_stop(lm: Any, whole: Reply) -> None:
    middle = whole.text[len(whole.text) // 2 :]
    stops = ["never said", middle, whole.text[-1]]
    context = lm.apply_chat_template(ASKED)
    (said,) = lm.generate_until([request(context, settings_of(SAMPLING) | {"until": stops})])
    assert said == whole.text[: min(whole.text.find(middle), whole.text.find(whole.text[-1]))]


def test_what_is_not_sampled_is_the_likeliest(lm: Any) -> None:
    asked = [request(lm.apply_chat_template(ASKED), {"max_gen_toks": 8})]
    other = [SimpleNamespace(args=asked[0].args, doc={"id": "other"})]
    assert lm.generate_until(asked) == lm.generate_until(other)


def test_what_cannot_be_done_is_said(lm: Any) -> None:
    with pytest.raises(EvalError, match="no setting num_beams"):
        lm.generate_until([request(lm.apply_chat_template(ASKED), {"num_beams": 4})])
    with pytest.raises(EvalError, match="--apply_chat_template"):
        lm.generate_until([request("মন খারাপ।", {})])
    with pytest.raises(EvalError, match="running text"):
        lm.loglikelihood_rolling([])
    with pytest.raises(EvalError, match="batch size auto"):
        SahayokLM(batch_size="auto")


def test_what_does_not_fit_is_marked(lm: Any) -> None:
    context = lm.apply_chat_template([{"role": "user", "content": "দীর্ঘ কথা বলি। " * 5000}])
    (said,) = lm.generate_until([request(context, {})])
    assert (said, type(said.reply)) == ("", PromptTooLong)
    (pair,) = lm.loglikelihood([request(context, "আমি শুনছি।")])
    assert pair.scored is None


@pytest.mark.parametrize("reply", [Reply("আমি", "eot", Counts(1, 1, 1, 1.0, 0.5)), PromptTooLong(900, 512)])
def test_results_survive_the_cache(reply: Reply | PromptTooLong) -> None:
    said = pickle.loads(pickle.dumps(Said(reply, "আমি")))  # noqa: S301 - our own
    assert (said, type(said), str(said.reply)) == ("আমি", Said, str(reply))
    pair = pickle.loads(pickle.dumps(LogLikelihood(Scored(2.5, 3, 9))))  # noqa: S301 - our own
    assert (pair, pair.scored) == ((-2.5, None), Scored(2.5, 3, 9))
