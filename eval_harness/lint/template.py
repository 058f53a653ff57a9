"""Rules over a model's chat template: what a prompt is made of, and how a reply ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval_harness.lint.model import MESSAGES, REPLY, ModelTokens
from eval_harness.lint.rule import Finding, NotChecked
from sahayok.conversation import Conversation, Message
from sahayok.llama3 import END_OF_TURN, encode_prompt
from sahayok.persona import load_persona

_SAID = Message("assistant", REPLY)

SHOWN = 24
"""Characters shown on each side of a difference."""


def template_works(model: ModelTokens) -> Iterator[Finding]:
    """A template that does not compile, or refuses a plain conversation."""
    if model.template is None:
        raise NotChecked("the model has no chat template")
    try:
        model.render(MESSAGES, True)
        model.render([*MESSAGES, _SAID], False)
    except NotChecked as reason:
        yield Finding("chat template", str(reason), "mend the template, or take that of the base model")


def one_begin_of_text(model: ModelTokens) -> Iterator[Finding]:
    """The template writes begin-of-text, and the tokenizer adds it again to what it encodes."""
    if model.bos is None:
        raise NotChecked("the model names no begin-of-text token")
    ids = model.encode_as_called(model.render(MESSAGES, True))
    first = next((index for index, number in enumerate(ids) if number != model.bos), len(ids))
    if first > 1:
        yield Finding(
            "chat template",
            f"a rendered prompt that is then encoded begins with {model.token(model.bos)} {first} times",
            "encode it without special tokens, or take the token out of the template or out of the tokenizer",
        )


def prompt_is_as_in_training(model: ModelTokens) -> Iterator[Finding]:
    """What precedes the reply when it is generated is not what preceded it in a training text."""
    prompt = model.render(MESSAGES, True)
    whole = model.render([*MESSAGES, _SAID], False)
    before, reply, _ = whole.rpartition(REPLY)
    if not reply:
        yield Finding(
            "chat template",
            "a training text does not hold the reply word for word",
            "let the template print a message's content as it is",
        )
    elif prompt != before:
        index = _first_difference(prompt, before)
        around = slice(max(0, index - SHOWN), index + SHOWN)
        yield Finding(
            "chat template",
            f"the generation prompt has {prompt[around]!r} where a training text has {before[around]!r} before a reply",
            "make what add_generation_prompt prints equal to what stands before a reply, each newline of it",
        )
    else:
        ids, of_whole = model.encode_rendered(prompt), model.encode_rendered(whole)
        if ids != of_whole[: len(ids)]:
            index = _first_difference(ids, of_whole)
            yield Finding(
                "chat template",
                f"the texts agree and the token ids do not, from token {index + 1} of {len(ids)} on: "
                f"{_token_at(model, ids, index)} in the prompt, {_token_at(model, of_whole, index)} in training",
                "encode prompt and reply apart in training too, as sahayok.llama3 does",
            )


def prompt_is_this_projects(model: ModelTokens) -> Iterator[Finding]:
    """The template's prompt has other ids than the one that this project's engines generate from."""
    messages = load_persona().prompt(Conversation(MESSAGES))
    expected = encode_prompt(messages, model.encode_text, model.control)
    ids = model.encode_rendered(model.render(messages, True))
    if ids[:1] != [model.control.begin_of_text]:  # the template leaves it to the tokenizer
        ids = model.encode_as_called(model.render(messages, True))
    if ids != expected:
        index = _first_difference(ids, expected)
        yield Finding(
            "chat template",
            f"its prompt is not the one that this project generates from: token {index + 1} is "
            f"{_token_at(model, ids, index)} by the template and {_token_at(model, expected, index)} by sahayok.llama3",
            "train on the ids of sahayok-train, or know that a reply is asked for in another form than was trained",
        )


def reply_ends(model: ModelTokens) -> Iterator[Finding]:
    """The token that ends a reply in training does not end a generation."""
    end = _end_of_reply(model)
    if end is None:
        yield Finding(
            "chat template",
            "it puts no control token behind a reply, so that the model cannot learn where to end",
            "let the template close each message with the end-of-turn token",
        )
    elif model.stops is None:
        raise NotChecked("the folder has neither generation_config.json nor config.json, which name the stop tokens")
    elif end not in model.stops:
        named = ", ".join(sorted(map(model.token, model.stops))) or "none"
        yield Finding(
            "stop tokens",
            f"a reply ends with {model.token(end)}, which is not among the stop tokens ({named})",
            "add it to eos_token_id in generation_config.json, or to the file's end-of-turn token",
        )


def padding_is_no_end(model: ModelTokens) -> Iterator[Finding]:
    """Padding that is also the end of a reply: training that leaves padding out leaves the end out too."""
    if model.pad is None:
        raise NotChecked("the model names no padding token")
    if model.pad == _end_of_reply(model):
        yield Finding(
            "padding",
            f"the padding token is {model.token(model.pad)}, which ends a reply: where training masks padding the "
            "model never learns to stop",
            "name another padding token, as <|finetune_right_pad_id|> in Llama 3",
        )


def _end_of_reply(model: ModelTokens) -> int | None:
    """The first control token behind a reply; None where the template puts none there."""
    if model.template is None:
        if (number := model.id_of(END_OF_TURN)) is None:
            raise NotChecked("the model has no chat template and no token <|eot_id|>")
        return number
    _, _, behind = model.render([*MESSAGES, _SAID], False).rpartition(REPLY)
    return next(filter(model.is_control, model.encode_rendered(behind)), None)


def _token_at(model: ModelTokens, ids: Sequence[int], index: int) -> str:
    if index >= len(ids):
        return "the end"
    return repr(model.decode(ids[index : index + 1]) or model.token(ids[index]))


def _first_difference(one: Sequence[object], other: Sequence[object]) -> int:
    pairs = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
