"""Drawing the next tokens of several replies at once, without waiting for the GPU."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from sahayok.engines.engine import Sampling

PENALTY_WINDOW = 64
"""Tokens of the reply that the repeat penalty looks back at, as in the llama.cpp engine."""
_ALL = torch.iinfo(torch.int64).max


class Sampler:
    """Draws in llama.cpp's order: repeat penalty, top-k, top-p, temperature. It has a row for each reply.

    The random numbers of a row come from its own seed, one for each token, and are drawn before the first: they are the
    same in any company and on any device.
    """

    def __init__(self, samplings: Sequence[Sampling], *, longest: int, device: torch.device) -> None:
        """`longest` is the most tokens that a reply can have."""
        columns: dict[str, list[float]] = {
            "temperature": [sampling.temperature if sampling.temperature > 0 else 1.0 for sampling in samplings],
            "greedy": [sampling.temperature <= 0 for sampling in samplings],
            "top_k": [sampling.top_k or _ALL for sampling in samplings],
            "top_p": [sampling.top_p for sampling in samplings],
            "penalty": [sampling.repeat_penalty for sampling in samplings],
        }
        self._rows = {name: torch.tensor(values, device=device)[:, None] for name, values in columns.items()}
        self._rows["random"] = torch.stack([_random(sampling.seed, longest) for sampling in samplings]).to(device)
        # The last tokens of each reply, counted from 1: 0 stands for "none yet".
        self._rows["recent"] = torch.zeros(len(samplings), PENALTY_WINDOW, dtype=torch.long, device=device)
        self._widest = max(sampling.top_k or _ALL for sampling in samplings)
        self._all_greedy = all(columns["greedy"])
        self._penalises = any(sampling.repeat_penalty != 1 for sampling in samplings)
        self._drawn = 0

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def __call__(self, logits: torch.Tensor) -> torch.Tensor:
        """The next token of each row, shape (rows,), by `logits` of shape (rows, vocabulary)."""
        if self._penalises:
            logits = self._penalised(logits)
        tokens = logits.argmax(dim=-1)
        if not self._all_greedy:
            tokens = torch.where(self._rows["greedy"][:, 0], tokens, self._draw(logits))
        self._rows["recent"][:, self._drawn % PENALTY_WINDOW] = tokens + 1
        self._drawn += 1
        return tokens

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def keep(self, rows: torch.Tensor) -> None:
        """Go on with these rows alone, given by their numbers."""
        self._rows = {name: values[rows] for name, values in self._rows.items()}

    def _penalised(self, logits: torch.Tensor) -> torch.Tensor:
        recent, penalty = self._rows["recent"], self._rows["penalty"]
        padded = torch.cat([logits.new_zeros(len(logits), 1), logits], dim=1)
        scores = padded.gather(1, recent)
        return padded.scatter(1, recent, torch.where(scores > 0, scores / penalty, scores * penalty))[:, 1:]

    def _draw(self, logits: torch.Tensor) -> torch.Tensor:
        values, tokens = logits.topk(min(self._widest, logits.shape[1]))
        among = torch.arange(values.shape[1], device=values.device) < self._rows["top_k"]
        shares = torch.softmax(values.masked_fill(~among, -torch.inf), dim=-1)
        kept = among & (shares.cumsum(dim=-1) - shares < self._rows["top_p"])
        kept[:, 0] = True
        weights = (values - values[:, :1]) / self._rows["temperature"]
        reached = torch.softmax(weights.masked_fill(~kept, -torch.inf), dim=-1).cumsum(dim=-1)
        drawn = self._rows["random"][:, self._drawn, None] * reached[:, -1:]
        choice = (reached <= drawn).sum(dim=-1, keepdim=True)
        return tokens.gather(1, choice)[:, 0]


def _random(seed: int | None, count: int) -> torch.Tensor:
    generator = torch.Generator()
    if seed is None:
        generator.seed()
    else:
        generator.manual_seed(seed)
    return torch.rand(count, generator=generator)
