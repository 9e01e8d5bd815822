"""How a run begins and ends: what it was asked, who answers at which price, and what state it earned."""

from __future__ import annotations

import asyncio
import logging
from datetime import date
from pathlib import Path
from typing import Any

from nightclerk import ingest, prompting
from nightclerk.dispatch import Terms
from nightclerk.errors import BadUsage, OverBudget, SettingsError, StoreError
from nightclerk.pipeline import batch_cancel, batch_mode, caps, confidential, families
from nightclerk.pipeline.desk import Desk, Order, Run
from nightclerk.pipeline.forecast import Forecast
from nightclerk.pipeline.intake import LONGEST_NAME
from nightclerk.pipeline.listing import uri_of
from nightclerk.profiles import Profile
from nightclerk.providers import prices
from nightclerk.providers.outlook import Outlook
from nightclerk.providers.reply import clean
from nightclerk.providers.resolve import Resolved, resolve_model
from nightclerk.records import Chunk, new_id, utc_now
from nightclerk.store import analyses, batches, history, runs, sources, waiting

log = logging.getLogger(__name__)
RULES_MODEL = "rules-1"


async def start_run(desk: Desk, order: Order) -> Run:
    """Check everything that can be checked before a file is opened, and file the run.

    Raises:
        BadUsage: no sources, an unknown profile, chunks too large for the model, a provider that a confidential collection may not use,
            batch jobs where there are none.
        ProviderStop: the endpoint refuses the key, does not serve the model, or there is no price for it.
    """
    run = await preview(desk, order)
    await desk.store.write(_file_run, run)
    return run


async def preview(desk: Desk, order: Order) -> Run:
    """A run that is checked and not filed; raises what `start_run` raises."""
    if not order.sources:
        raise BadUsage("no sources: name at least one file or folder")
    check_name(order.collection)
    run_id, collection_id, now = new_id(), sources.collection_id(order.collection), utc_now()
    scope = await desk.store.aread(sources.scope_of, collection_id)
    if scope:
        await asyncio.to_thread(confidential.check, desk.settings, order.collection)
        if (order.mode or desk.settings.mode) == "batch":
            confidential.check(desk.settings, order.collection, mode="batch")
    profile = desk.profile(order.profile)
    today = now.astimezone(desk.settings.zone).date()
    resolved = await resolve(desk, today)
    check_sizes(desk, profile, resolved)
    choice = batch_mode.choose(desk, order, resolved, scope=scope)
    terms = Terms(
        run_id=run_id,
        collection_id=collection_id,
        provider=desk.provider.name,
        model_asked=model_asked(desk),
        model=resolved.model,
        price=prices.price(desk.provider.name, resolved.model, today),
        budget_ids=caps.budget_ids(run_id, collection_id, now, desk.settings.zone),
        process_id=desk.process_id,
    )
    lengths = await desk.store.aread(history.lengths, profile=profile.name, provider=terms.provider, model=terms.model)
    return Run(
        desk=desk,
        order=order,
        profile=profile,
        resolved=resolved,
        terms=terms,
        scope=scope,
        started_at=now,
        forecast=Forecast(Outlook(terms.price, lengths, batch=choice.defers)),
        defers=choice.defers,
        mode_reason=choice.reason,
    )


def check_name(collection: str) -> None:
    """Raises `BadUsage` for what cannot name a collection."""
    if not 0 < len(collection) <= LONGEST_NAME or collection != clean(collection):
        raise BadUsage(f"{ascii(collection)[:60]} cannot name a collection: 1 to {LONGEST_NAME} characters that can be stored")


def model_asked(desk: Desk) -> str:
    """The model that the settings name; the rules analyst is its own model."""
    return RULES_MODEL if desk.provider.name == "rules" else desk.settings.model


async def resolve(desk: Desk, today: date) -> Resolved:
    """The model that answers, by one preflight call to the endpoint."""
    return resolve_model(model_asked(desk), await desk.provider.served_models(), today)


def check_sizes(desk: Desk, profile: Profile, resolved: Resolved) -> None:
    """A chunk, its questions and the longest answer must fit into the model's context together."""
    questions = desk.provider.prompt_tokens(prompting.ask(profile, Chunk(0, 0, 0, "", 0), 1), resolved.card)
    needed = (
        desk.settings.chunk_tokens + profile.context_tokens + questions + min(profile.max_output_tokens, resolved.card.max_output_tokens)
    )
    if needed > resolved.card.context_tokens:
        raise SettingsError(
            f"NIGHTCLERK_CHUNK_TOKENS: {desk.settings.chunk_tokens} tokens, {questions} of questions"
            f"{f', {profile.context_tokens} of context' if profile.context_tokens else ''} and the answer need {needed}; "
            f"{resolved.model} takes {resolved.card.context_tokens}"
        )


def _file_run(conn: Any, run: Run) -> None:
    now = run.started_at
    profile, order = run.profile, run.order
    sources.ensure_collection(conn, order.collection, root_uri=uri_of(order.sources[0]), profile=profile.name, now=now)
    analyses.ensure_prompt_version(
        conn, name=profile.name, version=profile.version, sha256=profile.sha256, content=profile.content, now=now
    )
    analyses.ensure_price(conn, run.terms.price)
    runs.open_run(conn, _run_row(run))
    caps.open_budgets(conn, run)


