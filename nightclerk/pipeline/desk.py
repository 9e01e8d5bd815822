"""What a run works with, and what it was asked to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from nightclerk import ingest
from nightclerk.dispatch import Batches, Dispatcher, Terms
from nightclerk.errors import StopRun
from nightclerk.pipeline.forecast import Forecast
from nightclerk.profiles import Profile
from nightclerk.providers.catalog import OcrModel
from nightclerk.providers.mistral_ocr import MistralOcr
from nightclerk.providers.protocol import Provider
from nightclerk.providers.resolve import Resolved
from nightclerk.records import Document, derived_id
from nightclerk.settings import Mode, Settings
from nightclerk.store import Store

Trigger = Literal["cli", "ui", "schedule"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a person or a schedule asks for: these sources, this profile, this budget, filed under this collection.

    `mode` is how its questions are to be sent; None is what the settings say.
    """

    sources: tuple[ingest.Place, ...]
    profile: str
    collection: str
    budget_nano_usd: int
    trigger: Trigger = "cli"
    triggered_by: str = ""
    flow_run_id: str | None = None
    mode: Mode | None = None


def reading_limits(settings: Settings) -> ingest.Limits:
    """What reading one file may take."""
    return ingest.Limits(
        memory_mb=settings.read_memory_mb,
        cpu_s=settings.read_cpu_s,
        # busy machines make good files slow, so the wall clock is generous and the CPU limit is the one that judges
        wall_s=settings.read_cpu_s * 5,
        max_file_mb=settings.max_file_mb,
    )


def reading_options(settings: Settings) -> ingest.Options:
    """How files are read."""
    return ingest.Options(
        ocr=settings.ocr,
        passwords=tuple(secret.get_secret_value() for secret in settings.pdf_passwords),
        pdf_reader=settings.pdf_reader,
        view=settings.docx_view,
    )


@dataclass(frozen=True, slots=True)
class Ocr:
    """An endpoint that reads pictures of pages: how to reach it, its own pace and queue, and the model that reads."""

    endpoint: MistralOcr
    dispatcher: Dispatcher
    model: OcrModel


class Desk:
    """What every run in this process shares. `process_id` is its row in `processes`, the owner of its leases and calls."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        provider: Provider,
        dispatcher: Dispatcher,
        profile: Callable[[str], Profile],
        process_id: str,
        spool: ingest.Spool,
        ocr: Ocr | None = None,
        batches: Batches | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.provider = provider
        self.dispatcher = dispatcher
        self.profile = profile
        self.process_id = process_id
        self.ocr = ocr
        self.batches = batches
        # threads of its own: reading a file takes minutes at times, and the loop's few threads read the database for everybody
        self.readers = ThreadPoolExecutor(settings.read_workers, thread_name_prefix="nightclerk-reader")
        self.limits = reading_limits(settings)
        self.options = reading_options(settings)
        web = ingest.Web(tuple(settings.private_hosts), self.limits.wall_s)
        self.access = ingest.Access(spool, web, self.limits, self.options)


class Run:
    """One execution over many documents.

    `stopped` is the first reason why no further document may begin; documents in progress still end and are booked. `defers` is whether
    its questions wait for a batch job instead of being sent one by one; `mode_reason` says why it is so, where nobody asked for just that.
    A plain class and not a dataclass: orchestrators look into dataclasses that they are handed, and this one leads everywhere.
    """

    def __init__(
        self,
        *,
        desk: Desk,
        order: Order,
        profile: Profile,
        resolved: Resolved,
        terms: Terms,
        scope: str,
        started_at: datetime,
        forecast: Forecast,
        defers: bool = False,
        mode_reason: str = "",
        cancelled: bool = False,
    ) -> None:
        self.defers = defers
        self.mode_reason = mode_reason
        self.cancelled = cancelled
        self.started_at = started_at
        self.forecast = forecast
        self.desk = desk
        self.order = order
        self.profile = profile
        self.resolved = resolved
        self.terms = terms
        self.scope = scope
        self.stopped: StopRun | None = None
        # enough documents in progress to keep every call slot busy, few enough that their texts fit into memory
        self.gate = asyncio.Semaphore(max(8, desk.settings.max_in_flight))

    @property
    def id(self) -> str:
        """The id of its row in `runs`."""
        return self.terms.run_id

    @property
    def mode(self) -> Mode:
        """What was asked for: realtime, batch, or auto."""
        return self.order.mode or self.desk.settings.mode

    @property
    def collection_id(self) -> str:
        """The collection that its documents and findings belong to."""
        return self.terms.collection_id

    @property
    def prompt_version_id(self) -> str:
        """The id of the profile version's row."""
        return derived_id("prompt_version", self.profile.name, self.profile.version, self.profile.sha256)

    @property
    def analyst(self) -> Literal["rules", "model"]:
        """Who answers: patterns, which never say that something is absent, or a model."""
        return "rules" if self.desk.provider.name == "rules" else "model"


@dataclass(frozen=True, slots=True)
class Entry:
    """One source on a run's list.

    `path` is where it lies if that is this machine; `intake.at_hand` gives one for any origin. `document` is there from the start for an
    archive, which holds files and no text.
    """

    run_document_id: str
    source_id: str
    name: str
    path: Path
    media_type: str
    sha256: str
    origin: ingest.Origin
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one document of a run ended: complete, partial, unread, unfinished, or waiting for a batch job, and why."""

    name: str
    state: str
    reason: str = ""
