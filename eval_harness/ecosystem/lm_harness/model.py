"""The model "sahayok" of lm_eval: this project's engines and chat format, GGUF files and Hugging Face folders alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import lm_eval.models  # noqa: F401 - lm_eval fetches its own models only while no other is registered
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model

from eval_harness.errors import EvalError
from eval_harness.items import reply_seed
from eval_harness.progress import Progress
from eval_harness.run import rounds
from sahayok.conversation import Message
from sahayok.counsellor import within_context
from sahayok.engines.engine import PromptTooLong, Reply, Request, Sampling, Scored
from sahayok.engines.loading import EngineName, Quantization, load_engine
from sahayok.models import EMBEDDED, find_model


class Said(str):
    """A reply's text, as lm_eval wants it, with what else the engine knows of it, as our metrics want it."""

    reply: Reply | PromptTooLong

    def __new__(cls, reply: Reply | PromptTooLong, text: str) -> Said:
        said = super().__new__(cls, text)
        said.reply = reply
        return said

    def __getnewargs__(self) -> tuple[Any, ...]:
        """For lm_eval's cache, which pickles."""
        return self.reply, str(self)


class LogLikelihood(tuple[float, None]):
    """lm_eval's pair of log-likelihood and "would it be the greedy choice", which nobody looked up, with the engine's
    result; that is None where the text does not fit the context."""

    scored: Scored | None

    def __new__(cls, scored: Scored | None) -> LogLikelihood:
        pair = super().__new__(cls, (float("nan") if scored is None else -scored.nats, None))
        pair.scored = scored
        return pair

    def __getnewargs__(self) -> tuple[Any, ...]:
        """For lm_eval's cache, which pickles."""
        return (self.scored,)


@register_model("sahayok")
class SahayokLM(LM):  # type: ignore[misc]
    """An engine as lm_eval's model. It answers conversations, so lm_eval needs --apply_chat_template.

    A reply is drawn as `sahayok-eval run` draws it: by the run's seed and the document's id, in the same rounds.
    """

    def __init__(
        self,
        model: str = EMBEDDED,
        adapter: str | None = None,
        engine: EngineName | None = None,
        quantization: Quantization = "none",
        threads: int | None = None,
        seed: int = 1,
        batch_size: int | str = 1,
        max_batch_size: int | None = None,
        device: str | None = None,
    ) -> None:
        """`model` is a known name, a .gguf file or a folder; `batch_size` replies are generated at once. lm_eval always
        passes a `device`; the engines take the GPU that is there.

        Raises EngineError, and EvalError for a batch size that is no number.
        """
        super().__init__()
        if not str(batch_size).isdecimal() or int(batch_size) < 1:
            raise EvalError(f"the batch size {batch_size} is no number from 1: the model sahayok cannot choose one")
        self._seed, self._parallel = seed, int(batch_size)
        self._engine = load_engine(
            find_model(model),
            engine=engine,
            adapter=None if adapter is None else Path(adapter),
            threads=threads,
            quantization=quantization,
        )

    @property
    def tokenizer_name(self) -> str:
        """Part of the name under which lm_eval keeps prepared requests. Ours hold messages, and no tokens."""
        return "messages"

    def chat_template(self, chat_template: bool | str = False) -> str:
        return "messages"

    def apply_chat_template(self, chat_history: Sequence[Mapping[str, str]], add_generation_prompt: bool = True) -> str:
        """The messages as JSON: the engine builds the prompt from token ids, and no string ever holds it."""
        return json.dumps([dict(message) for message in chat_history], ensure_ascii=False)

    def generate_until(self, requests: Sequence[Any]) -> list[Said]:
        """The reply to each request, cut before the first of its `until`. Raises EvalError, EngineError."""
        said: list[Said] = []
        with Progress(len(requests), 0) as progress:
            for together in rounds(requests, self._parallel):
                asked = [self._request(request) for request in together]
                of_round: dict[int, Said] = {}
                for index, reply in self._engine.replies(asked, parallel=self._parallel, stop=Event()):
                    until = together[index].args[1].get("until", [])
                    of_round[index] = Said(reply, "" if isinstance(reply, PromptTooLong) else _cut(reply, until))
                    progress.advance()
                said += [of_round[index] for index in range(len(together))]
        return said

    def loglikelihood(self, requests: Sequence[Any]) -> list[LogLikelihood]:
        """Of each text as the whole reply, its end of turn included, to the messages before it."""
        found = []
        with Progress(len(requests), 0) as progress:
            for request in requests:
                context, text = request.args
                self._engine.forget()
                try:
                    found.append(LogLikelihood(self._engine.response_logprob(_messages(context), text)))
                except PromptTooLong:
                    found.append(LogLikelihood(None))
                progress.advance()
        return found

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        raise EvalError("the model sahayok scores replies and no running text: choose a task with messages")

    def _request(self, request: Any) -> Request:
        context, settings = request.args
        name = request.doc.get("id", context) if isinstance(request.doc, Mapping) else context
        sampling = _sampling(settings, reply_seed(self._seed, str(name), 0))
        return Request(_messages(context), within_context(sampling, self._engine))


def settings_of(sampling: Sampling) -> dict[str, Any]:
    """Sampling under the names that lm_eval and transformers have for it."""
    return {
        "do_sample": sampling.temperature > 0,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "repetition_penalty": sampling.repeat_penalty,
        "max_gen_toks": sampling.max_tokens,
    }


def _sampling(settings: Mapping[str, Any], seed: int) -> Sampling:
    """As in lm_eval, what is sampled has to be asked for, and what is not named does nothing."""
    known = {*settings_of(Sampling()), "until"}
    if unknown := sorted(settings.keys() - known):
        raise EvalError(f"the model sahayok has no setting {unknown[0]}; it has {', '.join(sorted(known))}")
    return Sampling(
        temperature=float(settings.get("temperature", 1.0)) if settings.get("do_sample") else 0.0,
        top_p=float(settings.get("top_p", 1.0)),
        top_k=int(settings.get("top_k", 0)),
        repeat_penalty=float(settings.get("repetition_penalty", 1.0)),
        max_tokens=int(settings.get("max_gen_toks", Sampling().max_tokens)),
        seed=seed,
    )


def _messages(context: str) -> tuple[Message, ...]:
    try:
        return tuple(Message.from_json(message) for message in json.loads(context))
    except (ValueError, TypeError, AttributeError):
        raise EvalError("the model sahayok answers conversations: give lm_eval --apply_chat_template") from None


def _cut(reply: Reply, until: Sequence[str]) -> str:
    ends = [reply.text.find(text) for text in until if text and text in reply.text]
    return reply.text[: min(ends)] if ends else reply.text
