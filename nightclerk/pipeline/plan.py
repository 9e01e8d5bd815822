"""From a document to questions: chunks, prompts, wire bodies and their hashes, filed before anything is sent."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nightclerk import chunk, prompting, tokens
from nightclerk.pipeline import hostile, votes
from nightclerk.pipeline.beside import Beside
from nightclerk.pipeline.desk import Run
from nightclerk.records import Ask, Chunk, Section, derived_id, utc_now
from nightclerk.store import analyses, runs, sources

SETTLE_VERSION = "2"


@dataclass(frozen=True, slots=True)
class Plan:
    """Rows of one analysis, and what its calls may cost."""

    analysis: dict[str, Any]
    chunks: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    questions: list[dict[str, Any]]

    @property
    def analysis_id(self) -> str:
        """The id of the analysis."""
        return str(self.analysis["id"])


async def plan(run: Run, document_id: str) -> Plan:
    """Work out what to ask about a document; nothing is filed or sent yet."""
    text, _, sections = await run.desk.store.aread(sources.document_parts, document_id)
    around = await hostile.surroundings(run.desk.store, document_id)
    return await asyncio.to_thread(build, run, document_id, text, sections, around)


def build(run: Run, document_id: str, text: str, sections: Sequence[Section], around: hostile.Surroundings) -> Plan:
    """The rows of an analysis: CPU work, so it runs off the event loop."""
    planted = hostile.in_text(text, around)
    pieces = chunk.cut(text, sections, max_tokens=run.desk.settings.chunk_tokens, count=tokens.count)
    analysis = _analysis(run, document_id, len(pieces), len(text))
    chunks = [_chunk_row(document_id, analysis["chunking"], piece) for piece in pieces]
    beside = Beside(run.profile, text, sections, planted)
    asks = [
        hostile.question(run.profile, piece, len(pieces), planted, beside.passages((piece.char_start, piece.char_end))) for piece in pieces
    ]
    pairs = [
        question_rows(run, analysis["id"], row["id"], votes.as_sample(run, ask, sample), kind="ask")
        for ask, row in zip(asks, chunks, strict=True)
        for sample in votes.at_first(run)
    ]
    return Plan(analysis, chunks, [request for request, _ in pairs], [question for _, question in pairs])


def _analysis(run: Run, document_id: str, chunks: int, characters: int) -> dict[str, Any]:
    # chunks of another size are other chunks, so the size is part of the version's name
    chunking = f"{chunk.CHUNKING}/{run.desk.settings.chunk_tokens}"
    parameters = {"max_output_tokens": max_output_tokens(run)}
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()
    identity = (run.collection_id, document_id, run.prompt_version_id, run.terms.provider, run.terms.model, chunking, digest)
    return {
        "id": derived_id("analysis", *identity, SETTLE_VERSION),
        "collection_id": run.collection_id,
        "document_id": document_id,
        "prompt_version_id": run.prompt_version_id,
        "provider": run.terms.provider,
        "model": run.terms.model,
        "chunking": chunking,
        "parameters_sha256": digest,
        "settle_version": SETTLE_VERSION,
        "parameters": parameters,
        "state": "open",
        "chunks": chunks,
        "characters": characters,
        "created_at": utc_now(),
    }


def max_output_tokens(run: Run) -> int:
    """What one answer may be long, in tokens: the profile's wish, at most what the model can."""
    return min(run.profile.max_output_tokens, run.resolved.card.max_output_tokens)


def _chunk_row(document_id: str, chunking: str, piece: Chunk) -> dict[str, Any]:
    return {
        "id": derived_id("chunk", document_id, chunking, piece.ordinal),
        "document_id": document_id,
        "chunking": chunking,
        "ordinal": piece.ordinal,
        "char_start": piece.char_start,
        "char_end": piece.char_end,
        "clause_path": piece.clause_path,
        "tokens": piece.tokens,
        "sha256": hashlib.sha256(piece.text.encode()).hexdigest(),
    }


def question_rows(
    run: Run,
    analysis_id: str,
    chunk_id: str,
    ask: Ask,
    *,
    kind: str,
    round_: int = 0,
    span: tuple[int | None, int | None] = (None, None),
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request and the question that ask this about a chunk, or about the span of the text that is given."""
    body = run.desk.provider.wire(ask, run.resolved.card)
    request_hash = prompting.request_hash(run.scope, run.terms.provider, run.terms.model, ask.sample, body)
    now = utc_now()
    request = {
        "hash": request_hash,
        "scope": run.scope,
        "provider": run.terms.provider,
        "model": run.terms.model,
        "sample": ask.sample,
        "body": body,
        "prompt_tokens": run.desk.provider.prompt_tokens(ask, run.resolved.card),
        "max_output_tokens": max_output_tokens(run),
        "created_at": now,
    }
    question = {
        "id": derived_id("question", analysis_id, kind, chunk_id, request_hash),
        "analysis_id": analysis_id,
        "kind": kind,
        "chunk_id": chunk_id,
        "request_hash": request_hash,
        "state": "open",
        "created_at": now,
        "round": round_,
        "char_start": span[0],
        "char_end": span[1],
    }
    return request, question


async def file(run: Run, planned: Plan) -> None:
    """File a plan; what stands there from an earlier, interrupted run stays as it is."""
    await run.desk.store.write(
        analyses.file_plan, planned.analysis, chunks=planned.chunks, requests=planned.requests, questions=planned.questions
    )


async def expect(run: Run, planned: Plan) -> None:
    """Add to the run's estimate what a plan may cost: those of its requests that no stored reply answers."""
    store = run.desk.store
    known = await store.aread(analyses.answered_hashes, [request["hash"] for request in planned.requests])
    low, high = run.forecast.add([request for request in planned.requests if request["hash"] not in known])
    await store.write(runs.add_estimate, run.id, low_nano_usd=low, high_nano_usd=high)
