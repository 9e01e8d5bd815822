"""Batch mode where everybody is against it: results that are none, clocks that jump, keys that are gone, settings that change meanwhile."""

from __future__ import annotations

import asyncio
import errno
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from batch_runs import contracts, finish, later, look, served, start
from mistral_server import MistralServer

from nightclerk import wiring
from nightclerk.errors import ProviderStop, ServerFailed, StoreError
from nightclerk.pipeline import Collected, cancel, collect_all
from nightclerk.records import new_id, utc_now
from nightclerk.settings import Settings
from nightclerk.store import collections, processes, runs, waiting
from nightclerk.store import tables as t

pytestmark = pytest.mark.usefixtures("made_already")
Make = Callable[..., Settings]
Query = Callable[..., list[dict[str, Any]]]
CALLS = "SELECT state, COUNT(*) AS n FROM calls GROUP BY state ORDER BY state"
BOOKS = "SELECT SUM(cost_nano_usd) AS cost, SUM(at_risk_nano_usd) AS at_risk FROM calls"
HELD = "SELECT SUM(reserved_nano_usd) AS held FROM budgets"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three contracts of one chunk each."""
    return contracts(tmp_path / "contracts", 3)


def states(query: Query, settings: Settings) -> dict[str, int]:
    """How many calls are in which state."""
    return {row["state"]: row["n"] for row in query(settings, CALLS)}


def brackets(query: Query, settings: Settings, server: MistralServer) -> None:
    """The books bracket the bill, and nothing is held."""
    [books] = query(settings, BOOKS)
    assert books["cost"] <= server.account.cost_nano_usd <= books["cost"] + books["at_risk"]
    assert query(settings, HELD) == [{"held": 0}]


def instead(server: MistralServer, change: Callable[[list[bytes]], bytes]) -> Callable[[], None]:
    """Put something else in the place of the lines of the only file of results; what comes back puts them there again."""
    files = server.app.batch.files
    [card] = files.left()
    real = files.find(card["id"])
    files.add(replace(real, content=change(real.content.splitlines())))
    return lambda: files.add(real) and None


@pytest.mark.parametrize("page", [b"", b"<html>please log in</html>\n", b'{"data": []}', b"\n" * 1_000])
def test_what_is_no_results_at_all_is_not_believed(page: bytes, make_settings: Make, query: Query, folder: Path) -> None:
    """Where something else comes in the place of all results, they are asked for again for hours before anything is paid for again."""
    with MistralServer(batch_polls=None) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        server.advance()
        back = instead(server, lambda _: page)
        for hours in (0, 3, 20):
            assert look(settings, hours=hours).waiting == 1
        assert states(query, settings) == {"sent": 3}
        back()
        assert [state for _, state in finish(settings)] == ["complete"]
        assert (len(server.account.billed), server.account.paid_again) == (3, 0)
        brackets(query, settings, server)


def test_results_that_never_come(make_settings: Make, query: Query, folder: Path) -> None:
    """In the end results that cannot be had are at risk, and are asked for anew: no run waits for ever."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        server.force_at("download_file", *["404"] * 8)
        look(settings)
        look(settings, hours=23)
        assert states(query, settings) == {"sent": 3}
        look(settings, hours=25)
        assert states(query, settings)["lost"] == 3
        assert [state for _, state in finish(settings)] == ["complete"]
        brackets(query, settings, server)


def test_an_answer_goes_before_a_failure(make_settings: Make, query: Query, folder: Path) -> None:
    """A request that failed in one line and was answered in another is answered, wherever the lines stand."""

    def also_failed(lines: list[bytes]) -> bytes:
        failed = [json.dumps(json.loads(line) | {"response": None, "error": {"message": "oh", "code": 500}}).encode() for line in lines]
        return b"\n".join([*failed, *lines])

    with MistralServer(batch_polls=None) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        server.advance()
        instead(server, also_failed)
        assert [state for _, state in finish(settings)] == ["complete"]
        assert len(server.account.billed) == 3
        brackets(query, settings, server)
    assert states(query, settings) == {"answered": 3}


