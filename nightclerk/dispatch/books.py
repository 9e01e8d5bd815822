"""How an attempt gets into the ledger: the rows of `calls` and `replies`, made from jobs, replies and errors."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightclerk.dispatch import charges
from nightclerk.dispatch.charges import Charge
from nightclerk.dispatch.jobs import Job, Terms
from nightclerk.errors import CallError, CallTimeout, CutOff, NightclerkError, ProviderStop, Refused, StoreError
from nightclerk.records import Reply, new_id, utc_now
from nightclerk.store import Store, ledger

log = logging.getLogger(__name__)

# a reply is paid for and exists only here until it is stored, so the database gets this long to come back
STORE_WAITS_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
CACHE_BLOCK = 200
TRUNCATED = {"length", "model_length"}
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt that has been filed: its id, whose it is, and what was reserved for it."""

    id: str
    terms: Terms
    job: Job
    reserved_nano_usd: int


class Books:
    """Writes attempts to the ledger of a store. `sleep` is waited with between attempts to store what must not be lost."""

    def __init__(self, store: Store, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._store = store
        self._sleep = sleep

    async def answer_from_store(self, terms: Terms, jobs: Sequence[Job]) -> list[Job]:
        """Answer what a stored reply answers; returns the jobs that are left to send."""
        left: list[Job] = []
        for start in range(0, len(jobs), CACHE_BLOCK):
            block = jobs[start : start + CACHE_BLOCK]
            hits = await self._store.write(_book_hits, terms, block)
            left += [job for job in block if job.question_id not in hits]
        return left

    async def open(self, terms: Terms, job: Job, *, attempt: int) -> Call | None:
        """File an attempt as sent and reserve its ceiling; None when the store answered the question instead.

        Raises:
            NoRoom: it does not fit under a budget now.
            StoreError: the database failed; nothing may be sent.
        """
        ceiling = charges.ceiling_under(terms, job)
        call = Call(new_id(), terms, job, ceiling)
        row = {**call_row(call.id, terms, job), "attempt": attempt, "reserved_nano_usd": ceiling}
        try:
            opened = await self._store.write(
                ledger.open_call, row, price=terms.price, budget_ids=terms.budget_ids, question_id=job.question_id, now=row["sent_at"]
            )
        except asyncio.CancelledError:
            # the write stays queued behind the cancelled task; nothing was sent, so what it reserves must be let go
            await self._close(call, state="failed", error_message="cancelled before it was sent")
            raise
        return call if opened else None

    async def answered(self, call: Call, reply: Reply, *, latency_ms: int | None) -> str:
        """Book a reply and end its question; returns the reason why the answer is of no use, empty when it is."""
        reason = _useless(reply)
        charge = charges.under(call.terms, charges.of_reply(call.terms.price, call.job, reply))
        stored = {
            "call_id": call.id,
            "request_hash": call.job.request_hash,
            "raw_body": _clean(reply.raw_body),
            "answer": _clean(reply.answer),
            "thinking": _clean(reply.thinking),
            "finish_reason": _clean(reply.finish_reason)[:40],
            "usable": not reason,
            "unusable_reason": reason,
            "created_at": utc_now(),
        }
        await self._close(
            call,
            state="answered",
            charge=charge,
            reply=stored,
            question=_ended(call.job, reason),
            model_served=_clean(reply.model_served)[:100],
            http_status=reply.http_status,
            provider_request_id=reply.provider_request_id,
            latency_ms=latency_ms,
        )
        return reason

    async def failed(self, call: Call, error: NightclerkError, *, latency_ms: int | None, final_reason: str = "") -> None:
        """Book an attempt that brought no reply; with a final reason its question ends as well."""
        told = error if isinstance(error, CallError) else CallError(str(error))
        await self._close(
            call,
            state=_state(error),
            charge=charges.under(call.terms, charges.of_error(call.terms.price, call.job, told)),
            question=_ended(call.job, final_reason) if final_reason else None,
            http_status=told.http_status,
            error_code=told.code,
            error_message=str(error),
            provider_request_id=told.provider_request_id,
            latency_ms=latency_ms,
        )

    async def lost(self, call: Call, message: str) -> None:
        """Book an attempt whose end nobody will see, e.g. because its task was cancelled."""
        await self.unknown(call, f"not waited for: {message}")

    async def unknown(self, call: Call, reason: str) -> None:
        """Book an attempt of which nobody will ever know what became of it."""
        charge = charges.under(call.terms, charges.at_risk(call.terms.price, call.job))
        await self._close(call, state="lost", charge=charge, error_message=reason)

    async def released(self, call: Call, reason: str) -> None:
        """Book an attempt that nobody worked on."""
        await self._close(call, state="failed", error_message=reason)

    async def fail(self, job: Job, reason: str) -> None:
        """End a question without an attempt of its own."""
        await self._store.write(ledger.end_question, **_ended(job, reason))

    async def _close(
        self,
        call: Call,
        *,
        state: str,
        charge: Charge = charges.FREE,
        reply: Mapping[str, Any] | None = None,
        question: Mapping[str, Any] | None = None,
        model_served: str | None = None,
        http_status: int | None = None,
        error_code: str | None = None,
        error_message: str = "",
        provider_request_id: str | None = None,
        latency_ms: int | None = None,
    ) -> None:
        values = {
            "state": state,
            "model_served": model_served,
            "http_status": http_status,
            "error_code": _clean(error_code)[:100] if error_code else None,
            "error_message": _clean(error_message),
            "provider_request_id": _clean(provider_request_id)[:200] if provider_request_id else None,
            "prompt_tokens": charge.usage.prompt_tokens,
            "cached_tokens": charge.usage.cached_tokens,
            "completion_tokens": charge.usage.completion_tokens,
            "thinking_tokens": charge.usage.thinking_tokens,
            "pages": charge.usage.pages,
            "cost_nano_usd": charge.cost_nano_usd,
            "cost_basis": charge.basis,
            "at_risk_nano_usd": charge.at_risk_nano_usd,
            "completed_at": utc_now(),
            "latency_ms": latency_ms,
        }
        await self._insist(call, values, reply=reply, question=question)

    async def _insist(self, call: Call, values: Mapping[str, Any], **parts: Mapping[str, Any] | None) -> None:
        """Settle a call, trying again while the database is away.

        Raises:
            StoreError: it did not come back in time; the message names the run, the call and the provider's request id.
        """
        for wait_s in (*STORE_WAITS_S, None):
            try:
                await self._store.write(
                    ledger.settle_call,
                    call.id,
                    values,
                    reserved_nano_usd=call.reserved_nano_usd,
                    budget_ids=call.terms.budget_ids,
                    **parts,
                )
                return
            except StoreError as error:
                what = (
                    f"the end of call {call.id} of run {call.terms.run_id} ({values['state']}, provider's request id "
                    f"{values['provider_request_id']}) could not be stored: {error}"
                )
                if wait_s is None:
                    log.error("%s", what)
                    raise StoreError(what) from error
                log.warning("%s; trying again in %g s", what, wait_s)
                await self._sleep(wait_s)


def _book_hits(conn: Any, terms: Terms, jobs: Sequence[Job]) -> set[str]:
    """Book every job that a stored reply answers; returns the ids of their questions."""
    replies = ledger.usable_replies(conn, [job.request_hash for job in jobs])
    hits = [job for job in jobs if job.request_hash in replies]
    for job in hits:
        row = call_row(new_id(), terms, job)
        ledger.book_cache_hit(
            conn, row, reply=replies[job.request_hash], price=terms.price, question_id=job.question_id, now=row["sent_at"]
        )
    return {job.question_id for job in hits}


def call_row(call_id: str, terms: Terms, job: Job) -> dict[str, Any]:
    """The `calls` row of a job, as it stands before anything is sent."""
    return {
        "id": call_id,
        "run_id": terms.run_id,
        "collection_id": terms.collection_id,
        "document_id": job.document_id,
        "question_id": job.question_id,
        "request_hash": job.request_hash,
        "purpose": job.purpose,
        "attempt": 1,
        "provider": terms.provider,
        "model_asked": terms.model_asked,
        "mode": terms.mode,
        "state": "sent",
        "price_id": terms.price.id,
        "cost_basis": "none",
        "sent_at": utc_now(),
        "process_id": terms.process_id,
    }


def _ended(job: Job, reason: str) -> dict[str, Any]:
    return {"question_id": job.question_id, "state": "failed" if reason else "answered", "reason": _clean(reason), "now": utc_now()}


def _useless(reply: Reply) -> str:
    """Why a reply cannot be used, empty when it can."""
    if reply.finish_reason in TRUNCATED:
        tokens = f"{reply.usage.completion_tokens} tokens" if reply.usage else "its limit"
        return f"answer truncated at {tokens} (finish reason {reply.finish_reason}); allow longer answers or use smaller chunks"
    if reply.finish_reason == "error":
        return "the provider broke the answer off with an error (finish reason error)"
    return ""


def _state(error: NightclerkError) -> str:
    if isinstance(error, Refused | ProviderStop):
        return "refused"
    return "cut_off" if isinstance(error, CutOff | CallTimeout) else "failed"


def _clean(text: str) -> str:
    """The text with what no database takes (NUL, lone surrogates) replaced: a paid answer must not be lost over a letter."""
    # nearly all text is plain, and Python knows that of a string without looking at its letters
    return text if text.isascii() and "\x00" not in text else _UNSTORABLE.sub("\ufffd", text)
