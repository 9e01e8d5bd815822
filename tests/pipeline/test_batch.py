"""Batch mode: half the price, an answer tomorrow, and the same rows in the end as if every question had been asked one by one."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from batch_runs import contracts, finish, later, look, served, start
from mistral_server import MistralServer

from nightclerk import wiring
from nightclerk.errors import BadUsage, SettingsError
from nightclerk.pipeline import Collected, Order, cancel, collect, execute
from nightclerk.profiles.loader import SHIPPED
from nightclerk.providers import prices
from nightclerk.records import utc_now
from nightclerk.settings import Settings
from nightclerk.store import collections

pytestmark = pytest.mark.usefixtures("made_already")
Make = Callable[..., Settings]
Query = Callable[..., list[dict[str, Any]]]

FOUND = """SELECT s.name, category, f.state, answer, quote, e.char_start FROM findings f LEFT JOIN evidence e ON e.finding_id = f.id
    JOIN analyses a ON a.id = f.analysis_id JOIN document_sources s ON s.document_id = a.document_id ORDER BY 1, 2, 6, 4"""
DOCUMENTS = "SELECT state, COUNT(*) AS n FROM run_documents GROUP BY state ORDER BY state"
MONEY = "SELECT COALESCE(SUM(cost_nano_usd), 0) AS cost, COALESCE(SUM(at_risk_nano_usd), 0) AS at_risk FROM calls"
HELD = "SELECT SUM(reserved_nano_usd) AS held FROM budgets"
KINDS = "SELECT mode, state, COUNT(*) AS n FROM calls GROUP BY mode, state ORDER BY mode, state"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six contracts of one chunk each."""
    return contracts(tmp_path / "contracts", 6)


def kinds(query: Query, settings: Settings) -> dict[tuple[str, str], int]:
    """How many calls there are of each (mode, state)."""
    return {(row["mode"], row["state"]): row["n"] for row in query(settings, KINDS)}


def balanced(query: Query, settings: Settings, server: MistralServer) -> None:
    """The books bracket the bill, nothing is held any more, and nothing of ours is left with the provider."""
    [books] = query(settings, MONEY)
    assert books["cost"] <= server.account.cost_nano_usd <= books["cost"] + books["at_risk"]
    assert query(settings, HELD) == [{"held": 0}]
    assert query(settings, "SELECT DISTINCT spent_nano_usd AS spent FROM budgets WHERE kind = 'month'") == [
        {"spent": books["cost"] + books["at_risk"]}
    ]
    assert not query(settings, "SELECT id FROM calls WHERE state = 'sent'")
    assert not server.app.batch.files.left()
    assert not server.app.batch.jobs.cards()


def test_the_same_rows_at_half_the_price(make_settings: Make, query: Query, folder: Path, tmp_path: Path) -> None:
    """Findings, documents and state are those of a realtime run, and every answer costs half, to the nano-dollar."""
    with MistralServer() as server:
        reference = make_settings(**served(server, mode="realtime"), data_dir=tmp_path / "reference")
        assert start(reference, folder)[1] == "complete"
        full_price = server.account.cost_nano_usd
    with MistralServer() as server:
        settings = make_settings(**served(server))
        run, state = start(settings, folder)
        assert state == "waiting"
        [row] = query(settings, "SELECT state, mode, reason, documents_open, cost_usd, ended_at FROM run_summary")
        assert (row["state"], row["mode"], row["documents_open"], row["cost_usd"], row["ended_at"]) == ("waiting", "batch", 6, 0, None)
        assert row["reason"].startswith("6 questions are in batch jobs; `nightclerk collect` fetches")
        assert finish(settings) == [(run, "complete")]
        assert server.account.cost_by_mode == {"realtime": 0, "batch": server.account.cost_nano_usd}
        balanced(query, settings, server)
        assert [entry.cost_nano_usd for entry in server.account.entries]
        assert abs(2 * server.account.cost_nano_usd - full_price) <= 6
    assert query(settings, FOUND) == query(reference, FOUND)
    assert query(settings, DOCUMENTS) == query(reference, DOCUMENTS)
    [job] = query(settings, "SELECT state, requests, answered, in_flight, saved_usd, cost_usd FROM batch_jobs")
    assert (job["state"], job["requests"], job["answered"], job["in_flight"]) == ("collected", 6, 6, 0)
    assert job["saved_usd"] == pytest.approx(job["cost_usd"])
    assert query(settings, "SELECT batch_cost_usd FROM cost_by_run")[0]["batch_cost_usd"] == pytest.approx(job["cost_usd"])


