"""The steps of maintenance."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from nightclerk import settings, wiring
from nightclerk.pipeline import lifecycle


@task(name="check the database", cache_policy=NO_CACHE, persist_result=False)
def check_database() -> list[str]:
    """What differs from what this version declares."""
    return wiring.check(settings.load())


@task(name="check model and price", cache_policy=NO_CACHE, persist_result=False)
async def check_model() -> list[str]:
    """Notes on the model that would answer today: retired, replaced, deprecated. Opening the desk frees what dead processes held."""
    async with wiring.open_desk(settings.load()) as desk:
        return list(await lifecycle.model_notes(desk))
