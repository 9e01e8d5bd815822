"""What a run promises, tried where it is hardest: documents that change, answers that are half good, copies, crashes, several at once."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from mistral_server import MistralServer
from mistral_server.answers import rules_answer

from nightclerk import wiring
from nightclerk.errors import BadUsage, SourceNotFound, StoreError
from nightclerk.pipeline import Order, analyse_document, default_collection, execute, finish_run, list_sources, start_run
from nightclerk.profiles.loader import SHIPPED
from nightclerk.providers import prices
from nightclerk.providers.catalog import card
from nightclerk.records import utc_now
from nightclerk.settings import Settings
from nightclerk.store import Store, runs

Make = Callable[..., Settings]
RunOrder = Callable[..., tuple[Any, str]]
Query = Callable[..., list[dict[str, Any]]]

FOUND = """SELECT category, state, answer, quote, char_start FROM findings f LEFT JOIN evidence e ON e.finding_id = f.id
    ORDER BY category, char_start, answer"""

UNSETTLED = "UPDATE analyses SET settled_at = NULL, state = 'open', chunks_answered = 0"


def served(server: MistralServer, **more: Any) -> dict[str, Any]:
    """Settings that reach the imitation server."""
    limits = {"requests_per_second": 200, "tokens_per_minute": 100_000_000, "chunk_tokens": 1_000}
    return {"provider": "mistral", "endpoint": server.url, "api_key": server.key, **limits, **more}


@pytest.fixture
def contract(inbox: Path) -> Path:
    """One contract of one chunk."""
    return inbox / "agreement.txt"


def test_a_crash_around_a_repair_changes_nothing(
    make_settings: Make, run_order: RunOrder, query: Query, contract: Path, tmp_path: Path
) -> None:
    """Whether a run dies with a useless answer, with its repair asked for or with its findings filed, the next one makes up for it."""
    with MistralServer() as server:
        server.force("bad_json")
        reference = make_settings(**served(server), data_dir=tmp_path / "reference")
        assert run_order(reference, contract)[1] == "complete"
        expected = query(reference, FOUND)
    for last_write in ("settle_call", "replace_questions", "file_named"):
        with MistralServer() as server:
            server.force("bad_json")
            settings = make_settings(**served(server), data_dir=tmp_path / last_write)
            assert crashed(last_write, lambda settings=settings: run_order(settings, contract))
            assert run_order(settings, contract)[1] == "complete", last_write
            bill = server.account.cost_nano_usd
        assert query(settings, FOUND) == expected, last_write
        [booked] = query(settings, "SELECT SUM(cost_nano_usd) AS cost, SUM(at_risk_nano_usd) AS risk FROM calls")
        assert booked["cost"] <= bill <= booked["cost"] + booked["risk"]


def crashed(last_write: str, work: Callable[[], object]) -> bool:
    """Do the work in a fork that dies as the first write of that name is committed; whether it died of that."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    submit = Store._submit

    def dying(self: Store, write: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        future = submit(self, write, *args, **kwargs)
        if write.__name__ == last_write:
            future.add_done_callback(lambda _: os._exit(9))
        return future

    Store._submit = dying  # type: ignore[method-assign]
    try:
        work()
    finally:
        os._exit(1)


def test_a_reply_that_a_neighbour_gave_up_is_repaired_here_too(
    make_settings: Make, run_order: RunOrder, query: Query, contract: Path
) -> None:
    """Two collections share a reply; when settling one of them gives it up, the other one's question is repaired as well."""
    with MistralServer() as server:
        settings = make_settings(**served(server))
        run_order(settings, contract)
        # as if the neighbour had found it useless after we had been answered by it, and before we settled
        with wiring.open_store(settings) as store:
            store.write_now(lambda conn: conn.execute(sa.text("UPDATE replies SET usable = 0, unusable_reason = 'no JSON', answer = 'oh'")))
            store.write_now(lambda conn: conn.execute(sa.text(UNSETTLED)))
        _, state = run_order(settings, contract)
    assert state == "complete"
    assert query(settings, "SELECT kind, state FROM questions ORDER BY kind") == [
        {"kind": "ask", "state": "failed"},
        {"kind": "repair", "state": "answered"},
    ]


def test_a_finding_that_cannot_be_read_leaves_no_absence(make_settings: Make, run_order: RunOrder, query: Query, contract: Path) -> None:
    """When an item of an answer is left out, the document is partial and says so, nothing is called absent, and nothing is paid again."""

    def spoilt(body: dict[str, Any]) -> str:
        answer = json.loads(rules_answer(body))
        for item in answer["findings"]:
            if item["category"] == "Governing Law":
                item["state"] = "certainly"
        return json.dumps(answer)

    with MistralServer(answer=spoilt) as server:
        settings = make_settings(**served(server))
        _, state = run_order(settings, contract)
        _, again = run_order(settings, contract)
        assert len(server.account.entries) == 1
    assert (state, again) == ("partial", "partial")
    [analysis] = query(settings, "SELECT state, reason, chunks_answered FROM analyses")
    assert (analysis["state"], analysis["chunks_answered"]) == ("partial", 1)
    assert "left out" in analysis["reason"]
    assert {row["state"] for row in query(settings, "SELECT state FROM findings")} == {"present", "unclear"}


def test_bytes_that_change_under_way_are_not_filed_as_the_old_ones(
    make_settings: Make, run_order: RunOrder, query: Query, contract: Path
) -> None:
    """A file that changes between the walk and its reading is unread with that reason; the next run reads what it holds by then."""
    settings = make_settings()

    async def change_after_the_walk() -> str:
        async with wiring.open_desk(settings) as desk:
            run = await start_run(desk, Order((contract,), "contract_review", "inbox", 0))
            [entry] = await list_sources(run)
            contract.write_text("SUPPLY AGREEMENT\n\nThis Agreement is governed by the laws of Sweden.\n", encoding="utf-8")
            outcome = await analyse_document(run, entry)
            await finish_run(run)
            return f"{outcome.state}: {outcome.reason}"

    assert "changed" in asyncio.run(change_after_the_walk())
    assert query(settings, "SELECT text FROM documents") == [{"text": ""}]
    assert run_order(settings, contract)[1] == "complete"
    [read] = query(settings, "SELECT text FROM documents d JOIN document_sources s ON s.document_id = d.id AND s.sha256 = d.sha256")
    assert "Sweden" in read["text"]


def test_copies_do_not_pay_for_a_failure_again(make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """What fails for one copy of a document fails for all copies in this run, and is tried again by the next run."""
    for number in range(4):
        (inbox / f"copy {number}.txt").write_bytes((inbox / "agreement.txt").read_bytes())
    for other in ("memo.md", "empty.txt", "noise.bin"):
        (inbox / other).unlink()
    with MistralServer() as server:
        settings = make_settings(**served(server, max_attempts=1, max_in_flight=1, requests_per_second=50))
        # the last answer is good, so the provider is there and only the question is at fault
        (inbox / "zebra.txt").write_text("The laws of Peru govern this Agreement.\n", encoding="utf-8")
        server.force("422_context")
        run, _ = run_order(settings, inbox)
        assert sum(entry.fault is not None for entry in server.account.entries) == 1
        assert len(server.account.entries) == 2
        states = query(settings, "SELECT state FROM run_documents WHERE run_id = :run ORDER BY state", run=run.id)
        assert [row["state"] for row in states] == ["complete", *["unfinished"] * 6]
        assert run_order(settings, inbox)[1] == "complete"
        assert len(server.account.entries) == 3


def test_a_stop_files_what_was_answered(make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """Stopped by its budget with a useless answer among the good ones, a document still gets the findings of the good ones."""
    clauses = "\n\n".join(f"{n}. Clause {n}. The laws of the State of New York govern order {n}. {'It runs on. ' * 60}" for n in range(12))
    document = inbox / "long.txt"
    document.write_text(f"FRAMEWORK AGREEMENT\n\n{clauses}\n", encoding="utf-8")
    with MistralServer() as server:
        settings = make_settings(**served(server, max_in_flight=1, chunk_tokens=300))
        server.force("bad_json")
        _, state = run_order(settings, document, budget_nano_usd=130_000_000)
        assert state == "over_budget"
    [analysis] = query(settings, "SELECT state, chunks, chunks_answered FROM analyses")
    assert analysis["state"] == "partial"
    assert 0 < analysis["chunks_answered"] < analysis["chunks"]
    assert query(settings, "SELECT id FROM findings WHERE state = 'present'")
    assert not query(settings, "SELECT id FROM findings WHERE state = 'not_present'")


def test_two_processes_over_one_inbox_pay_once(make_settings: Make, query: Query, inbox: Path, tmp_path: Path) -> None:
    """Two processes at once, each with a collection of its own: every request is paid by one of them and answers both."""
    for number in range(3):
        (inbox / f"order {number}.txt").write_text(f"ORDER {number}\n\nThe laws of Peru govern order {number}.\n", encoding="utf-8")
    with MistralServer(latency=lambda *_: 0.3) as server:
        settings = make_settings(**served(server))
        with wiring.open_store(settings):
            pass
        own = {name: value for name, value in served(server).items() if name != "api_key"} | {"data_dir": settings.data_dir}
        environment = {f"NIGHTCLERK_{name.upper()}": str(value) for name, value in {**own, "api_key": server.key}.items()}
        command = [sys.executable, "-m", "nightclerk", "run", str(inbox), "-p", "contract_review", "--collection"]
        both = [subprocess.Popen([*command, name], env=os.environ | environment, stdout=subprocess.DEVNULL) for name in ("one", "two")]
        assert [process.wait(timeout=60) for process in both] == [3, 3]  # the empty and the unknown file
        assert server.account.paid_again == 0
        assert len(server.account.billed) == 5
    assert query(settings, "SELECT COUNT(*) AS n FROM analyses WHERE state = 'complete'") == [{"n": 10}]


def test_a_lease_that_expired_is_taken_over(
    database_url: str, make_settings: Make, run_order: RunOrder, query: Query, contract: Path
) -> None:
    """A document whose holder is silent beyond its lease is worked on by the next run, which asks only what is open."""
    settings = make_settings(database_url=database_url)
    first, _ = run_order(settings, contract)
    with wiring.open_store(settings) as store:
        [listed] = query(settings, "SELECT id, analysis_id, document_id FROM run_documents")
        store.write_now(
            runs.claim,
            listed["id"],
            analysis_id=listed["analysis_id"],
            document_id=listed["document_id"],
            owner="f" * 32,
            now=utc_now() - runs.LEASE + runs.LEASE / 600,
        )
        store.write_now(lambda conn: conn.execute(sa.text(UNSETTLED)))
    second, state = run_order(settings, contract)
    assert state == "complete"
    assert query(settings, "SELECT COUNT(*) AS n FROM calls") == [{"n": 1}]
    assert first.id != second.id


def test_settling_again_gives_the_same(database_url: str, make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """Settled twice more, and by two at once, an analysis has the same findings with the same ids."""
    from nightclerk.pipeline.settle import settle
    from nightclerk.store.sources import find_document

    settings = make_settings(database_url=database_url)
    run_order(settings, inbox)
    before = query(settings, "SELECT id, state, answer FROM findings ORDER BY id")
    [row] = query(settings, "SELECT a.id, d.sha256, d.reader FROM analyses a JOIN documents d ON d.id = a.document_id LIMIT 1")

    async def again() -> None:
        async with wiring.open_desk(settings) as desk:
            run = await start_run(desk, Order((inbox,), "contract_review", "inbox", 0))
            document = await desk.store.aread(find_document, row["sha256"], view="as_is", reader=row["reader"], scope="")
            assert document is not None
            assert await asyncio.gather(*(settle(run, row["id"], document) for _ in range(3))) == [False] * 3

    asyncio.run(again())
    assert query(settings, "SELECT id, state, answer FROM findings ORDER BY id") == before


def test_what_makes_a_document_due_again(make_settings: Make, run_order: RunOrder, query: Query, contract: Path, tmp_path: Path) -> None:
    """An edited profile is asked again only where the setting says so, once, and the old analysis stays beside the new one."""
    shutil.copytree(SHIPPED / "contract_review" / "v1", tmp_path / "own" / "contract_review" / "v1")
    own = {"profile_path": [tmp_path / "own"], "chunk_tokens": 500}
    run_order(make_settings(**own), contract)
    manifest = tmp_path / "own" / "contract_review" / "v1" / "profile.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("title: ", "title: Our own "), encoding="utf-8")

    def analyses(**more: Any) -> int:
        settings = make_settings(**{**own, **more})
        assert run_order(settings, contract)[1] == "complete"
        return len(query(settings, "SELECT id FROM analyses"))

    assert [analyses(reanalyse=rule) for rule in ("never", "model", "reader", "prompt", "prompt", "all")] == [1, 1, 1, 2, 2, 2]
    assert analyses(chunk_tokens=700) == 2


def test_a_confidential_collection_shares_nothing(make_settings: Make, run_order: RunOrder, query: Query, contract: Path) -> None:
    """A confidential collection reads and asks for itself: nothing of others serves it, and nothing of its own serves others."""
    with MistralServer() as server:
        settings = make_settings(**served(server))
        run_order(settings, contract, collection="open")
        with wiring.open_store(settings) as store:
            secret = "INSERT INTO collections (id, name, confidential, created_at) VALUES (:id, 'secret', 1, :now)"
            from nightclerk.store.sources import collection_id

            values = {"id": collection_id("secret"), "now": "2026-01-01 00:00:00"}
            store.write_now(lambda conn: conn.execute(sa.text(secret), values))
        run_order(settings, contract, collection="secret")
        run_order(settings, contract, collection="other")
        assert len(server.account.entries) == 2
    per_scope = query(settings, "SELECT scope <> '' AS secret, COUNT(*) AS n FROM documents GROUP BY scope <> '' ORDER BY 1")
    assert [row["n"] for row in per_scope] == [1, 1]


def test_a_run_whose_source_went_away_is_ended(make_settings: Make, query: Query, tmp_path: Path) -> None:
    """A source that is gone at the walk is one clear error, and the run that was filed for it does not stay open."""
    settings = make_settings()

    async def go() -> None:
        async with wiring.open_desk(settings) as desk:
            await execute(desk, Order((tmp_path / "gone",), "contract_review", "inbox", 0))

    with pytest.raises(SourceNotFound, match="gone"):
        asyncio.run(go())
    [run] = query(settings, "SELECT state, reason FROM runs")
    assert run["state"] == "failed"
    assert "gone" in run["reason"]


def test_a_database_that_takes_no_end_stops_the_run_in_order(
    make_settings: Make, query: Query, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the end of a document cannot be written, no other document is left running on its own, and the run says what happened."""
    settings = make_settings(max_in_flight=1)
    real, refused = runs.finish_document, []

    def full(conn: sa.Connection, run_document_id: str, **values: Any) -> None:
        if len(refused) < 3:
            refused.append(run_document_id)
            raise StoreError("the disk is full")
        real(conn, run_document_id, **values)

    monkeypatch.setattr(runs, "finish_document", full)

    async def go() -> tuple[Any, str]:
        async with wiring.open_desk(settings) as desk:
            return await execute(desk, Order((inbox,), "contract_review", "inbox", 0))

    _, state = asyncio.run(go())
    assert state == "failed"
    [run] = query(settings, "SELECT state, reason FROM runs")
    assert "disk is full" in run["reason"]
    assert not query(settings, "SELECT id FROM run_documents WHERE state IN ('waiting', 'working')")


def test_folders_are_told_apart_and_hidden_ones_are_not_gone(
    make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path
) -> None:
    """A walk marks nothing vanished in a folder of another name, be it another case, nor in one that it could not open."""
    for folder in ("Box", "box", "box/locked"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "note.md").write_text(f"Nothing but {folder}.\n", encoding="utf-8")
    settings = make_settings()
    run_order(settings, tmp_path / "Box")
    run_order(settings, tmp_path / "box")
    locked = tmp_path / "box" / "locked"
    locked.rename(tmp_path / "elsewhere")
    locked.symlink_to("/nowhere")
    run_order(settings, tmp_path / "box")
    assert not query(settings, "SELECT name FROM document_sources WHERE status = 'vanished'")
    locked.unlink()
    run_order(settings, tmp_path / "box")
    assert len(query(settings, "SELECT name FROM document_sources WHERE status = 'vanished' AND name = 'note.md'")) == 1


def test_a_name_that_no_database_takes_is_said_first(database_url: str, make_settings: Make, run_order: RunOrder, tmp_path: Path) -> None:
    """A collection's name is checked before anything is filed; a folder's own path is made to fit."""
    deep = tmp_path.joinpath(*["a folder with a long name"] * 12)
    deep.mkdir(parents=True)
    (deep / "note.md").write_text("Nothing.\n", encoding="utf-8")
    settings = make_settings(database_url=database_url)
    assert run_order(settings, deep, collection=default_collection([deep]))[1] == "complete"
    for name in ("", "x" * 201, "n\x00l", "half \ud800"):
        with pytest.raises(BadUsage, match="cannot name a collection"):
            run_order(settings, deep, collection=name)


def test_the_reservation_is_a_ceiling_with_the_schema(make_settings: Make, run_order: RunOrder, query: Query, contract: Path) -> None:
    """A model that gets the schema as part of its prompt is billed no more than the budget reserved, for the shortest prompt too."""
    with MistralServer() as server:
        settings = make_settings(**served(server))
        run_order(settings, contract)
        [entry] = server.account.entries
        [call] = query(settings, "SELECT reserved_nano_usd, prompt_tokens FROM calls")
        [asked] = query(settings, "SELECT prompt_tokens, max_output_tokens FROM requests")
    assert entry.prompt_tokens == call["prompt_tokens"]
    assert abs(asked["prompt_tokens"] - entry.prompt_tokens) < 40
    price = prices.price("mistral", "mistral-medium-3-5", utc_now().date())
    longest = replace(entry, completion_tokens=asked["max_output_tokens"], cached_tokens=0)
    longest.bill()
    assert longest.cost_nano_usd <= call["reserved_nano_usd"]
    assert card("mistral-medium-3-5").structured_output
    assert price.output_nano_usd * asked["max_output_tokens"] < call["reserved_nano_usd"]
