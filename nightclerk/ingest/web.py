"""Fetching one file by http(s), from the open internet and from nowhere else (see `addresses`).

Redirects are followed by hand, each hop judged like the first. No proxy of the environment is used: it would resolve names for us.
"""

from __future__ import annotations

import base64
import ssl
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from nightclerk.errors import BadUsage, SkipDocument
from nightclerk.ingest.addresses import is_named, resolved
from nightclerk.ingest.deadline import Deadline
from nightclerk.ingest.places import WEB, Url, place

# httpx costs 100 ms to import, which only who reads from the web should pay
if TYPE_CHECKING:
    import httpx

MOST_HOPS = 5
REDIRECTS = frozenset([301, 302, 303, 307, 308])
OK, NOT_MODIFIED = 200, 304
# below 1024 other services listen, which may take a request for something else
PORTS = frozenset([80, 443])
CONNECT_S, SILENCE_S = 10.0, 60.0
BLOCK_BYTES = 1 << 18
# packed although we asked for it as it is: some servers do; nothing else is unpacked, since what it expands to is bounded by nobody
AS_IT_IS, DEFLATED = frozenset(["", "identity"]), frozenset(["gzip", "x-gzip", "deflate"])
# a time that is younger may stand for two versions: servers write whole seconds, and their clocks differ
SETTLED_S = 3_600
LONGEST_VERSION = 180


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way: its bytes, and what the server says of this version of it (empty where that is not to be relied on)."""

    blocks: Iterator[bytes]
    version: str
    modified_at: datetime | None
    name: str


@dataclass(frozen=True, slots=True)
class Web:
    """How web sources are fetched: hosts that may have private addresses, and how many seconds one file may take."""

    private_hosts: tuple[str, ...] = ()
    deadline_s: float = 600.0

    @contextmanager
    def get(self, url: Url, version: str = "") -> Iterator[Download | None]:
        """A download while the block runs, or None where the file is still of this version.

        Raises:
            SkipDocument: `failed`, the server does not give it; the reason says why.
        """
        import httpx

        timeout = httpx.Timeout(SILENCE_S, connect=CONNECT_S)
        # a connection belongs to one name, whose certificate was checked, though another name may have the same address
        once = httpx.Limits(max_keepalive_connections=0)
        with (
            httpx.Client(verify=_trust(), trust_env=False, timeout=timeout, follow_redirects=False, limits=once) as client,
            Deadline().running(self.deadline_s) as deadline,
        ):
            response = self._follow(client, url, _conditions(version), deadline)
            try:
                yield None if response.status_code == NOT_MODIFIED and version else self._download(url, response, deadline)
            finally:
                response.close()

    def _follow(self, client: httpx.Client, url: Url, conditions: dict[str, str], deadline: Deadline) -> httpx.Response:
        # a server outside must not send us to one inside, though a person may
        allowed = self.private_hosts if self._is_inside(url) else ()
        here = url
        for _ in range(MOST_HOPS + 1):
            headers = conditions | (_login(url) if (here.scheme, here.host) == (url.scheme, url.host) else {})
            response = self._ask(client, here, headers, allowed, deadline)
            if response.status_code not in REDIRECTS or "location" not in response.headers:
                return response
            response.close()
            here = _next(here, response.headers["location"])
        raise SkipDocument("failed", f"the server sends from one address to the next, more than {MOST_HOPS} times")

    def _is_inside(self, url: Url) -> bool:
        parts = urlsplit(f"//{url.host}")
        return is_named(parts.hostname or "", parts.port or (443 if url.scheme == "https" else 80), self.private_hosts)

    def _ask(self, client: httpx.Client, url: Url, headers: dict[str, str], allowed: Sequence[str], deadline: Deadline) -> httpx.Response:
        """Ask at one of the addresses that were judged; the name goes into the Host header and the certificate is checked against it."""
        import httpx

        try:
            target = httpx.URL(Url(url.scheme, url.host, url.path, query=url.query).location)
        except (httpx.InvalidURL, ValueError):
            raise SkipDocument("failed", "a URL that nobody can open: check how its server is written") from None
        host, port = target.raw_host.decode(), target.port or (443 if target.scheme == "https" else 80)
        if port not in PORTS and port < 1_024:
            raise SkipDocument("failed", f"port {port} belongs to another service than the web, and is not asked")
        trouble: Exception | None = None
        for address in resolved(host, port, allowed):
            request = client.build_request(
                "GET",
                target.copy_with(host=address),
                headers={"Host": target.netloc.decode(), "Accept-Encoding": "identity", **headers},
                extensions={"sni_hostname": host, "trace": deadline.trace},
            )
            self._check(deadline)
            try:
                return client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                trouble = error
            except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
                self._check(deadline)
                raise SkipDocument("failed", f"the server {host} does not answer as it should ({_said(error)})") from None
        raise SkipDocument("failed", f"no connection to {host} ({_said(trouble)})")

    def _download(self, url: Url, response: httpx.Response, deadline: Deadline) -> Download:
        if response.status_code != OK:
            what = f"{response.status_code} {response.reason_phrase}".strip()
            raise SkipDocument("failed", f"the server answers {what}: check the URL and who may read it")
        packed = response.headers.get("content-encoding", "").strip().lower()
        if packed not in AS_IT_IS | DEFLATED:
            raise SkipDocument("failed", f"the server sends it packed ({packed[:50]}), which was not asked for")
        modified_at = _moment(response.headers.get("last-modified", ""))
        name = unquote(url.path.rstrip("/").rpartition("/")[2]) or url.host
        blocks = self._blocks(response, deadline)
        return Download(_inflated(blocks) if packed in DEFLATED else blocks, _version(response, modified_at), modified_at, name)

    def _blocks(self, response: httpx.Response, deadline: Deadline) -> Iterator[bytes]:
        """The bytes as they come, in no blocks of a size that a slow server would take days to fill."""
        import httpx

        try:
            for block in response.iter_raw():
                self._check(deadline)
                yield block
        except httpx.HTTPError as error:
            self._check(deadline)
            raise _broken_off(_said(error)) from None
        self._check(deadline)

    def _check(self, deadline: Deadline) -> None:
        if deadline.is_over:
            raise SkipDocument("failed", f"it did not arrive within {self.deadline_s:g} s")


def _inflated(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """What was deflated, never more of it at once than a block."""
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
    some = False
    try:
        for block in blocks:
            some = some or bool(block)
            while block and not inflater.eof:
                yield inflater.decompress(block, BLOCK_BYTES)
                block = inflater.unconsumed_tail
    except zlib.error as error:
        raise _broken_off(_said(error)) from None
    if some and not inflater.eof:
        raise _broken_off("it is packed, and its end is missing")


def _broken_off(why: str) -> SkipDocument:
    return SkipDocument("failed", f"the connection broke off ({why}); the next run tries again")


@cache
def _trust() -> ssl.SSLContext:
    """The certificates to believe; SSL_CERT_FILE and SSL_CERT_DIR of the environment count."""
    import httpx

    return httpx.create_ssl_context()


def _next(here: Url, location: str) -> Url:
    import httpx

    try:
        joined = place(str(httpx.URL(here.location).join(location)))
    except (BadUsage, httpx.InvalidURL, ValueError):
        raise SkipDocument("failed", "the server sends on to a place that is no web address") from None
    if not isinstance(joined, Url) or joined.scheme not in WEB or (here.scheme == "https" and joined.scheme != "https"):
        raise SkipDocument("failed", "the server sends on to a place that is no web address, or from https to http")
    return joined


def _login(url: Url) -> dict[str, str]:
    if not url.user and not url.password:
        return {}
    words = f"{unquote(url.user)}:{unquote(url.password)}".encode()
    return {"Authorization": f"Basic {base64.b64encode(words).decode()}"}


def _version(response: httpx.Response, modified_at: datetime | None) -> str:
    """A strong entity tag, else a time that is old enough to stand for one version only."""
    tag, changed = (response.headers.get(name, "") for name in ("etag", "last-modified"))
    if tag.startswith('"') and _is_kept(tag):
        return f"etag:{tag}"
    asked_at = _moment(response.headers.get("date", "")) or datetime.now(UTC)
    settled = modified_at is not None and (asked_at - modified_at).total_seconds() > SETTLED_S
    return f"time:{changed}" if settled and _is_kept(changed) else ""


def _is_kept(value: str) -> bool:
    """Whether a header fits into its column, and can be sent back."""
    return len(value) < LONGEST_VERSION and value.isascii()


def _conditions(version: str) -> dict[str, str]:
    kind, _, value = version.partition(":")
    header = {"etag": "If-None-Match", "time": "If-Modified-Since"}.get(kind)
    return {header: value} if header else {}


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _said(error: Exception | None) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
