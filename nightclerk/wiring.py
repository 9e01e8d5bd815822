"""The one place where settings become a store, a provider, a dispatcher and a desk to work at."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

from nightclerk import ingest, profiles
from nightclerk.dispatch import Batches, Concurrency, Dispatcher, Limiter, Limiters, Share, heartbeat
from nightclerk.errors import BadUsage, MissingKey, SettingsError, SourceNotAllowed, SourceNotFound, StoreError
from nightclerk.pipeline import Desk, Ocr
from nightclerk.profiles import Profile
from nightclerk.providers import catalog, prices
from nightclerk.providers.mistral import Mistral
from nightclerk.providers.mistral_ocr import MistralOcr
from nightclerk.providers.openai_compatible import OpenAICompatible
from nightclerk.providers.protocol import Provider
from nightclerk.providers.puter import Puter
from nightclerk.providers.rules import Rules
from nightclerk.records import new_id, utc_now
from nightclerk.settings import Settings
from nightclerk.store import Store, batches, processes, waiting
from nightclerk.store import upgrade as schema
from nightclerk.store.engine import connect

# each of these calls holds a whole file in memory, twice
OCR_IN_FLIGHT = 4


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
    endpoint = make_ocr(settings)
    spool = ingest.Spool(settings.data_dir.expanduser() / "spool", settings.spool_mb * 1_000_000)
    with open_store(settings) as store, closing(spool):
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
                spool=spool,
                ocr=_ocr(settings, store, endpoint) if endpoint else None,
                batches=_batches(settings, store, provider, process_id),
            )
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating
            await provider.aclose()
            if endpoint:
                await endpoint.aclose()
            await store.write(processes.end, process_id, now=utc_now())


def profile_lookup(settings: Settings) -> Callable[[str], Profile]:
    """Profiles by name, the user's own folders first."""
    return lambda name: profiles.load(name, settings.profile_path)


def make_provider(settings: Settings, lookup: Callable[[str], Profile]) -> Provider:
    """The provider that the settings name.

    Raises:
        MissingKey: it needs a key.
        SettingsError: it needs an address or a price, and none is set.
    """
    if settings.provider == "rules":
        return Rules(lookup)
    if settings.provider == "openai_compatible":
        return _own_server(settings)
    if settings.api_key is None:
        raise MissingKey(f"NIGHTCLERK_API_KEY is not set and the provider {settings.provider} needs it; the provider rules needs none")
    kind = Puter if settings.provider == "puter" else Mistral
    return kind(settings.endpoint_url, settings.api_key, max_in_flight=settings.max_in_flight)


def make_ocr(settings: Settings) -> MistralOcr | None:
    """Mistral's OCR endpoint where the settings name it; raises `MissingKey` where it cannot be asked.

    The key of another provider must not get there.
    """
    if settings.ocr != "mistral":
        return None
    if settings.provider != "mistral" or settings.api_key is None:
        raise MissingKey(
            "NIGHTCLERK_OCR is mistral, which needs NIGHTCLERK_PROVIDER=mistral and NIGHTCLERK_API_KEY; "
            "NIGHTCLERK_OCR=auto reads pictures by an engine on this machine"
        )
    return MistralOcr(settings.endpoint_url, settings.api_key, max_in_flight=min(OCR_IN_FLIGHT, settings.max_in_flight))


def _ocr(settings: Settings, store: Store, endpoint: MistralOcr) -> Ocr:
    dispatcher = Dispatcher(
        endpoint,
        store,
        _limits(settings, store),
        max_in_flight=min(OCR_IN_FLIGHT, settings.max_in_flight),
        call_timeout_s=settings.call_timeout_s,
        max_attempts=settings.max_attempts,
    )
    return Ocr(endpoint, dispatcher, catalog.ocr_model())


def batch_settings(settings: Settings) -> Settings:
    """The settings under which batch jobs can be reached, whoever answers otherwise.

    Raises:
        BadUsage: the key belongs to a provider that has no batch jobs, and must not be sent to another one.
    """
    if settings.provider in {"mistral", "rules"}:
        return settings.model_copy(update={"provider": "mistral"})
    raise BadUsage(f"batch jobs are Mistral's and NIGHTCLERK_PROVIDER is {settings.provider}: set NIGHTCLERK_PROVIDER=mistral and its key")


