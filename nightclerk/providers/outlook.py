"""What calls may cost before they are made: a low and a high end, and the model that a free run is compared with."""

from __future__ import annotations

from nightclerk.providers.prices import cost_nano_usd
from nightclerk.records import Price, Usage

# named beside a run of the rules analyst, so that a person sees what reading by a model costs
REFERENCE_PROVIDER, REFERENCE_MODEL = "mistral", "magistral-medium-2509"
# a short answer with little thinking; measured lengths take its place once a profile has a history
SHORT_ANSWER_TOKENS = 500


def cost_range(price: Price, *, calls: int, prompt_tokens: int, longest_tokens: int) -> tuple[int, int]:
    """(low, high) in nano-USD of so many calls: each answer short, or each as long as it may be.

    Args:
        prompt_tokens: of all calls together.
        longest_tokens: the longest allowed answers of all calls together.
    """
    short = min(longest_tokens, calls * SHORT_ANSWER_TOKENS)
    return cost_nano_usd(price, Usage(prompt_tokens, short)), cost_nano_usd(price, Usage(prompt_tokens, longest_tokens))