def _run_row(run: Run) -> dict[str, Any]:
    order, settings = run.order, run.desk.settings
    return {
        "id": run.id,
        "collection_id": run.collection_id,
        "flow_run_id": order.flow_run_id,
        "trigger": order.trigger,
        "triggered_by": order.triggered_by,
        "profile": run.profile.name,
        "profile_version": run.profile.version,
        "provider": run.terms.provider,
        "model_asked": run.terms.model_asked,
        "model": run.terms.model,
        "mode": "batch" if run.defers else "realtime",
        "parameters": {
            "prompt_version_id": run.prompt_version_id,
            "mode": run.mode,
            "mode_reason": run.mode_reason,
            "sources": [ingest.shown(place) if isinstance(place, Path) else place.uri for place in order.sources],
            "chunk_tokens": settings.chunk_tokens,
            "reanalyse": settings.reanalyse,
            "notes": list(run.resolved.notes),
        },
        "budget_nano_usd": order.budget_nano_usd,
        "started_at": run.started_at,
        "process_id": run.desk.process_id,
        "budget_ids": list(run.terms.budget_ids),
    }


async def finish_run(run: Run, *, interrupted: bool = False) -> str:
    """Give a run the state it earned, file it and return it: complete, partial, over_budget, failed, interrupted, or waiting.

    A run waits while a batch job holds a question of one of its documents: `collect` ends it.
    """
    store, cancelled = run.desk.store, interrupted or run.cancelled
    if interrupted:
        await batch_cancel.cancel(run.desk, run.id)
    left = await store.aread(waiting.standing, run.id, owner=run.desk.process_id)
    # whoever wants to end waits for no job of others
    if left.elsewhere or (left.awaited and not (cancelled and not await store.aread(batches.of_run, run.id))):
        unsent, why = await store.aread(waiting.unsent, run.id)
        reason = _waits(run, left.awaited, unsent, why, cancelled=cancelled)
        await store.write(runs.suspend_run, run.id, reason=reason)
        return "waiting"
    unrelated = "" if cancelled else await _relate(run)
    counts = await store.aread(runs.count_documents, run.id)
    state, reason = verdict(run, counts)
    reason = "; ".join(filter(None, [reason, unrelated]))
    if cancelled:
        state, reason = "interrupted", "stopped by the person or the scheduler; the next run goes on where this one ended"
    await store.write(runs.close_run, run.id, state=state, reason=reason, now=utc_now())
    return state


def _waits(run: Run, awaited: int, unsent: int, why: str, *, cancelled: bool) -> str:
    """What a person should know of a run that waits, and do; `why` is what keeps the unsent ones from being sent."""
    if cancelled:
        return f"cancelled: `nightclerk collect` books what its batch jobs have answered of {awaited} questions, and ends it"
    sent = f"{awaited - unsent} questions are in batch jobs" if awaited > unsent or not unsent else ""
    booked = f"{unsent} questions are booked for a batch job that is not created yet{f' ({why})' if why else ''}" if unsent else ""
    also = f"; {run.stopped}" if run.stopped else ""
    what = "fetches the answers" if sent else "tries again and fetches the answers"
    return f"{' and '.join(filter(None, (sent, booked)))}; `nightclerk collect` {what} (`--wait` until they are there){also}"


async def _relate(run: Run) -> str:
    """Why the families were not made anew, if so: they are made of what is filed and can wait, the end of this run cannot."""
    try:
        await families.relate(run.desk.store, run.collection_id)
    except StoreError as error:
        return f"the families of its documents were not made anew, the next run does it: {error}"
    except Exception as error:
        log.exception("the families of the collection %s were not made anew", run.order.collection)
        return f"the families of its documents were not made anew: unexpected {type(error).__name__}: {error}"
    return ""


def verdict(run: Run, counts: dict[str, int]) -> tuple[str, str]:
    """(state, reason): complete only when every document was read and answered whole."""
    if isinstance(run.stopped, OverBudget):
        return "over_budget", str(run.stopped)
    if run.stopped:
        return "failed", str(run.stopped)
    gaps = {state: number for state, number in counts.items() if state != "complete" and number}
    if not gaps:
        return "complete", "" if sum(counts.values()) else "there was no file to read"
    reason = ", ".join(f"{number} {state}" for state, number in sorted(gaps.items()))
    whole = counts.get("complete", 0) + counts.get("partial", 0)
    return ("partial" if whole else "failed"), f"of {sum(counts.values())} documents: {reason}"


async def model_notes(desk: Desk) -> tuple[str, ...]:
    """What is worth knowing about the model that would answer today; raises `ProviderStop` where none would."""
    today = utc_now().astimezone(desk.settings.zone).date()
    resolved = await resolve(desk, today)
    prices.price(desk.provider.name, resolved.model, today)
    return resolved.notes
