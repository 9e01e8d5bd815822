"""The ad hoc flow: these files, this profile, this budget, now."""

from __future__ import annotations

from prefect import State, flow

from flows.parameters import Request
from flows.work import state_of, work


@flow(name="analyse", flow_run_name="{request.profile}", validate_parameters=True, persist_result=False)
async def analyse(request: Request) -> State[None]:
    """Read files and folders with one profile and file findings with checked quotes and their cost.

    Args:
        request: What to read, what to ask, and what it may cost.
    """
    return state_of([await work(request)])