@pytest.mark.parametrize(("end", "partial"), [("FAILED", True), ("TIMEOUT_EXCEEDED", True), ("CANCELLED", False)])
def test_a_job_that_ends_early_is_made_up_for(end: str, partial: bool, make_settings: Make, query: Query, folder: Path) -> None:
    """What an unfinished job has answered is used, the rest is asked again in the next one, and the books bracket the bill."""
    with MistralServer(batch_polls=2, batch_ends=(end, "SUCCESS"), batch_partial=partial) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        assert [state for _, state in finish(settings)] == ["complete"]
        assert len(server.app.batch.jobs.ever()) == 2
        ran = len(server.account.entries) - 6
        assert 0 < ran < 6 if not partial else ran == 0
        balanced(query, settings, server)
    assert kinds(query, settings) == {("batch", "answered"): 6, ("batch", "failed" if partial else "lost"): 3 if partial else 6}
    told = {row["error_message"] for row in query(settings, "SELECT error_message FROM calls WHERE state <> 'answered'")}
    assert len(told) == 1
    assert f"ended as {end}" in told.pop()


@pytest.mark.parametrize(
    ("spoil", "asked"),
    [("broken_line", 7), ("missing", 7), ("duplicate", 6), ("unknown", 6), ("no_custom_id", 7), ("not_utf8", 7)],
)
def test_spoilt_results_cost_what_cannot_be_read(spoil: str, asked: int, make_settings: Make, query: Query, folder: Path) -> None:
    """A line that is broken, missing or nobody's costs that one request, which is asked again; what stands twice counts once."""
    with MistralServer(batch_spoils=(spoil, None)) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        assert [state for _, state in finish(settings)] == ["complete"]
        assert len(server.account.billed) == asked
        balanced(query, settings, server)
    assert kinds(query, settings)["batch", "answered"] == 6
    reason = query(settings, "SELECT reason FROM batches ORDER BY created_at")[0]["reason"]
    assert reason


@pytest.mark.parametrize(("fault", "where"), [("429", "output"), ("504", "both")])
def test_requests_that_fail_go_into_the_next_job(fault: str, where: str, make_settings: Make, query: Query, folder: Path) -> None:
    """Whatever form a failed request has and wherever it stands, it is booked by its cause and asked again."""
    with MistralServer(batch_errors=where) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        server.force(fault, fault, fault)
        assert [state for _, state in finish(settings)] == ["complete"]
        assert len(server.account.billed) == 6
        balanced(query, settings, server)
    failed = kinds(query, settings)
    assert failed["batch", "answered"] == 6
    assert failed["batch", "refused" if fault == "429" else "failed"] == 3
    assert [row["attempt"] for row in query(settings, "SELECT attempt FROM calls ORDER BY attempt")] == [1] * 6 + [2] * 3


def test_a_request_that_always_fails_is_a_named_gap(make_settings: Make, query: Query, folder: Path) -> None:
    """After as many jobs as a request has attempts its question is given up with the last error, and the rest is complete."""
    bad: list[str] = []

    def fails(body_sha256: str, _attempt: int) -> str | None:
        bad[:] = bad or [body_sha256]
        return "500" if body_sha256 == bad[0] else None

    with MistralServer(batch_polls=0, faults=fails) as server:
        settings = make_settings(**served(server, max_attempts=3))
        start(settings, folder)
        assert [state for _, state in finish(settings)] == ["partial"]
        assert len(server.app.batch.jobs.ever()) == 3
        balanced(query, settings, server)
    assert {row["state"]: row["n"] for row in query(settings, DOCUMENTS)} == {"complete": 5, "unfinished": 1}
    [row] = query(settings, "SELECT reason FROM run_documents WHERE state = 'unfinished'")
    assert "given up after 3 attempts, 0 of them perhaps billed; the last:" in row["reason"]