def test_a_gigantic_line_is_one_broken_line(make_settings: Make, query: Query, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line longer than any answer costs its own request and no memory; the others are read."""
    monkeypatch.setattr("nightclerk.providers.batch_wire.LONGEST_LINE_BYTES", 50_000)
    monkeypatch.setattr("nightclerk.providers.batch_wire.KEPT_BYTES", 5_000)
    with MistralServer(batch_polls=None) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        server.advance()
        instead(server, lambda lines: b"\n".join([lines[0][:-1] + b" " * 200_000 + b"}", *lines[1:]]))
        look(settings)
        assert states(query, settings) == {"answered": 2, "cut_off": 1, "sent": 1}
        server.advance()
        assert [state for _, state in finish(settings)] == ["complete"]
        brackets(query, settings, server)


def test_a_full_disk_loses_no_answer(make_settings: Make, query: Query, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk takes no results `collect` says so, and the next one has them all."""

    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        with monkeypatch.context() as full:
            full.setattr("nightclerk.dispatch.batch_fetch.tempfile.TemporaryFile", lambda **_: Full())
            with pytest.raises(StoreError, match="batches: No space left on device"):
                look(settings)
        assert states(query, settings) == {"sent": 3}
        assert [state for _, state in finish(settings)] == ["complete"]
        assert len(server.account.billed) == 3


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_that_was_wrong(years: int, make_settings: Make, query: Query, folder: Path) -> None:
    """A job whose creation was not confirmed is found, and not paid for twice, also where our clock was wrong by a year just then."""
    with MistralServer(batch_polls=1) as server:
        settings = make_settings(**served(server))
        server.force_at("create_job", "drop_late")
        server.force_at("list_jobs", "500")
        start(settings, folder)
        wrong = {"attempted_at": utc_now() + timedelta(days=365 * years)}
        with wiring.open_store(settings) as store:
            store.write_now(lambda conn: conn.execute(sa.update(t.batches).values(**wrong)))
        assert [state for _, state in finish(settings)] == ["complete"]
        assert (server.account.verbs["create_job"], server.account.paid_again) == (1, 0)
        brackets(query, settings, server)


def test_a_job_that_was_never_made_is_asked_for_in_the_end(make_settings: Make, query: Query, folder: Path) -> None:
    """Where an attempt stands in the future and no job shows, it is made a little later, not in a year."""
    with MistralServer(batch_polls=1) as server:
        settings = make_settings(**served(server))
        server.force_at("create_job", "drop")
        start(settings, folder)
        with wiring.open_store(settings) as store:
            store.write_now(lambda conn: conn.execute(sa.update(t.batches).values(attempted_at=utc_now() + timedelta(days=365))))
        assert [state for _, state in finish(settings)] == ["complete"]


def test_a_job_that_never_ends(make_settings: Make, query: Query, folder: Path) -> None:
    """A job that the provider does not end when its time is over is cancelled, and given up as at risk when that helps nothing."""
    with MistralServer(batch_polls=None) as server:
        settings = make_settings(**served(server, batch_timeout_hours=10))
        start(settings, folder)
        assert look(settings, hours=15).jobs == 1
        assert server.app.batch.jobs.cards()[0]["status"] == "QUEUED"
        [told] = look(settings, hours=17).delays
        assert "whose 10 hours are over" in told
        assert server.app.batch.jobs.cards()[0]["status"] == "CANCELLATION_REQUESTED"
        look(settings, hours=42)
        assert states(query, settings) == {"lost": 3, "sent": 3}
        server.advance()
        assert [state for _, state in finish(settings)] == ["complete"]
        brackets(query, settings, server)


def test_a_key_that_is_gone_for_good(make_settings: Make, query: Query, folder: Path) -> None:
    """With a revoked key nothing is touched while the provider keeps the results, and nothing waits for ever: then they are at risk."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        revoked = make_settings(**served(server, api_key="another-key-entirely"))
        with pytest.raises(ProviderStop, match="nothing is collected now: HTTP 401"):
            look(revoked, hours=24 * 20)
        assert states(query, settings) == {"sent": 3}
        found = look(revoked, hours=24 * 40)
        assert [state for _, state in found.ended] == ["failed"]
        assert "HTTP 401" in found.problems[0]
        assert states(query, settings)["lost"] == 3
        assert query(settings, HELD) == [{"held": 0}]


def test_a_collection_that_became_confidential(make_settings: Make, query: Query, folder: Path) -> None:
    """What was not sent when its collection was marked confidential goes into no job, and the run ends with the reason."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        server.force_at("create_job", "429")
        assert start(settings, folder)[1] == "waiting"
        [row] = query(settings, "SELECT reason FROM runs")
        assert row["reason"].startswith("3 questions are booked for a batch job that is not created yet (HTTP 429")
        with wiring.open_store(settings) as store:
            store.write_now(collections.change, "inbox", collections.Change(confidential=True), now=utc_now())
        assert [state for _, state in finish(settings)] == ["failed"]
        assert not server.app.batch.jobs.ever()
        brackets(query, settings, server)
    [row] = query(settings, "SELECT reason FROM runs")
    assert "inbox was marked confidential after the run had begun" in row["reason"]


def test_follow_up_questions_of_a_collection_that_became_confidential(make_settings: Make, query: Query, folder: Path) -> None:
    """What a job has answered by then is collected and filed; what follows from it goes into no job."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        server.force("bad_json")
        with wiring.open_store(settings) as store:
            store.write_now(collections.change, "inbox", collections.Change(confidential=True), now=utc_now())
        assert [state for _, state in finish(settings)] == ["failed"]
        assert len(server.app.batch.jobs.ever()) == 1
        brackets(query, settings, server)
    documents = query(settings, "SELECT state, COUNT(*) AS n FROM run_documents GROUP BY state ORDER BY state")
    assert [(row["state"], row["n"]) for row in documents] == [("complete", 2), ("unfinished", 1)]


def test_a_cap_that_was_lowered_meanwhile(make_settings: Make, query: Query, folder: Path) -> None:
    """What `collect` asks anew is under the caps of the day that the settings have by then."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        server.force("500")
        assert [state for _, state in finish(make_settings(**served(server, budget_month_usd=0.001)))] == ["over_budget"]
        assert len(server.app.batch.jobs.ever()) == 1
        assert [state for _, state in (start(settings, folder), *finish(settings))][-1] == "complete"
        brackets(query, settings, server)


def test_a_run_waits_for_the_call_of_another_process(make_settings: Make, query: Query, folder: Path) -> None:
    """A request that another process has in flight in real time is neither asked again nor a gap: the run waits for its answer."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        server.force_at("create_job", "403")
        start(settings, folder)
        with wiring.open_store(settings) as store:
            other = store.write_now(processes.register, new_id(), now=utc_now(), host="elsewhere")
            mine = {"state": "sent", "mode": "realtime", "process_id": other}
            store.write_now(lambda conn: conn.execute(sa.update(t.calls).values(**mine)))
        assert start(settings, folder)[1] == "waiting"
        assert not server.app.batch.jobs.ever()
        with wiring.open_store(settings) as store:
            store.write_now(processes.end, other, now=utc_now())
        assert [state for _, state in finish(settings)] == ["complete"]
        assert len(server.account.billed) == 3


def test_nobody_ends_a_run_that_others_work_on(make_settings: Make, query: Query, folder: Path) -> None:
    """While another process settles a document, whoever comes to the end of the others leaves the run open."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        run, _ = start(settings, folder)
        with wiring.open_store(settings) as store:
            other = store.write_now(processes.register, new_id(), now=utc_now(), host="elsewhere")
            [row, *_] = store.read(lambda conn: conn.execute(sa.select(t.run_documents)).all())
            assert store.write_now(runs.resume, row.id, analysis_id=row.analysis_id, owner=other, now=utc_now())
        found = look(settings)
        assert (found.ended, found.waiting) == ([], 1)
        with wiring.open_store(settings) as store:
            assert store.read(waiting.standing, run, owner=other).elsewhere == 0
            store.write_now(processes.end, other, now=utc_now())
        assert finish(settings) == [(run, "complete")]
    assert {row["state"] for row in query(settings, "SELECT state FROM run_documents")} == {"complete"}


def test_a_wait_outlasts_an_outage(make_settings: Make, folder: Path) -> None:
    """`collect --wait` goes on while the endpoint is away, and says what keeps it."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        start(settings, folder)

        async def wait() -> list[Collected]:
            async with wiring.open_desk(settings) as desk:
                later(desk, 0.0)
                listed, outage = desk.provider.served_models, iter(range(3))

                async def away() -> Any:
                    if next(outage, None) is not None:
                        raise ServerFailed("HTTP 503: no message")
                    return await listed()

                desk.provider.served_models = away  # type: ignore[method-assign]
                return [found async for found in collect_all(desk, sleep=lambda _: asyncio.sleep(0))]

        looks = asyncio.run(wait())
    assert [bool(found.delays) for found in looks[:4]] == [True, True, True, False]
    assert [state for _, state in looks[-1].ended] == ["complete"]


def test_what_was_booked_is_cancelled_without_the_provider(make_settings: Make, query: Query, folder: Path) -> None:
    """A run whose job was never asked for can be cancelled under any endpoint, and holds nothing afterwards."""
    with MistralServer() as server, MistralServer() as other:
        settings = make_settings(**served(server))
        server.force_at("create_job", "429")
        run, _ = start(settings, folder)

        async def stop() -> bool:
            async with wiring.open_desk(make_settings(**served(other))) as desk:
                return await cancel(desk, run)

        assert asyncio.run(stop())
        assert finish(settings) == [(run, "interrupted")]
        assert not server.app.batch.jobs.ever()
        brackets(query, settings, server)
