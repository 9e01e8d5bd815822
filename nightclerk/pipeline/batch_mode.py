"""Whether a run's questions go into batch jobs: what was asked for, and what the provider, the model and the collection allow."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from nightclerk.errors import BadUsage
from nightclerk.pipeline.desk import Desk, Order
from nightclerk.providers.mistral_batch import REGIONAL
from nightclerk.providers.resolve import Resolved
from nightclerk.settings import Settings

# what `auto` takes for enough: fewer questions are answered in real time before a job has got its turn
LEAST_REQUESTS = 20
REALTIME = "use NIGHTCLERK_MODE=realtime (--mode realtime)"


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether the questions wait for jobs, and why, where nobody asked for just that."""

    defers: bool
    reason: str = ""


def choose(desk: Desk, order: Order, resolved: Resolved, *, scope: str) -> Choice:
    """How the questions of an order are sent; `scope` is empty unless its collection is confidential.

    Raises:
        BadUsage: `batch` was asked for, and cannot be had; says why.
    """
    mode = order.mode or desk.settings.mode
    if mode == "realtime":
        return Choice(defers=False)
    refused = "the collection is confidential" if scope else refusal(desk.settings, resolved)
    if mode == "batch":
        if refused:
            raise BadUsage(f"mode batch: {refused}; {REALTIME}")
        return Choice(defers=True)
    if refused:
        return Choice(defers=False, reason=f"mode auto is realtime here: {refused}")
    if order.trigger != "schedule":
        return Choice(defers=False, reason="mode auto is realtime here: a person started the run, and waits for it")
    return Choice(defers=True, reason="mode auto is batch here: the schedule started the run")


def refusal(settings: Settings, resolved: Resolved) -> str:
    """Why there can be no batch jobs; empty where there can."""
    if settings.provider != "mistral":
        return f"the provider {settings.provider} has no batch jobs"
    host = (urlsplit(settings.endpoint_url).hostname or "").lower()
    if host in REGIONAL:
        return f"the regional endpoint {host} has no batch jobs"
    if not resolved.card.batchable:
        return f"{resolved.model} cannot be asked in batch jobs"
    return ""
