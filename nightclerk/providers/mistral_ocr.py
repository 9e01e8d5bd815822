"""Mistral's OCR, by the published contract: `POST {endpoint}/v1/ocr`. A call sends a file and is billed by the pages it asks for.

What is stored of a request names the file by its sha256; the bytes are put in the place of that name when it is sent.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import SecretStr

from nightclerk.errors import CutOff, SkipDocument, Unprocessable
from nightclerk.providers.exchange import Answer, Exchange
from nightclerk.providers.identity import checked
from nightclerk.providers.reply import LIMIT_HEADERS, clean, request_id
from nightclerk.records import Reply, Usage

# no file has more; a larger figure is a mistake of the provider and would not fit a database integer
MOST_PAGES = 1_000_000
# how the body begins is all that an error could quote of it
QUOTED_BYTES = 4_096
# the bytes of a content; raises SkipDocument where they cannot be had
Bring = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class OcrPage:
    """One page as the endpoint read it: its index in the file, counted from 0, its Markdown, and how sure the model was, 0 to 1.

    `tables` are the tables that the Markdown only refers to, by their ids.
    """

    index: int
    markdown: str
    confidence: float | None = None
    tables: Mapping[str, str] = field(default_factory=dict)


class MistralOcr:
    """The OCR endpoint of Mistral, or one that speaks the same contract. A `Sender`.

    Args:
        endpoint: base URL without `/v1`.
        api_key: sent as a bearer token; stands in no error, log line or repr.
        max_in_flight: the most connections to open; each holds a whole file in memory.
        connect_timeout_s: how long to wait for a connection, in seconds.
        transport: replaces the network, for tests.
    """

    name = "mistral"

    def __init__(
        self,
        endpoint: str,
        api_key: SecretStr,
        *,
        max_in_flight: int,
        connect_timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._exchange = Exchange(endpoint, api_key, max_in_flight=max_in_flight, connect_timeout_s=connect_timeout_s, transport=transport)
        # several under one name, since copies of a file may be read at the same time
        self._held: defaultdict[str, list[Bring]] = defaultdict(list)

    @contextmanager
    def holding(self, contents: Mapping[str, Bring]) -> Iterator[None]:
        """While this lasts, the contents of these names can be sent; each is brought, in a thread, when it is its turn."""
        for name, bring in contents.items():
            self._held[name].append(bring)
        try:
            yield
        finally:
            for name, bring in contents.items():
                self._held[name].remove(bring)
                if not self._held[name]:
                    del self._held[name]

    async def send(self, body: Mapping[str, Any], *, timeout_s: float) -> Reply:
        """Send a body made by `wire` once, with the file in it, and wait for the reply; see `Sender.send` for what it raises."""
        content = await asyncio.to_thread(self._content, body)
        answer = await self._exchange.post_content("/v1/ocr", content, timeout_s=timeout_s)
        if answer.is_success:
            return checked(_reply(answer), body["model"])
        raise self._exchange.problem(answer, sent=content[:QUOTED_BYTES].decode("utf-8", "replace"))

    async def warm(self, connections: int) -> None:
        """Have connections made before the first calls need them."""
        await self._exchange.warm(connections)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._exchange.aclose()

    def _content(self, body: Mapping[str, Any]) -> bytes:
        """The bytes of a body, with the file in the place of its reference."""
        document = dict(body["document"])
        form = document["type"]
        name = document[form]
        media_type = name.partition(";")[0]
        document[form] = f"{media_type};base64,{base64.b64encode(self._brought(name)).decode()}"
        return json.dumps({**body, "document": document}, separators=(",", ":")).encode()

    def _brought(self, name: str) -> bytes:
        reason = "nobody holds the file any more; the next run reads it again"
        for bring in tuple(self._held.get(name, ())):
            try:
                return bring()
            except SkipDocument as skip:
                reason = skip.reason
        raise Unprocessable(reason)


def named(media_type: str, sha256: str, *, cut: Sequence[int] = ()) -> str:
    """The name that stands for a content in a stored body: of a whole file, or of the pages, counted from 0, that are cut out of it."""
    pages = ";pages=" + ",".join(map(str, cut)) if cut else ""
    return f"data:{media_type};sha256,{sha256}{pages}"


def wire(model: str, name: str, *, pages: Sequence[int] = ()) -> dict[str, Any]:
    """The body that asks for pages of the content of that name, counted from 0; for all that it has where none are named.

    It holds no bytes of the file: pure, JSON, the same for the same pages, since its hash is the key of the cache.
    """
    form = "image_url" if name.startswith("data:image/") else "document_url"
    body: dict[str, Any] = {
        "model": model,
        "document": {"type": form, form: name},
        # the answer holds text alone: boxes and cut-out pictures would be many times its size
        "include_image_base64": False,
        "include_blocks": False,
        "confidence_scores_granularity": "page",
    }
    return body | {"pages": list(pages)} if pages else body


def read_pages(raw_body: str) -> dict[int, OcrPage]:
    """The pages of an answer, by index; what is no page is passed over, and of several with one index the first counts."""
    pages: dict[int, OcrPage] = {}
    for row in _json(raw_body).get("pages", []):
        page = _page(row)
        if page:
            pages.setdefault(page.index, page)
    return pages


def _page(row: object) -> OcrPage | None:
    if not isinstance(row, dict):
        return None
    index, markdown = row.get("index"), row.get("markdown")
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < MOST_PAGES or not isinstance(markdown, str):
        return None
    # a header or footer that the endpoint tells apart is missing in the Markdown
    parts = [part for part in (row.get("header"), markdown, row.get("footer")) if isinstance(part, str) and part]
    return OcrPage(index, "\n\n".join(parts), _confidence(row.get("confidence_scores")), _tables(row.get("tables")))


def _confidence(scores: object) -> float | None:
    mean = scores.get("average_page_confidence_score") if isinstance(scores, dict) else None
    return float(mean) if isinstance(mean, int | float) and not isinstance(mean, bool) and 0 <= mean <= 1 else None


def _tables(rows: object) -> dict[str, str]:
    tables = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {row["id"]: row["content"] for row in tables if isinstance(row.get("id"), str) and isinstance(row.get("content"), str)}


def _reply(answer: Answer) -> Reply:
    """The reply in a success; raises `CutOff`, billable and with the body kept, where that is no list of pages."""
    said = _json(answer.text)
    if not isinstance(said.get("pages"), list):
        raise CutOff(
            f"the answer is no list of pages ({len(answer.text)} characters)",
            http_status=answer.http_status,
            billable=True,
            provider_request_id=request_id(answer.headers),
            raw_body=clean(answer.text),
        )
    model = said.get("model")
    return Reply(
        raw_body=clean(answer.text),
        answer="",
        thinking="",
        finish_reason="stop",
        model_served=clean(model)[:100] if isinstance(model, str) else "",
        usage=_usage(said),
        http_status=answer.http_status,
        provider_request_id=request_id(answer.headers),
        headers={name: value for name, value in answer.headers.items() if name.startswith(LIMIT_HEADERS)},
    )


def _usage(said: Mapping[str, Any]) -> Usage | None:
    """The pages billed, or None where nobody says, or says what cannot be true."""
    info = said.get("usage_info")
    pages = info.get("pages_processed") if isinstance(info, dict) else None
    if not isinstance(pages, int) or isinstance(pages, bool) or not 0 <= pages <= MOST_PAGES or (said["pages"] and not pages):
        return None
    return Usage(0, 0, pages=pages)


def _json(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
