"""Ranges of cost before anything is spent."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from nightclerk.providers.outlook import Lengths, Load, Outlook, cost_range
from nightclerk.records import Price

PRICE = Price("p", "m", date(2026, 1, 1), 2_000, 200, 5_000, 50, 0, "", date(2026, 1, 1))
RATIOS = st.floats(0.001, 3)
LOADS = st.builds(lambda calls, prompt, longest: Load(calls, calls * prompt, calls * longest), *[st.integers(1, 9_000)] * 3)


@given(LOADS, st.lists(RATIOS, min_size=3, max_size=3).map(sorted), st.integers(1, 10_000), st.floats(1, 2))
def test_low_is_never_above_high(load: Load, ratios: list[float], calls: int, factor: float) -> None:
    """With any history the range is one, the likely middle lies in it, and no answer is taken for longer than it may be."""
    outlook = Outlook(PRICE, Lengths(calls, *ratios, completion_factor=factor))
    low, high = outlook.cost_range(load)
    likely = load.prompt_tokens * 2_000 + (outlook.tokens(load) - load.prompt_tokens) * 5_000
    assert 0 <= low <= likely <= high <= load.prompt_tokens * 2_000 + (load.longest_tokens * factor + 1) * 5_000


@given(LOADS)
def test_without_a_history_answers_are_short_or_longest(load: Load) -> None:
    """Nothing is known yet, so the range spans all that may happen."""
    sizes = {"calls": load.calls, "prompt_tokens": load.prompt_tokens, "longest_tokens": load.longest_tokens}
    assert Outlook(PRICE).cost_range(load) == cost_range(PRICE, **sizes)


def test_more_calls_and_more_history_narrow_the_range() -> None:
    """One call may be as long as the longest tenth; of a thousand the long and the short ones make up for each other."""
    lengths = Lengths(400, 0.1, 0.3, 0.9)

    def width(calls: int, lengths: Lengths = lengths) -> float:
        low, high = Outlook(PRICE, lengths).cost_range(Load(calls, calls * 1_000, calls * 10_000))
        return (high - low) / calls

    assert width(1) > width(30) > width(1_000)
    assert width(1_000, Lengths(4, 0.1, 0.3, 0.9)) > width(1_000)
    assert Outlook(PRICE, lengths).cost_range(Load()) == (0, 0)
