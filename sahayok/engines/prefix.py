"""What of a prompt an engine has evaluated already."""

from __future__ import annotations

from collections.abc import Sequence


def shared_prefix(cached: Sequence[int], prompt: Sequence[int]) -> int:
    """How many tokens of `prompt` are the first of `cached` too. Never all of it: the last token of a prompt is
    evaluated each time, because its logits choose the first token of the reply."""
    count = 0
    for have, want in zip(cached, prompt[:-1], strict=False):
        if have != want:
            break
        count += 1
    return count
