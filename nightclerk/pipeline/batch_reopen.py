"""A run as it was when it began, read from the store: for whoever goes on with it, today or tomorrow, here or elsewhere."""

from __future__ import annotations

from typing import Any

from nightclerk import profiles
from nightclerk.dispatch import Terms
from nightclerk.pipeline import caps
from nightclerk.pipeline.desk import Desk, Order, Run
from nightclerk.pipeline.forecast import Forecast
from nightclerk.providers import catalog, prices
from nightclerk.providers.outlook import Outlook
from nightclerk.providers.resolve import Resolved
from nightclerk.records import utc_now
from nightclerk.settings import Mode
from nightclerk.store import analyses, runs, sources


async def reopen(desk: Desk, run_id: str) -> Run:
    """The run of that id. What it still asks is asked at today's price, under the budgets that it began under.

    Its profile is the one that was filed with it, whatever lies on disk by now.

    Raises:
        ProfileError: this version of Nightclerk does not take that profile any more.
        BadUsage: its model is not in the catalog any more, or a price stands in the books with other amounts.
        ProviderStop: there is no price for its model today.
    """
    row = await desk.store.aread(runs.read, run_id)
    today = utc_now().astimezone(desk.settings.zone).date()
    terms = Terms(
        run_id=run_id,
        collection_id=row.collection_id,
        provider=row.provider,
        model_asked=row.model_asked,
        model=row.model,
        price=prices.price(row.provider, row.model, today),
        budget_ids=tuple(row.budget_ids or ()),
        process_id=desk.process_id,
    )
    # the price book may have a newer row than the one that the run began with, and its day or month another cap
    await desk.store.write(analyses.ensure_price, terms.price)
    await desk.store.write(caps.renew, desk.settings, row.started_at)
    content = await desk.store.aread(runs.prompt_content, row.parameters["prompt_version_id"])
    mode: Mode = row.parameters.get("mode", "realtime")
    cancelled = row.cancelled_at is not None
    return Run(
        desk=desk,
        order=_order(row, mode),
        profile=profiles.restore(row.profile, row.profile_version, content),
        resolved=Resolved(row.model, catalog.card(row.model)),
        terms=terms,
        scope=await desk.store.aread(sources.scope_of, row.collection_id),
        started_at=row.started_at,
        forecast=Forecast(Outlook(terms.price)),
        # in `auto` a job had its chance: what it left is asked in real time. Of a cancelled run nothing is asked
        defers=mode == "batch" or cancelled,
        cancelled=cancelled,
    )


def _order(row: Any, mode: Mode) -> Order:
    return Order(
        sources=(),
        profile=f"{row.profile}/{row.profile_version}",
        collection=row.collection,
        budget_nano_usd=row.budget_nano_usd or 0,
        trigger=row.trigger,
        triggered_by=row.triggered_by,
        flow_run_id=row.flow_run_id,
        mode=mode,
    )
