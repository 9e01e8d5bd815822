"""An estimate counts what the run would ask, stands on earlier answers once there are any, and is scored by what was paid."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mistral_server import MistralServer

from nightclerk import wiring
from nightclerk.pipeline import Estimate, Order, estimate
from nightclerk.settings import Settings

Make = Callable[..., Settings]
RunOrder = Callable[..., tuple[Any, str]]
Query = Callable[..., list[dict[str, Any]]]
SCORED = """SELECT calls, cost_usd, estimate_low_usd, estimate_high_usd, estimate_error
    FROM run_summary WHERE run_id = :run"""


def served(server: MistralServer, **more: Any) -> dict[str, Any]:
    """Settings that reach the imitation server."""
    limits = {"requests_per_second": 200, "tokens_per_minute": 100_000_000, "chunk_tokens": 300}
    return {"provider": "mistral", "endpoint": server.url, "api_key": server.key, **limits, **more}


def estimated(settings: Settings, *sources: Path, collection: str = "inbox") -> Estimate:
    """What the run would cost."""

    async def go() -> Estimate:
        async with wiring.open_desk(settings) as desk:
            return await estimate(desk, Order(sources, "contract_review", collection, settings.budget_nano_usd))

    return asyncio.run(go())


@pytest.fixture
def papers(tmp_path: Path) -> Callable[[str, int], Path]:
    """Make a folder of so many contracts of different lengths."""

    def make(name: str, count: int) -> Path:
        (tmp_path / name).mkdir()
        for number in range(count):
            clauses = [
                f"{n}. Clause {n} of {name} {number}. The laws of Peru govern it. {'It runs on. ' * 40}" for n in range(2 + number % 5)
            ]
            (tmp_path / name / f"{number}.txt").write_text("AGREEMENT\n\n" + "\n\n".join(clauses), encoding="utf-8")
        return tmp_path / name

    return make


def test_an_estimate_and_its_run_agree(make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """Calls and range are those that the run then files, with a copy, an empty file and one that nobody can read among the sources."""
    with MistralServer() as server:
        settings = make_settings(**served(server))
        before = estimated(settings, inbox)
        run, _ = run_order(settings, inbox)
    [filed] = query(settings, SCORED, run=run.id)
    assert (before.calls, before.history_calls) == (filed["calls"], 0)
    assert before.low_nano_usd == round(filed["estimate_low_usd"] * 10**9)
    assert before.high_nano_usd == round(filed["estimate_high_usd"] * 10**9)
    assert filed["estimate_low_usd"] <= filed["cost_usd"] <= filed["estimate_high_usd"]


def test_earlier_answers_narrow_the_range_and_hold_it(make_settings: Make, run_order: RunOrder, query: Query, papers: Any) -> None:
    """After one run the next estimate says how many answers it stands on, is narrow, holds what is then paid, and is scored."""
    with MistralServer(thinking_sentences=60) as server:
        settings = make_settings(**served(server))
        without = estimated(settings, papers("second", 12), collection="second")
        run_order(settings, papers("first", 20), collection="first")
        by_history = estimated(settings, papers("third", 12), collection="third")
        run, _ = run_order(settings, papers("fourth", 12), collection="fourth")
    [asked] = query(
        settings,
        "SELECT COUNT(*) AS n FROM calls c JOIN runs r ON r.id = c.run_id JOIN collections k ON k.id = r.collection_id "
        "WHERE k.name = 'first'",
    )
    assert (without.history_calls, by_history.history_calls) == (0, asked["n"])
    assert by_history.high_nano_usd - by_history.low_nano_usd < (without.high_nano_usd - without.low_nano_usd) / 5
    [filed] = query(settings, SCORED, run=run.id)
    assert filed["estimate_low_usd"] <= filed["cost_usd"] <= filed["estimate_high_usd"]
    middle = (filed["estimate_low_usd"] + filed["estimate_high_usd"]) / 2
    assert filed["estimate_error"] == pytest.approx(middle / filed["cost_usd"] - 1)
    assert abs(filed["estimate_error"]) < 0.1


def test_what_the_run_does_not_ask_is_not_counted(make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """Analysed before and not due for another model: neither the estimate nor the run asks; where the setting makes it due, both do."""
    agreement = inbox / "agreement.txt"
    with MistralServer() as server:
        run_order(make_settings(**served(server)), agreement)
        for rule, calls in (("never", 0), ("model", 1)):
            settings = make_settings(**served(server, model="mistral-small-2603", reanalyse=rule))
            before = estimated(settings, agreement)
            run, _ = run_order(settings, agreement)
            [filed] = query(settings, "SELECT calls FROM run_summary WHERE run_id = :run", run=run.id)
            assert (before.calls, filed["calls"]) == (calls, calls), rule
            assert bool(before.high_nano_usd) == bool(calls)
            assert before.documents_analysed_before == 1 - calls


def test_the_rules_still_say_what_a_model_would_cost(make_settings: Make, run_order: RunOrder, inbox: Path) -> None:
    """A free run asks nothing again, and its estimate goes on naming a model's price for the same questions."""
    settings = make_settings()
    first = estimated(settings, inbox)
    run_order(settings, inbox)
    again = estimated(settings, inbox)
    assert (again.calls, again.calls_answered_before) == (0, first.calls + first.calls_answered_before)
    assert (again.low_nano_usd, again.high_nano_usd) == (first.low_nano_usd, first.high_nano_usd)
    assert 0 < first.low_nano_usd < first.high_nano_usd
