"""The schedule: every configured inbox, one after the other, each with its own profile and budget."""

from __future__ import annotations

from typing import Annotated

from prefect import State, flow
from pydantic import Field

from flows.parameters import Request
from flows.work import state_of, work


@flow(name="nightly", validate_parameters=True, persist_result=False)
async def nightly(inboxes: Annotated[list[Request], Field(min_length=1)]) -> State[None]:
    """Read what is new or changed in every inbox. What was analysed before is neither read nor paid for again.

    Args:
        inboxes: One entry per inbox: its folder, its profile and its budget for the night.
    """
    # one after the other: all inboxes share one provider limit, and each one's report should be there as early as it can
    return state_of([await work(inbox) for inbox in inboxes])
