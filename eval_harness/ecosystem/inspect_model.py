"""The provider "sahayok" of inspect_ai: `--model sahayok/NAME`, a known name, a .gguf file or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event, Lock
from typing import Any

from anyio import to_thread
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    StopReason,
)

from sahayok.conversation import Message
from sahayok.counsellor import within_context
from sahayok.engines.engine import EngineError, Finish, PromptTooLong, Reply, Request, Sampling, Scored
from sahayok.engines.loading import EngineName, Quantization, load_engine
from sahayok.models import EMBEDDED, find_model
from sahayok.persona import load_persona

_STOPS: dict[Finish, StopReason] = {"eot": "stop", "length": "max_tokens", "stopped": "unknown"}


class SahayokAPI(ModelAPI):  # type: ignore[misc]
    """An engine as inspect_ai's model. It answers one request at a time, each as if it were the first."""

    def __init__(
        self,
        model_name: str = EMBEDDED,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig | None = None,
        adapter: str | None = None,
        engine: EngineName | None = None,
        quantization: Quantization = "none",
        threads: int | None = None,
    ) -> None:
        """The last four are inspect_ai's model arguments (`-M adapter=PATH`). Raises EngineError."""
        super().__init__(model_name, base_url, api_key, [], config or GenerateConfig())
        self._lock = Lock()  # inspect_ai asks many samples at once
        self._engine = load_engine(
            find_model(model_name),
            engine=engine,
            adapter=None if adapter is None else Path(adapter),
            threads=threads,
            quantization=quantization,
        )

    async def generate(
        self, input: list[ChatMessage], tools: Sequence[Any], tool_choice: Any, config: GenerateConfig
    ) -> ModelOutput:
        """A conversation that does not fit the context has an empty reply and the stop reason "model_length"."""
        if tools:
            raise EngineError("the model sahayok calls no tools: take them out of the task")
        request = Request(_messages(input), within_context(_sampling(config), self._engine))
        return self._output(await to_thread.run_sync(self._reply, request))

    async def likelihood(self, messages: Sequence[ChatMessage], response: str) -> Scored | None:
        """Of `response` as the reply to `messages`; None where it does not fit the context."""
        return await to_thread.run_sync(self._score, _messages(messages), response)

    async def count_text_tokens(self, text: str) -> int:
        """Of this model's tokenizer; inspect_ai would fetch another one."""
        return await to_thread.run_sync(self._count, text)

    def max_connections(self) -> int:
        return 1

    def close(self) -> None:
        with self._lock:
            self._engine.close()

    def _reply(self, request: Request) -> Reply | PromptTooLong:
        with self._lock:
            return next(reply for _, reply in self._engine.replies([request], parallel=1, stop=Event()))

    def _score(self, messages: tuple[Message, ...], response: str) -> Scored | None:
        with self._lock:
            self._engine.forget()
            try:
                return self._engine.response_logprob(messages, response)
            except PromptTooLong:
                return None

    def _count(self, text: str) -> int:
        with self._lock:
            written, empty = (self._engine.count_tokens([Message("user", content)]) for content in (text, ""))
        return written - empty

    def _output(self, reply: Reply | PromptTooLong) -> ModelOutput:
        if isinstance(reply, PromptTooLong):
            return ModelOutput.from_content(self.model_name, "", stop_reason="model_length")
        message = ChatMessageAssistant(content=reply.text, model=self.model_name, source="generate")
        counts = reply.counts
        return ModelOutput(
            model=self.model_name,
            choices=[ChatCompletionChoice(message=message, stop_reason=_STOPS[reply.finish])],
            usage=ModelUsage(
                input_tokens=counts.prompt_tokens,
                output_tokens=counts.new_tokens,
                total_tokens=counts.prompt_tokens + counts.new_tokens,
            ),
            metadata={"counts": asdict(counts)},
        )


def _messages(input: Sequence[ChatMessage]) -> tuple[Message, ...]:
    return tuple(Message.from_json({"role": message.role, "content": message.text}) for message in input)


def _sampling(config: GenerateConfig) -> Sampling:
    """The persona's where `config` says nothing."""
    given = {name: getattr(config, name) for name in ("temperature", "top_p", "top_k", "max_tokens", "seed")}
    return replace(load_persona().sampling, **{name: value for name, value in given.items() if value is not None})