def batches_out(settings: Settings) -> bool:
    """Whether a batch job or a run that waits is to be collected: where none is, no key is needed."""
    with open_store(settings) as store:
        return bool(store.read(batches.to_tend) or store.read(waiting.waiting_runs))


def _batches(settings: Settings, store: Store, provider: Provider, process_id: str) -> Batches | None:
    if not isinstance(provider, Mistral):
        return None
    return Batches(
        store,
        provider.batches(),
        owner=process_id,
        folder=settings.data_dir.expanduser() / "batches",
        timeout_hours=settings.batch_timeout_hours,
        max_attempts=settings.max_attempts,
    )


def _own_server(settings: Settings) -> Provider:
    """A server that no price book knows; what it costs is declared, also where that is nothing."""
    _declare_price(settings)
    return OpenAICompatible(
        settings.endpoint_url,
        settings.api_key,
        model=settings.model,
        context_tokens=settings.context_tokens,
        max_in_flight=settings.max_in_flight,
    )


def _declare_price(settings: Settings) -> None:
    cost = (settings.price_input_usd_per_mtok, settings.price_output_usd_per_mtok)
    names = "NIGHTCLERK_PRICE_INPUT_USD_PER_MTOK and NIGHTCLERK_PRICE_OUTPUT_USD_PER_MTOK"
    if None in cost:
        raise SettingsError(
            f"{names}: an unknown price is never zero; set what a million tokens cost at your server, 0 where that is nothing"
        )
    today = utc_now().astimezone(settings.zone).date()
    try:
        prices.declare(settings.provider, input_usd=str(cost[0]), output_usd=str(cost[1]), on=today)
    except ValueError as error:
        raise SettingsError(f"{names}: {error}") from None


def _limits(settings: Settings, store: Store) -> Limiter | Limiters:
    """The provider's limits, per model and shared with every process on the same database; the rules are free."""
    if settings.provider == "rules":
        return Limiter(math.inf, math.inf)

    def limiter(model: str) -> Limiter:
        share = Share(store, f"{settings.provider}/{model}")
        cap = Concurrency(settings.max_in_flight)
        return Limiter(settings.requests_per_second, settings.tokens_per_minute, concurrency=cap, share=share)

    return Limiters(limiter)


def _dispatcher(settings: Settings, store: Store, provider: Provider) -> Dispatcher:
    return Dispatcher(
        provider,
        store,
        _limits(settings, store),
        max_in_flight=settings.max_in_flight,
        call_timeout_s=settings.call_timeout_s,
        max_attempts=settings.max_attempts,
    )


def existing(sources: Sequence[str | Path]) -> tuple[ingest.Place, ...]:
    """What a person typed on a command line, which is consent.

    Raises:
        SourceNotFound: a path does not exist; raised before anything is opened.
        BadUsage: a URL that means nothing, or a package for it is not installed.
    """
    places = tuple(ingest.place(source) if isinstance(source, str) else source for source in sources)
    for place in places:
        if isinstance(place, ingest.Url):
            ingest.check_url(place)
        elif not os.path.exists(place):  # noqa: PTH110 - Path.exists raises for a path that is too long or not permitted
            raise SourceNotFound(f"there is no file or folder at {ingest.shown(place)}")
    return places


def allowed(sources: Sequence[str], settings: Settings) -> tuple[ingest.Place, ...]:
    """What somebody typed into a form.

    Raises:
        SourceNotAllowed: it lies outside the roots of the settings, or carries a password.
        SourceNotFound, BadUsage: as `existing`.
    """
    roots = [ingest.place(root) for root in settings.source_roots]
    return tuple(_allowed(ingest.place(source), roots) for source in sources)


def _allowed(place: ingest.Place, roots: Sequence[ingest.Place]) -> ingest.Place:
    if isinstance(place, ingest.Url):
        ingest.under(place, [root for root in roots if isinstance(root, ingest.Url)])
        ingest.check_url(place)
        return place
    # relative to what? The person sees neither the server's working folder nor its home
    if not place.is_absolute():
        raise SourceNotAllowed(f"{ingest.shown(place)!r} is not a full path; write it from the root folder on, as in /srv/nightclerk/inbox")
    return ingest.allowed(place, [root for root in roots if isinstance(root, Path)])


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
