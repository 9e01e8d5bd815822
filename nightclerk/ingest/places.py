"""Where sources lie: a path on this machine, or a URL of a store (s3, gs, az, sftp, ...) or of the web.

A URL may carry a password or a signature. `Url.uri` is its name without them, which is all that is ever stored or shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from nightclerk.errors import BadUsage, SourceNotAllowed
from nightclerk.records import derived_id

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
WEB = frozenset(["http", "https"])
ALIASES = {"gcs": "gs", "s3a": "s3", "ssh": "sftp", "abfs": "az"}
DEFAULT_PORTS = {"http": ":80", "https": ":443", "sftp": ":22"}
# parameters that open a door: presigned links of S3, GCS and Azure, and what people call their tokens
SECRET = re.compile(r"(?i)(sig|token|key|secret|pass|pwd|auth|credential|session|^x-(amz|goog)-|^s[eprtv]$|^sk|^code$)")
MASK = "***"
# PostgreSQL indexes no text of more than 2,700 bytes
LONGEST_URI = 2_000


@dataclass(frozen=True, slots=True)
class Url:
    """A place outside this machine. `path` of a store is its own name for the object; of the web it is as it is sent.

    `user` is the part before an `@`: a login, or the container of an Azure account.
    """

    scheme: str
    host: str
    path: str
    user: str = ""
    query: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def is_web(self) -> bool:
        """Whether it is fetched by HTTP and cannot be listed."""
        return self.scheme in WEB

    @property
    def authority(self) -> str:
        """The server, bucket or container, with the login and without its password."""
        return f"{self.user}@{self.host}" if self.user else self.host

    @property
    def location(self) -> str:
        """The whole URL with its secrets, for whoever opens it."""
        secret = f":{self.password}" if self.password else ""
        login = f"{self.user}{secret}@" if self.user or secret else ""
        return f"{self.scheme}://{login}{self.host}{self.path}" + (f"?{self.query}" if self.query else "")

    @property
    def uri(self) -> str:
        """Its name in the store and on screens, without secrets."""
        path = self.path if self.is_web else quote(self.path, errors="surrogatepass")
        return shortened(f"{self.scheme}://{self.authority}{path}" + (f"?{_masked(self.query)}" if self.query else ""))

    @property
    def has_secret(self) -> bool:
        """Whether it carries a password or a signature."""
        return bool(self.password) or _masked(self.query) != self.query

    def at(self, path: str) -> Url:
        """Another object of the same store."""
        return Url(self.scheme, self.host, path, self.user, password=self.password)


Place = Path | Url


def place(text: str) -> Place:
    """What somebody typed, as a path or a URL; raises BadUsage for a URL that means nothing or climbs."""
    found = SCHEME.match(text)
    if not found:
        return Path(text)
    scheme = found[1].lower()
    if scheme in {"file", "local"}:
        return Path(unquote(text[found.end() :]))
    if re.search(r"[\ud800-\udfff]", text):
        raise BadUsage("a URL holds bytes that are no text; write them as %E9 and the like")
    url = _web(text) if scheme in WEB else _store(ALIASES.get(scheme, scheme), text[found.end() :])
    if not url.host and scheme != "memory":
        raise BadUsage(f"{url.uri} names no server or bucket")
    if _climbs(url.path):
        raise BadUsage(f"{url.uri} holds `.`, `..`, a backslash or a control character as a part of its path; write where it leads")
    return url


def under(url: Url, roots: list[Url]) -> Url:
    """The URL, if it lies under one of the roots and carries no secret; else raises SourceNotAllowed."""
    if url.has_secret:
        raise SourceNotAllowed(f"{url.uri} carries a password or a signature: put it into the environment of the worker instead")
    if not any(_is_under(url, root) for root in roots):
        known = ", ".join(root.uri for root in roots) or "no URL is set"
        raise SourceNotAllowed(f"{url.uri} is outside the allowed source roots ({known}); add where it lies to NIGHTCLERK_SOURCE_ROOTS")
    return url


def shortened(uri: str) -> str:
    """A name that every index takes: of a very long one, the beginning and a hash of it all."""
    return uri if len(uri) <= LONGEST_URI else f"{uri[: LONGEST_URI - 40]}~{derived_id('uri', uri)}"


def _web(text: str) -> Url:
    """Whitespace and control characters are taken out by no one but us, so that what is checked is what is sent."""
    if re.search(r"[\x00-\x20\x7f\\]", text):
        raise BadUsage("a URL holds blanks, backslashes or control characters; write them as %20 and the like")
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        # what the error repeats may be a part of a password
        raise BadUsage("a URL whose server or port cannot be; write a password's special characters as %2F and the like") from None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    port = "" if port == DEFAULT_PORTS[scheme] else port
    return Url(scheme, host + port, _quoted(parts.path) or "/", parts.username or "", _quoted(parts.query), parts.password or "")


def _store(scheme: str, rest: str) -> Url:
    """Keys of objects hold `?`, `#` and `%`, so nothing after the server is taken apart."""
    if "::" in rest:
        raise BadUsage("URLs chained with `::` are not read; name the archive itself")
    authority, slash, path = rest.partition("/")
    login, _, host = authority.rpartition("@")
    user, _, password = login.partition(":")
    return Url(scheme, host.lower().removesuffix(DEFAULT_PORTS.get(scheme, "\n")), slash + path, user, password=password)


def _quoted(text: str) -> str:
    """What is no ASCII, quoted; what is quoted already stays."""
    return quote(text, safe="/%:@!$&'()*+,;=?[]~", errors="surrogatepass")


def _climbs(path: str) -> bool:
    """However often it is quoted."""
    while True:
        if "\\" in path or any(ord(character) < 32 for character in path) or {".", ".."} & set(path.split("/")):
            return True
        plainer = unquote(path)
        if plainer == path:
            return False
        path = plainer


def _is_under(url: Url, root: Url) -> bool:
    folder = root.path.rstrip("/")
    inside = url.path.rstrip("/") == folder or url.path.startswith(folder + "/")
    return (url.scheme, url.authority) == (root.scheme, root.authority) and inside


def _masked(query: str) -> str:
    parameters = (part.partition("=") for part in query.split("&"))
    return "&".join(f"{name}={MASK}" if mark and SECRET.search(name) else name + mark + value for name, mark, value in parameters)
