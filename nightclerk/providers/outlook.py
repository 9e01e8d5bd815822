"""What calls may cost before they are made: a low and a high end, and the model that a free run is compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nightclerk.providers.prices import cost_nano_usd
from nightclerk.records import Price, Usage

# named beside a run of the rules analyst, so that a person sees what reading by a model costs
REFERENCE_PROVIDER, REFERENCE_MODEL = "mistral", "magistral-medium-2509"
# a short answer with little thinking; measured lengths take its place once a profile has a history
SHORT_ANSWER_TOKENS = 500
# documents differ from those of the history, by as much as a tenth at the least, and a short history says less
LEAST_SPREAD, YOUNG_SPREAD = 0.1, 0.5


@dataclass(frozen=True, slots=True)
class Load:
    """Calls that are planned: how many, their prompts in tokens, and the longest answers they allow, all together."""

    calls: int = 0
    prompt_tokens: int = 0
    longest_tokens: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(self.calls + other.calls, self.prompt_tokens + other.prompt_tokens, self.longest_tokens + other.longest_tokens)


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long answers were for their prompts, over so many calls of one profile and model.

    `low`, `mean` and `high` are completion tokens per prompt token as it was planned: the 10th percentile of single calls, all of them
    together, the 90th. The factors are what was billed in all, with what was asked again or brought nothing, for each token planned or
    answered.
    """

    calls: int
    low: float
    mean: float
    high: float
    prompt_factor: float = 1.0
    completion_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a load may cost at a price: by the lengths of earlier answers where there are any, else from short to longest allowed.

    `batch` is whether it is paid at the share of a batch job.
    """

    price: Price
    lengths: Lengths | None = None
    batch: bool = False

    def cost_range(self, load: Load) -> tuple[int, int]:
        """(low, high) in nano-USD."""
        if self.lengths is None:
            tokens = {"prompt_tokens": load.prompt_tokens, "longest_tokens": load.longest_tokens}
            return cost_range(self.price, calls=load.calls, batch=self.batch, **tokens)
        prompt_tokens = round(load.prompt_tokens * self.lengths.prompt_factor)
        low, high = (self._answers(load, ratio) for ratio in self._ratios(load.calls))
        shortest, longest = Usage(prompt_tokens, low), Usage(prompt_tokens, high)
        return cost_nano_usd(self.price, shortest, batch=self.batch), cost_nano_usd(self.price, longest, batch=self.batch)

    def tokens(self, load: Load) -> int:
        """Prompts and answers together, as they are most likely: what a limit on tokens has to let through."""
        if self.lengths is None:
            return load.prompt_tokens + min(load.longest_tokens, load.calls * SHORT_ANSWER_TOKENS)
        return round(load.prompt_tokens * self.lengths.prompt_factor) + self._answers(load, self.lengths.mean)

    def _answers(self, load: Load, ratio: float) -> int:
        lengths = self.lengths
        assert lengths is not None
        return round(min(load.prompt_tokens * ratio, load.longest_tokens) * lengths.completion_factor)

    def _ratios(self, calls: int) -> tuple[float, float]:
        """The spread of single calls narrows with the square root of their number: long and short answers make up for each other."""
        lengths = self.lengths
        assert lengths is not None
        share = min(1.0, math.sqrt(1 / max(calls, 1) + 1 / lengths.calls))
        least = lengths.mean * (LEAST_SPREAD + YOUNG_SPREAD / math.sqrt(lengths.calls))
        below = max((lengths.mean - lengths.low) * share, least)
        above = max((lengths.high - lengths.mean) * share, least)
        return max(0.0, lengths.mean - below), lengths.mean + above


def cost_range(price: Price, *, calls: int, prompt_tokens: int, longest_tokens: int, batch: bool = False) -> tuple[int, int]:
    """(low, high) in nano-USD of so many calls: each answer short, or each as long as it may be.

    Args:
        prompt_tokens: of all calls together.
        longest_tokens: the longest allowed answers of all calls together.
        batch: whether they are paid at the share of a batch job.
    """
    short = min(longest_tokens, calls * SHORT_ANSWER_TOKENS)
    low, high = Usage(prompt_tokens, short), Usage(prompt_tokens, longest_tokens)
    return cost_nano_usd(price, low, batch=batch), cost_nano_usd(price, high, batch=batch)
