"""The one place where settings become a store, a provider, a dispatcher and a desk to work at."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from nightclerk import ingest, profiles
from nightclerk.dispatch import Dispatcher, Limiter, heartbeat
from nightclerk.errors import MissingKey, SourceNotAllowed, SourceNotFound, StoreError
from nightclerk.pipeline import Desk
from nightclerk.profiles import Profile
from nightclerk.providers.mistral import Mistral
from nightclerk.providers.protocol import Provider
from nightclerk.providers.rules import Rules
from nightclerk.records import new_id, utc_now
from nightclerk.settings import Settings
from nightclerk.store import Store, processes
from nightclerk.store import upgrade as schema
from nightclerk.store.engine import connect


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The store of the settings, made when there is none yet; raises `StoreError` with one line."""
    if not settings.database_url:
        _make_folder(settings.data_dir.expanduser())
    with Store.open(settings.url) as store:
        yield store


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the data folder {folder} cannot be made: {error.strerror}; set NIGHTCLERK_DATA_DIR") from None


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """A desk whose process is registered, with what dead processes left behind tidied up, and a heart that beats.

    Raises:
        StoreError: the database cannot be used.
        MissingKey: the provider needs a key.
    """
    lookup = profile_lookup(settings)
    provider = make_provider(settings, lookup)
    with open_store(settings) as store:
        process_id = new_id()
        now = utc_now()
        await store.write(processes.register, process_id, now=now)
        await store.write(processes.recover, now=now)
        beating = asyncio.create_task(heartbeat(store, process_id))
        try:
            yield Desk(
                settings=settings,
                store=store,
                provider=provider,
                dispatcher=_dispatcher(settings, store, provider),
                profile=lookup,
                process_id=process_id,
            )
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating
            await provider.aclose()
            await store.write(processes.end, process_id, now=utc_now())


def profile_lookup(settings: Settings) -> Callable[[str], Profile]:
    """Profiles by name, the user's own folders first."""
    return lambda name: profiles.load(name, settings.profile_path)


def make_provider(settings: Settings, lookup: Callable[[str], Profile]) -> Provider:
    """The provider that the settings name; raises `MissingKey`."""
    if settings.provider == "rules":
        return Rules(lookup)
    if settings.api_key is None:
        raise MissingKey("NIGHTCLERK_API_KEY is not set and the provider mistral needs it; the provider rules needs none")
    return Mistral(settings.endpoint, settings.api_key, max_in_flight=settings.max_in_flight)


def _dispatcher(settings: Settings, store: Store, provider: Provider) -> Dispatcher:
    free = settings.provider == "rules"
    limiter = Limiter(math.inf, math.inf) if free else Limiter(settings.requests_per_second, settings.tokens_per_minute)
    return Dispatcher(
        provider,
        store,
        limiter,
        max_in_flight=settings.max_in_flight,
        call_timeout_s=settings.call_timeout_s,
        max_attempts=settings.max_attempts,
    )


def existing(sources: Sequence[Path]) -> tuple[Path, ...]:
    """The paths a person typed on a command line, which is consent; raises `SourceNotFound` before anything is opened."""
    for path in sources:
        if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises for a path that is too long or not permitted
            raise SourceNotFound(f"there is no file or folder at {ingest.shown(path)}")
    return tuple(sources)


def allowed(sources: Sequence[str], settings: Settings) -> tuple[Path, ...]:
    """The paths that somebody typed into a form; raises `SourceNotAllowed` for what lies outside the roots of the settings."""
    for source in sources:
        # relative to what? The person sees neither the server's working folder nor its home
        if not Path(source).is_absolute():
            raise SourceNotAllowed(f"{source!r} is not a full path; write it from the root folder on, as in /srv/nightclerk/inbox")
    return tuple(ingest.allowed(Path(source), settings.source_roots) for source in sources)


def upgrade(settings: Settings) -> str:
    """Bring the database to the newest version and return its name."""
    if not settings.database_url:
        _make_folder(settings.data_dir.expanduser())
    engine = connect(settings.url)
    schema.upgrade(engine)
    engine.dispose()
    return schema.head()


def check(settings: Settings) -> list[str]:
    """What is wrong with the database; nothing when it is as declared."""
    engine = connect(settings.url)
    try:
        return schema.check(engine)
    finally:
        engine.dispose()
