"""What goes into batch jobs: the open questions of a run that waits, cut to what a job takes and its budgets have room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from nightclerk.dispatch import charges
from nightclerk.dispatch.books import call_row
from nightclerk.dispatch.jobs import Job, Terms
from nightclerk.dispatch.patience import PAID_ATTEMPTS
from nightclerk.dispatch.room import over_budget
from nightclerk.providers.mistral_batch import MOST_FILE_CHARACTERS, MOST_LINES
from nightclerk.records import new_id, utc_now
from nightclerk.store import Store, batches, ledger, waiting
from nightclerk.store.waiting import Tries, Wish


async def book(store: Store, terms: Terms, *, endpoint: str, timeout_hours: int, max_attempts: int) -> int:
    """File the open questions of a run's waiting documents as batches that are to be sent; returns how many were booked or given up.

    A question whose attempts are used up fails instead, with the last error as the reason.

    Raises:
        OverBudget: not all of them fit under the budgets; what fits is booked.
    """
    terms = replace(terms, mode="batch")
    wishes = await store.aread(waiting.wishes, terms.run_id)
    tries = await store.aread(waiting.tries, terms.run_id, [wish.request_hash for wish in wishes])
    used_up = {request_hash for request_hash, made in tries.items() if _used_up(made, max_attempts)}
    for request_hash in used_up:
        await store.write(waiting.give_up, terms.run_id, request_hash, _given_up(tries[request_hash]), now=utc_now())
    moved = len(used_up)
    for part in parts([wish for wish in wishes if wish.request_hash not in used_up]):
        batch = _batch_row(terms, endpoint, timeout_hours)
        calls = [_call(terms, wish, tries.get(wish.request_hash)) for wish in part]
        try:
            count, full = await store.write(batches.book, batch, calls, budget_ids=terms.budget_ids)
        except ledger.NoRoom as refused:
            count, full = 0, refused
        moved += count
        if full:
            raise over_budget(full)
    return moved


def parts(wishes: Sequence[Wish]) -> Iterator[list[Wish]]:
    """The questions in jobs of at most so many, and so many characters."""
    part: list[Wish] = []
    size = 0
    for wish in wishes:
        if part and (len(part) == MOST_LINES or size + wish.size > MOST_FILE_CHARACTERS):
            yield part
            part, size = [], 0
        part.append(wish)
        size += wish.size
    if part:
        yield part


def _used_up(tries: Tries, max_attempts: int) -> bool:
    """As for realtime calls: attempts that were perhaps billed have a cap of their own."""
    return tries.free + tries.paid >= max_attempts or tries.paid >= PAID_ATTEMPTS


def _given_up(tries: Tries) -> str:
    return f"given up after {tries.free + tries.paid} attempts, {tries.paid} of them perhaps billed; the last: {tries.last}"


def _batch_row(terms: Terms, endpoint: str, timeout_hours: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "provider": terms.provider,
        "model": terms.model,
        "state": "booked",
        "run_id": terms.run_id,
        "endpoint": endpoint,
        "timeout_hours": timeout_hours,
        "created_at": utc_now(),
    }


def _call(terms: Terms, wish: Wish, tries: Tries | None) -> dict[str, Any]:
    job = Job(wish.question_id, wish.request_hash, {}, wish.purpose, wish.document_id, wish.prompt_tokens, wish.max_output_tokens)
    attempt = 1 + (tries.free + tries.paid if tries else 0)
    return {**call_row(new_id(), terms, job), "attempt": attempt, "reserved_nano_usd": charges.ceiling_under(terms, job)}