@pytest.mark.parametrize(
    ("verb", "faults"),
    [
        ("create_job", ["429", "503", "truncated_body"]),
        ("create_job", ["drop", "drop_late"]),
        ("get_job", ["500", "drop", "404", "drop_mid_body", "429_date"]),
        ("download_file", ["truncated_body", "truncated_body"]),
        ("download_file", ["503", "drop_mid_body", "404", "drop", "truncated_body"]),
        ("delete_file", ["500", "drop", "drop_late"]),
        ("list_jobs", ["500", "404"]),
    ],
)
def test_trouble_on_the_way_costs_nothing(verb: str, faults: list[str], make_settings: Make, query: Query, folder: Path) -> None:
    """Whatever goes wrong with a call about a job or file, there is one job, one bill, and nothing left behind."""
    with MistralServer(batch_polls=1) as server:
        settings = make_settings(**served(server))
        server.force_at(verb, *faults)
        if verb == "list_jobs":
            server.force_at("create_job", "drop_late")
        assert start(settings, folder)[1] == "waiting"
        assert [state for _, state in finish(settings)] == ["complete"]
        assert len(server.app.batch.jobs.ever()) == 1
        assert (len(server.account.billed), server.account.paid_again) == (6, 0)
        balanced(query, settings, server)
    assert kinds(query, settings) == {("batch", "answered"): 6}


