"""The database itself goes away, is locked or runs full while calls are in flight: whatever was paid for is stored, or booked and named."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from dispatch_office import Office, QuickTime, Script, dispatcher, open_office, reply

from nightclerk import store as store_room
from nightclerk.errors import StoreError
from nightclerk.records import utc_now
from nightclerk.store import Store, engine, processes
from nightclerk.store.writer import Writer

COST = 3_000 * 2_000 + 400 * 5_000
CEILING = 3_364 * 2_000 + 1_000 * 5_000


class Proxy:
    """A way to a PostgreSQL server that can be cut and mended; it listens all the time, and cut it ends whatever comes."""

    def __init__(self, url: str) -> None:
        self._target = f"{parse_qs(urlsplit(url).query)['host'][0]}/.s.PGSQL.5432"
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[socket.socket] = []
        self._is_cut = False
        self.url = f"postgresql://postgres@127.0.0.1:{self._listening.getsockname()[1]}{urlsplit(url).path}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection; new ones are ended at once."""
        self._is_cut = True
        for end in self._pairs:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    def close(self) -> None:
        """End it all."""
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if self._is_cut:
                    near.close()
                    continue
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._target)
                self._pairs += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=ends, daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65_536):
            sink.sendall(part)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[Proxy]:
    """A proxy before a fresh PostgreSQL database."""
    proxy = Proxy(postgres_url)
    yield proxy
    proxy.close()


@contextlib.contextmanager
def office_at(url: str, waits_s: tuple[float, ...]) -> Iterator[Office]:
    """An office whose writer waits so long for its database."""
    with Store.open(url) as store:
        store.writer.close()
        store.writer = Writer(store.engine, retry_waits_s=waits_s)
        yield Office(store, store.write_now(open_office))


def work(office: Office, act: Callable[[], None], *, calls: int = 24, clock: Any = None) -> tuple[Script, StoreError | None]:
    """Answer calls of which the tenth does something to the database as it is answered; the provider, and what ended the drain."""
    numbers = count(1)

    async def slowly() -> Any:
        number = next(numbers)
        await asyncio.sleep(0.02)
        if number == 10:
            act()
        return reply(raw_body="x" * 20_000, provider_request_id=f"req-{number}")

    provider = Script(lambda *_: slowly())
    try:
        asyncio.run(dispatcher(office, provider, clock=clock or QuickTime()).drain(office.terms, office.ask(calls)))
    except StoreError as error:
        return provider, error
    return provider, None


def later(seconds: float, what: Callable[[], None]) -> None:
    """Do something in a moment."""
    timer = threading.Timer(seconds, what)
    timer.daemon = True
    timer.start()


def judged(office: Office, provider: Script, told: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """After a drain that the database ended: nothing stored is lost, what could not be stored is named, and another drain ends it."""
    stored = office.states().get("answered", 0)
    office.store.write_now(processes.end, office.terms.process_id, now=utc_now())
    lost = office.store.write_now(processes.recover, now=utc_now())
    calls = {call["id"]: call["state"] for call in office.calls()}
    unstored = [call for call, state in calls.items() if state == "lost"]
    assert len(unstored) == lost.calls > 0
    assert (office.budget().reserved_nano_usd, office.budget().spent_nano_usd) == (0, stored * COST + lost.calls * CEILING)
    # a call may have been booked with nobody told of it; of those that were sent, each is stored or named
    assert len(provider.sent) - stored <= lost.calls
    named = [call for call in unstored if call in caplog.text]
    assert len(named) == len(provider.sent) - stored
    assert any(call in str(told) for call in named) or "could not be stored" not in str(told)
    again = Script()
    asyncio.run(dispatcher(office, again).drain(office.terms, office.jobs_again()))
    assert len(again.sent) == 24 - stored
    assert office.states() == {"answered": 24}


def test_a_database_that_comes_back_costs_nothing(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL is away while calls are in flight and comes back in time: every call is sent once and every answer stored."""
    monkeypatch.setattr(store_room, "RETRY_WAITS_S", (0.05,) * 40)
    with office_at(proxy.url, (0.05,) * 40) as office:

        def away() -> None:
            proxy.cut()
            later(0.5, proxy.mend)

        provider, told = work(office, away)
        assert told is None
        assert (len(provider.sent), office.states()) == (24, {"answered": 24})
        assert (office.budget().reserved_nano_usd, office.budget().spent_nano_usd) == (0, 24 * COST)
        # a read meets the same outage, and waits as well
        away()
        assert len(asyncio.run(office.store.aread(lambda conn: conn.execute(sa.text("SELECT id FROM calls")).all()))) == 24


def test_a_database_that_stays_away_stops_the_run(proxy: Proxy, caplog: pytest.LogCaptureFixture) -> None:
    """PostgreSQL stays away for longer than anybody waits: the drain stops, and each answer that could not be stored is named."""
    with office_at(proxy.url, (0.01, 0.01)) as office:
        provider, told = work(office, proxy.cut)
        assert told is not None
        proxy.mend()
        judged(office, provider, told, caplog)


def locked(path: Path) -> sqlite3.Connection:
    """Another program that writes and does not end."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


def let_go(other: sqlite3.Connection) -> None:
    """It ends."""
    other.execute("ROLLBACK")
    other.close()


@pytest.mark.parametrize("for_long", [False, True])
def test_another_program_locks_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, for_long: bool
) -> None:
    """A lock that ends in time costs nothing; one that does not stops the drain with the reason, and no stored answer is lost."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.05)
    path = tmp_path / "ledger.db"
    holding: list[sqlite3.Connection] = []

    def lock() -> None:
        holding.append(locked(path))
        if not for_long:
            later(0.4, lambda: let_go(holding[0]))

    with office_at(f"sqlite:///{path}", (0.01,) * 2 if for_long else (0.05,) * 20) as office:
        provider, told = work(office, lock)
        if not for_long:
            assert told is None
            assert (len(provider.sent), office.states()) == (24, {"answered": 24})
            return
        let_go(holding[0])
        assert "another program has been writing" in str(told)
        assert told
        judged(office, provider, told, caplog)


@pytest.mark.parametrize("freed", [True, False])
def test_the_disk_runs_full(tmp_path: Path, caplog: pytest.LogCaptureFixture, freed: bool) -> None:
    """Where space is freed in time every answer is stored; where not, the drain says so, and each answer without a place is named."""
    most_pages, plenty = [2**30], 2**30

    class Freeing(QuickTime):
        """A clock in which somebody frees the disk while an answer waits for it."""

        async def sleep(self, seconds: float) -> None:
            """Wait."""
            most_pages[0] = plenty if freed else 1
            await super().sleep(seconds)

    with office_at(f"sqlite:///{tmp_path / 'ledger.db'}", (0.01,)) as office:
        # a limit below what there is by now stands for exactly that
        sa.event.listen(
            office.store.engine, "checkout", lambda connection, *_: connection.execute(f"PRAGMA max_page_count = {most_pages[0]}").close()
        )
        provider, told = work(office, lambda: most_pages.__setitem__(0, 1), clock=Freeing())
        most_pages[0] = plenty
        if freed:
            assert told is None
            assert (len(provider.sent), office.states()) == (24, {"answered": 24})
            return
        assert "disk is full" in str(told)
        assert told
        judged(office, provider, told, caplog)
