"""Fetching one file by http(s), from the open internet and from nowhere else (see `addresses`).

Redirects are followed by hand, each hop judged like the first. No proxy of the environment is used: it would resolve names for us.
"""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from nightclerk.errors import BadUsage, SkipDocument
from nightclerk.ingest.addresses import resolved
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
# a time that is younger may stand for two versions: servers write whole seconds, and their clocks differ
SETTLED_S = 3_600


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
        with httpx.Client(verify=_trust(), trust_env=False, timeout=timeout, follow_redirects=False) as client:
            response = self._follow(client, url, _conditions(version))
            try:
                yield None if response.status_code == NOT_MODIFIED and version else self._download(url, response)
            finally:
                response.close()

    def _follow(self, client: httpx.Client, url: Url, conditions: dict[str, str]) -> httpx.Response:
        here = url
        for _ in range(MOST_HOPS + 1):
            headers = conditions | (_login(url) if (here.scheme, here.host) == (url.scheme, url.host) else {})
            response = self._ask(client, here, headers)
            if response.status_code not in REDIRECTS or "location" not in response.headers:
                return response
            response.close()
            here = _next(here, response.headers["location"])
        raise SkipDocument("failed", f"the server sends from one address to the next, more than {MOST_HOPS} times")

    def _ask(self, client: httpx.Client, url: Url, headers: dict[str, str]) -> httpx.Response:
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
        for address in resolved(host, port, self.private_hosts):
            request = client.build_request(
                "GET",
                target.copy_with(host=address),
                headers={"Host": target.netloc.decode(), "Accept-Encoding": "identity", **headers},
                extensions={"sni_hostname": host},
            )
            try:
                return client.send(request, stream=True)
            except httpx.ConnectError as error:
                trouble = error
            except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
                raise SkipDocument("failed", f"the server {host} does not answer as it should ({_said(error)})") from None
        raise SkipDocument("failed", f"no connection to {host} ({_said(trouble)})")

    def _download(self, url: Url, response: httpx.Response) -> Download:
        if response.status_code != OK:
            what = f"{response.status_code} {response.reason_phrase}".strip()
            raise SkipDocument("failed", f"the server answers {what}: check the URL and who may read it")
        modified_at = _moment(response.headers.get("last-modified", ""))
        name = unquote(url.path.rstrip("/").rpartition("/")[2]) or url.host
        return Download(self._blocks(response), _version(response, modified_at), modified_at, name)

    def _blocks(self, response: httpx.Response) -> Iterator[bytes]:
        import httpx

        deadline = time.monotonic() + self.deadline_s
        try:
            for block in response.iter_bytes(BLOCK_BYTES):
                yield block
                if time.monotonic() > deadline:
                    raise SkipDocument("failed", f"it did not arrive within {self.deadline_s:g} s")
        except httpx.HTTPError as error:
            raise SkipDocument("failed", f"the connection broke off ({_said(error)}); the next run tries again") from None


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
    tag = response.headers.get("etag", "")
    if tag.startswith('"') and len(tag) < 180:
        return f"etag:{tag}"
    asked_at = _moment(response.headers.get("date", "")) or datetime.now(UTC)
    settled = modified_at is not None and (asked_at - modified_at).total_seconds() > SETTLED_S
    return f"time:{response.headers['last-modified']}" if settled else ""


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