@pytest.mark.parametrize("fault", ["upload_file:drop_late", "create_job:404"])
def test_what_is_too_large_goes_as_a_file(
    fault: str, make_settings: Make, query: Query, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large job's requests are uploaded once, whatever becomes of the reply, and the file is deleted when the job is over."""
    monkeypatch.setattr("nightclerk.dispatch.batch_send.MOST_INLINE", 5)
    verb, _, kind = fault.partition(":")
    with MistralServer() as server:
        settings = make_settings(**served(server))
        server.force_at(verb, kind)
        start(settings, folder)
        assert [state for _, state in finish(settings)] == ["complete"]
        [job] = server.app.batch.jobs.ever()
        assert job["total_requests"] == 6
        assert job["input_files"]
        assert server.account.paid_again == 0
        balanced(query, settings, server)
    assert not list((settings.data_dir / "batches").iterdir())


def test_a_job_of_which_nothing_is_known_any_more(make_settings: Make, query: Query, folder: Path) -> None:
    """A job that is gone at the provider is believed gone after hours, not at once; its calls are at risk, and are asked again."""
    with MistralServer(batch_polls=None) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        [job] = server.advance()
        server.app.batch.jobs.delete(job["id"])
        assert look(settings).waiting == 1
        assert kinds(query, settings) == {("batch", "sent"): 6}
        look(settings, hours=25)
        assert kinds(query, settings) == {("batch", "lost"): 6, ("batch", "sent"): 6}
        server.advance()
        assert [state for _, state in finish(settings)] == ["complete"]
        [books] = query(settings, MONEY)
        assert books["cost"] <= server.account.cost_nano_usd <= books["cost"] + books["at_risk"]


def test_a_request_that_was_answered_goes_into_no_job(make_settings: Make, query: Query, folder: Path) -> None:
    """What the store holds is answered from it, at no cost; only the rest is sent."""
    with MistralServer() as server:
        settings = make_settings(**served(server, mode="realtime"))
        start(settings, folder / "contract 00.txt", folder / "contract 01.txt", collection="first")
        batch = make_settings(**served(server))
        assert start(batch, folder, collection="second")[1] == "waiting"
        assert server.app.batch.jobs.ever()[0]["total_requests"] == 4
        finish(batch)
        assert server.account.paid_again == 0
        balanced(query, settings, server)
    assert kinds(query, settings) == {("batch", "answered"): 4, ("cache", "answered"): 2, ("realtime", "answered"): 2}


def test_a_run_whose_answers_are_all_stored_does_not_wait(make_settings: Make, query: Query, folder: Path) -> None:
    """Where nothing is left to ask there is no job, and the run is complete at once."""
    with MistralServer() as server:
        start(make_settings(**served(server, mode="realtime")), folder, collection="first")
        assert start(make_settings(**served(server)), folder, collection="second")[1] == "complete"
        assert not server.app.batch.jobs.ever()


@pytest.mark.parametrize("second", ["batch", "realtime"])
def test_two_runs_share_the_answer_of_one_job(second: str, make_settings: Make, query: Query, folder: Path) -> None:
    """A run that asks what is in another run's job waits for that job's answer, however it asks itself, and nothing is paid twice."""
    with MistralServer() as server:
        settings = make_settings(**served(server))
        start(settings, folder, collection="first")
        assert start(make_settings(**served(server, mode=second)), folder, collection="second")[1] == "waiting"
        assert sorted(state for _, state in finish(settings)) == ["complete", "complete"]
        assert len(server.app.batch.jobs.ever()) == 1
        assert (len(server.account.billed), server.account.paid_again) == (6, 0)
        balanced(query, settings, server)
    assert kinds(query, settings) == {("batch", "answered"): 6, ("cache", "answered"): 6}


def test_two_collectors_at_once(make_settings: Make, query: Query, folder: Path) -> None:
    """Several who collect at the same moment take each job and each document once, with their follow-up questions."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server, mode="auto"))
        start(settings, contracts(folder, 24), trigger="schedule")
        server.force("bad_json", "500", "bad_json")

        async def together() -> list[Collected]:
            async with wiring.open_desk(settings) as one, wiring.open_desk(settings) as two, wiring.open_desk(settings) as three:
                return await asyncio.gather(collect(one), collect(two), collect(three))

        asyncio.run(together())
        finish(settings)
        # two answers of no use and their repairs
        assert (len(server.account.billed), server.account.paid_again) == (26, 0)
        balanced(query, settings, server)
    assert query(settings, "SELECT state FROM runs") == [{"state": "complete"}]


def test_follow_up_questions_go_into_the_next_job(make_settings: Make, query: Query, inbox: Path) -> None:
    """In batch the repair of an answer that is no JSON and the rest of one that broke off are asked in jobs of their own."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        start(settings, inbox / "agreement.txt")
        server.force("length", "bad_json")
        assert [state for _, state in finish(settings)] == ["complete"]
        assert [job["total_requests"] for job in server.app.batch.jobs.ever()] == [1, 1, 1]
        assert server.account.cost_by_mode["realtime"] == 0
        balanced(query, settings, server)
    assert [row["kind"] for row in query(settings, "SELECT kind FROM questions ORDER BY round")] == ["ask", "continue", "repair"]


def test_auto_asks_in_real_time_what_a_job_left(make_settings: Make, query: Query, folder: Path) -> None:
    """The nightly run goes into a job; what failed in it, and the questions that follow from its answers, are asked at once."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server, mode="auto"))
        start(settings, contracts(folder, 24), trigger="schedule")
        server.force("bad_json", "500", "500")
        assert [state for _, state in finish(settings)] == ["complete"]
        assert len(server.app.batch.jobs.ever()) == 1
        balanced(query, settings, server)
    assert kinds(query, settings) == {("batch", "answered"): 22, ("batch", "failed"): 2, ("realtime", "answered"): 3}
    [run] = query(settings, "SELECT mode, parameters FROM runs")
    assert run["mode"] == "batch"
    assert json.loads(run["parameters"])["mode"] == "auto"


@pytest.mark.parametrize(
    ("order", "why"),
    [({}, "a person started the run"), ({"trigger": "schedule"}, "6 questions are too few"), ({"collection": "deal"}, "confidential")],
)
def test_auto_is_realtime_where_batch_has_no_use(order: dict[str, Any], why: str, make_settings: Make, query: Query, folder: Path) -> None:
    """A person's run, a small one and a confidential one are answered at once, and the run's record says why."""
    with MistralServer() as server:
        settings = make_settings(**served(server, mode="auto"))
        with wiring.open_store(settings) as store:
            store.write_now(collections.change, "deal", collections.Change(confidential=True), now=utc_now())
        assert start(settings, folder, **order)[1] == "complete"
        assert not server.app.batch.jobs.ever()
    [run] = query(settings, "SELECT mode, parameters FROM runs")
    assert run["mode"] == "realtime"
    assert why in json.loads(run["parameters"])["mode_reason"]
    [score] = query(settings, "SELECT estimate_low_usd, estimate_high_usd, cost_usd FROM cost_by_run")
    assert score["estimate_high_usd"] > score["cost_usd"]


def test_a_refused_job_falls_back_in_auto_and_stops_in_batch(make_settings: Make, query: Query, folder: Path, tmp_path: Path) -> None:
    """When the provider takes no job, `auto` asks in real time, and `batch` fails with the provider's words; nothing stays held."""
    with MistralServer() as server:
        server.force_at("create_job", "403")
        settings = make_settings(**served(server, mode="auto"))
        assert start(settings, contracts(folder, 24), trigger="schedule")[1] == "complete"
        balanced(query, settings, server)
        server.force_at("create_job", "403")
        strict = make_settings(**served(server), data_dir=tmp_path / "strict")
        assert start(strict, folder)[1] == "failed"
    [run] = query(strict, "SELECT reason FROM runs")
    assert "the provider refused the batch job" in run["reason"]
    assert query(strict, HELD) == [{"held": 0}]
    assert query(strict, "SELECT DISTINCT state FROM run_documents") == [{"state": "unfinished"}]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"provider": "rules"}, "the provider rules has no batch jobs"),
        ({"endpoint": "https://api.eu.mistral.ai"}, "the regional endpoint api.eu.mistral.ai has no batch jobs"),
        (
            {"provider": "openai_compatible", "price_input_usd_per_mtok": 0, "price_output_usd_per_mtok": 0, "context_tokens": 100_000},
            "the provider openai_compatible has no batch jobs",
        ),
    ],
)
def test_batch_is_refused_by_name(
    given: dict[str, Any], why: str, make_settings: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are no batch jobs, `batch` is refused with the reason before anything is filed."""
    with MistralServer() as server:
        settings = make_settings(**served(server, **given))
        if "eu" in settings.endpoint:
            # the refusal is by the address that is set; nothing is sent there
            monkeypatch.setattr("nightclerk.settings.Settings.endpoint_url", "https://api.eu.mistral.ai")
            monkeypatch.setattr("nightclerk.wiring.Mistral", _at(server))
        with pytest.raises(BadUsage, match=why):
            start(settings, folder)


def _at(server: MistralServer) -> Callable[..., Any]:
    from nightclerk.providers.mistral import Mistral

    class Here(Mistral):
        def __init__(self, _endpoint: str, key: Any, **options: Any) -> None:
            super().__init__(server.url, key, **options)

    return Here


def test_a_confidential_collection_is_in_no_batch(make_settings: Make, folder: Path) -> None:
    """Asked for by name, batch is refused for a confidential collection with the reason."""
    with MistralServer() as server:
        settings = make_settings(**served(server))
        with wiring.open_store(settings) as store:
            store.write_now(collections.change, "deal", collections.Change(confidential=True), now=utc_now())
        with pytest.raises(SettingsError, match="deal is confidential: batch jobs are outside of zero data retention"):
            start(settings, folder, collection="deal")
        assert not server.account.verbs


def test_a_budget_holds_over_jobs(make_settings: Make, query: Query, folder: Path) -> None:
    """What fits goes into the first job; its true-up makes room for the next; at the end the cap was never passed and all is answered."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        # room for three ceilings of six
        cap = 110_000_000
        assert start(settings, folder, budget_nano_usd=cap)[1] == "waiting"
        [budget] = query(settings, "SELECT reserved_nano_usd AS held, spent_nano_usd AS spent FROM budgets WHERE kind = 'run'")
        assert 0 < budget["held"] <= cap
        sizes = [job["total_requests"] for job in server.app.batch.jobs.ever()]
        assert sizes[0] < 6
        assert [state for _, state in finish(settings)] == ["complete"]
        balanced(query, settings, server)


def test_at_the_cap_the_run_names_what_is_left(make_settings: Make, query: Query, folder: Path) -> None:
    """Where not even the first question fits the run is over budget at once; raising the cap resumes it."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        assert start(settings, folder, budget_nano_usd=1_000_000)[1] == "over_budget"
        [run] = query(settings, "SELECT reason FROM runs")
        assert "raise the budget of a run" in run["reason"]
        assert {row["state"] for row in query(settings, DOCUMENTS)} == {"unfinished"}
        assert start(settings, folder)[1] == "waiting"
        assert [state for _, state in finish(settings)] == ["complete"]
        balanced(query, settings, server)


def test_a_cancelled_run_collects_what_it_pays_for(make_settings: Make, query: Query, folder: Path) -> None:
    """Cancelling a run that waits cancels its job; what had run is booked and filed, the rest is released, and the run is interrupted."""
    with MistralServer(batch_polls=None) as server:
        settings = make_settings(**served(server))
        run, _ = start(settings, folder)
        server.advance(requests=2)

        async def stop() -> bool:
            async with wiring.open_desk(settings) as desk:
                return await cancel(desk, run)

        assert asyncio.run(stop())
        assert server.app.batch.jobs.ever()[0]["status"] == "CANCELLATION_REQUESTED"
        server.advance()
        assert finish(settings) == [(run, "interrupted")]
        balanced(query, settings, server)
    assert {row["state"]: row["n"] for row in query(settings, DOCUMENTS)} == {"complete": 2, "unfinished": 4}
    assert kinds(query, settings) == {("batch", "answered"): 2, ("batch", "failed"): 4}
    [run_row] = query(settings, "SELECT reason FROM runs")
    assert "stopped by the person" in run_row["reason"]


def test_an_interrupted_run_cancels_its_jobs(make_settings: Make, query: Query, folder: Path) -> None:
    """Ctrl-C while a job is being created cancels that job, and the next `collect` ends the run as interrupted with nothing held."""
    with MistralServer(batch_polls=4, slow_s=3.0) as server:
        settings = make_settings(**served(server))
        server.force_at("create_job", "slow")

        async def interrupted() -> None:
            async with wiring.open_desk(settings) as desk:
                order = Order((folder,), "contract_review", "inbox", settings.budget_nano_usd)
                run = asyncio.create_task(execute(desk, order))
                while not server.app.batch.jobs.ever():
                    await asyncio.sleep(0.01)
                run.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await run

        asyncio.run(interrupted())
        assert [state for _, state in finish(settings)] == ["interrupted"]
        [job] = server.app.batch.jobs.ever()
        assert job["status"] == "CANCELLED"
        balanced(query, settings, server)


def test_a_price_that_changed_meanwhile(make_settings: Make, query: Query, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was booked is billed at the price of that day; what is asked afterwards at today's, from the book's newest row."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        server.force("500")
        book = prices.book()
        newer = [replace(row, valid_from=utc_now().date(), input_nano_usd=row.input_nano_usd * 2) for row in book]
        monkeypatch.setattr("nightclerk.providers.prices.book", lambda: (*book, *newer))
        assert [state for _, state in finish(settings)] == ["complete"]
    used = "SELECT p.input_nano_usd AS price, COUNT(*) AS n FROM calls c JOIN prices p ON p.id = c.price_id GROUP BY 1 ORDER BY 1"
    assert query(settings, used) == [{"price": 1_500, "n": 6}, {"price": 3_000, "n": 1}]


def test_the_profile_of_a_run_is_the_one_it_began_with(make_settings: Make, query: Query, folder: Path, tmp_path: Path) -> None:
    """A profile that is changed or deleted while its questions are out settles as it was."""
    own = tmp_path / "profiles" / "contract_review" / "v9"
    shutil.copytree(SHIPPED / "contract_review" / "v1", own)
    manifest = own / "profile.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("version: v1", "version: v9"), encoding="utf-8")
    with MistralServer(batch_polls=0, answer=lambda _: '{"findings": []}') as server:
        settings = make_settings(**served(server, profile_path=[tmp_path / "profiles"]))
        start(settings, folder, profile="contract_review/v9")
        shutil.rmtree(own)
        assert [state for _, state in finish(settings)] == ["complete"]
    assert query(settings, "SELECT profile_version FROM runs") == [{"profile_version": "v9"}]


def test_a_job_at_another_endpoint_is_not_lost(make_settings: Make, query: Query, folder: Path) -> None:
    """Collecting under another address names where the job is, and changes nothing."""
    with MistralServer(batch_polls=0) as server, MistralServer() as other:
        settings = make_settings(**served(server))
        start(settings, folder)
        found = look(make_settings(**served(other)))
        assert found.waiting == 1
        assert server.url in found.problems[0]
        assert [state for _, state in finish(settings)] == ["complete"]


def test_a_wrong_key_costs_nothing(make_settings: Make, query: Query, folder: Path) -> None:
    """A key that is refused leaves jobs and runs as they are."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        start(settings, folder)
        server.force_at("get_job", "401")
        assert "NIGHTCLERK_API_KEY" in look(settings).problems[0]
        assert kinds(query, settings) == {("batch", "sent"): 6}
        assert [state for _, state in finish(settings)] == ["complete"]


def test_batches_on_postgresql(make_settings: Make, folder: Path, postgres_url: str) -> None:
    """Several machines on one PostgreSQL run, collect and end a run in batch."""
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server), database_url=postgres_url)
        server.force("bad_json")
        start(settings, folder)

        async def together() -> None:
            async with wiring.open_desk(settings) as one, wiring.open_desk(settings) as two:
                later(one, 1.0)
                await asyncio.gather(collect(one), collect(two))

        asyncio.run(together())
        finish(settings)
        assert (len(server.account.billed), server.account.paid_again) == (7, 0)
        with wiring.open_store(settings) as store:
            rows = store.read(lambda conn: conn.execute(sa.text("SELECT state, cost_usd FROM run_summary")).all())
        assert [row.state for row in rows] == ["complete"]
        assert round(rows[0].cost_usd * 1e9) == server.account.cost_nano_usd
