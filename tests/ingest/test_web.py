"""Fetching from the web: to where it was judged, as far as it is allowed, and no further."""

from __future__ import annotations

import datetime as dt
import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest import web
from nightclerk.ingest.access import Access, Arrived

Answer = Callable[[BaseHTTPRequestHandler], tuple[int, dict[str, str], bytes]]


class Site:
    """A web server on loopback that answers what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, dict(self.headers)))
                status, headers, body = site.answer(self)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answer: Answer = lambda _: (200, {}, b"words")
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A server, closed at the end."""
    with closing(Site()) as site:
        yield site


@pytest.fixture
def fetch(tmp_path: Path, site: Site) -> Iterator[Callable[..., Arrived | None]]:
    """Download a URL into a spool; the server's own address is allowed unless a test says otherwise."""
    with closing(ingest.Spool(tmp_path / "spool", 10_000_000)) as spool:

        def go(url: str, version: str = "", *, private_hosts: tuple[str, ...] | None = None, **limits: Any) -> Arrived | None:
            allowed = (f"127.0.0.1:{site.port}", "docs.test", "other.test") if private_hosts is None else private_hosts
            place = ingest.place(url.replace("SITE", f"127.0.0.1:{site.port}").replace("PORT", str(site.port)))
            assert isinstance(place, ingest.Url)
            access = Access(spool, ingest.Web(allowed, **limits), ingest.Limits(max_file_mb=1), ingest.Options())
            return access.download(place, version)

        yield go


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to, answer by answer; the last one stays."""
    table: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        answers = table.get(host)
        if answers is None:
            return real(host, port, *args, **kwargs)
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return table


def _arrived(found: Arrived | None) -> Arrived:
    assert found is not None
    return found


def test_a_file(site: Site, fetch: Callable[..., Any]) -> None:
    """A file arrives with its name, its time and its version, asked for without compression and by its own host."""
    site.answer = lambda _: (200, {"ETag": '"v1"', "Last-Modified": "Mon, 03 Mar 2025 10:00:00 GMT"}, b"words")
    found = _arrived(fetch("http://SITE/in/A%20letter.txt?id=7"))
    assert found.stored.path.read_bytes() == b"words"
    assert (found.name, found.version) == ("A letter.txt", 'etag:"v1"')
    assert found.modified_at == dt.datetime(2025, 3, 3, 10, tzinfo=dt.UTC)
    [(path, headers)] = site.asked
    assert path == "/in/A%20letter.txt?id=7"
    assert (headers["Host"], headers["Accept-Encoding"]) == (f"127.0.0.1:{site.port}", "identity")


def test_what_did_not_change_is_not_sent_again(site: Site, fetch: Callable[..., Any]) -> None:
    """A strong tag or an old time is asked about; a weak tag and a time of a moment ago are not relied on."""
    now = dt.datetime.now(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    for headers, version, condition in (
        ({"ETag": '"v1"'}, 'etag:"v1"', "If-None-Match"),
        ({"Last-Modified": "Mon, 03 Mar 2025 10:00:00 GMT"}, "time:Mon, 03 Mar 2025 10:00:00 GMT", "If-Modified-Since"),
    ):
        site.answer = lambda _, headers=headers: (200, headers, b"words")
        assert _arrived(fetch("http://SITE/a")).version == version
        site.answer = lambda request, condition=condition: (304 if condition in request.headers else 200, {}, b"")
        assert fetch("http://SITE/a", version) is None
    for unreliable in ({"ETag": 'W/"v1"'}, {"Last-Modified": now}, {}):
        site.answer = lambda _, headers=unreliable: (200, headers, b"words")
        assert _arrived(fetch("http://SITE/a")).version == ""


def test_inside_addresses_are_not_asked(site: Site, fetch: Callable[..., Any], names: dict[str, list[str]]) -> None:
    """Loopback is refused, by number, by name and by way of a redirect, and no request reaches it."""
    names["public.test"] = ["127.0.0.1"]
    for url in (
        "http://SITE/",
        "http://2130706433:PORT/",
        "http://0x7f.1:PORT/",
        "http://[::ffff:127.0.0.1]:PORT/",
        "http://public.test:PORT/",
    ):
        with pytest.raises(SkipDocument, match=r"inside a network|has no address"):
            fetch(url, private_hosts=())
    assert not site.asked
    site.answer = lambda _: (302, {"Location": "http://169.254.169.254/latest/meta-data/"}, b"")
    with pytest.raises(SkipDocument, match=r"169\.254\.169\.254"):
        fetch("http://SITE/")
    site.answer = lambda _: (302, {"Location": f"http://localhost:{site.port}/"}, b"")
    with pytest.raises(SkipDocument, match="localhost has an address inside"):
        fetch("http://SITE/")


def test_a_name_that_changes_its_mind(site: Site, fetch: Callable[..., Any], names: dict[str, list[str]]) -> None:
    """The connection goes to the address that was judged: the name is not resolved a second time."""
    names["docs.test"] = ["127.0.0.1", "203.0.113.1"]
    assert _arrived(fetch("http://docs.test:PORT/a")).stored.size_bytes == 5
    [(_, headers)] = site.asked
    assert headers["Host"] == f"docs.test:{site.port}"


def test_redirects(site: Site, fetch: Callable[..., Any], names: dict[str, list[str]]) -> None:
    """A few hops are followed, a circle is not, a password stays with its server, and no hop leads out of the web."""
    names["other.test"] = ["127.0.0.1"]

    def answer(request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        if request.path == "/a":
            return 301, {"Location": "/b"}, b""
        if request.path == "/b":
            return 307, {"Location": f"http://other.test:{site.port}/c"}, b""
        return (302, {"Location": "/round"}, b"") if request.path == "/round" else (200, {}, b"words")

    site.answer = answer
    assert _arrived(fetch("http://clerk:tulip@SITE/a")).stored.size_bytes == 5
    assert ["Authorization" in headers for _, headers in site.asked] == [True, True, False]
    with pytest.raises(SkipDocument, match="more than 5 times"):
        fetch("http://SITE/round")
    for target in ("file:///etc/passwd", "s3://deals/x", "ftp://127.0.0.1/", "http://", "http://x/../y", "//"):
        site.answer = lambda _, target=target: (302, {"Location": target}, b"")
        with pytest.raises(SkipDocument) as error:
            fetch("http://SITE/")
        assert error.value.status == "failed"


def test_the_outside_does_not_lead_inside(
    site: Site, fetch: Callable[..., Any], names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that a setting allows is asked where a person names it, not where a server of the open internet sends us there."""
    names["docs.test"], names["other.test"] = ["127.0.0.1"], ["127.0.0.1"]
    site.answer = lambda request: (302, {"Location": f"http://docs.test:{site.port}/b"}, b"") if request.path == "/a" else (200, {}, b"x")
    assert _arrived(fetch("http://docs.test:PORT/b", private_hosts=("docs.test",))).stored.size_bytes == 1
    # the only address that a test can be served from, for once as one of the open internet under that name alone
    real = web.resolved
    monkeypatch.setattr(web, "resolved", lambda host, *rest: ["127.0.0.1"] if host == "other.test" else real(host, *rest))
    with pytest.raises(SkipDocument, match=r"docs\.test has an address inside"):
        fetch("http://other.test:PORT/a", private_hosts=("docs.test",))
    assert [path for path, _ in site.asked] == ["/b", "/a"]


def test_limits(site: Site, fetch: Callable[..., Any], tmp_path: Path) -> None:
    """Too many bytes, too slow, a status that is no file, a port that is no web: each says so, and nothing is kept."""
    site.answer = lambda _: (200, {}, bytes(2_000_000))
    with pytest.raises(SkipDocument, match="too_large"):
        fetch("http://SITE/a")
    with pytest.raises(SkipDocument, match="did not arrive within"):
        fetch("http://SITE/a", deadline_s=0.0)
    site.answer = lambda _: (404, {}, b"no")
    with pytest.raises(SkipDocument, match="404 Not Found"):
        fetch("http://SITE/a")
    with pytest.raises(SkipDocument, match="port 25"):
        fetch("http://127.0.0.1:25/", private_hosts=("127.0.0.1",))
    site.answer = lambda _: (200, {"Content-Length": "100"}, b"cut")
    with pytest.raises(SkipDocument, match="broke off"):
        fetch("http://SITE/a")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(SkipDocument, match="no connection"):
            fetch(f"http://127.0.0.1:{closed.getsockname()[1]}/", private_hosts=("127.0.0.1",))
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"]


class Raw:
    """A server on loopback that writes what it is told to, in its own time, until the asker is gone."""

    def __init__(self, script: Callable[[socket.socket], None]) -> None:
        self._script = script
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with self._server.accept()[0] as asker, suppress(OSError):
            asker.recv(65_536)
            self._script(asker)

    def close(self) -> None:
        self._thread.join(10)
        self._server.close()


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (HEAD, b"X: y\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD + b"Content-Length: 1000000\r\n\r\n", b"a"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;x=", b"a"),
    ],
)
def test_a_server_that_drips(head: bytes, drop: bytes, fetch: Callable[..., Any]) -> None:
    """The time that a file may take is for all of it, also where a byte comes now and then and none of the silences is long."""

    def script(asker: socket.socket) -> None:
        asker.sendall(head)
        while True:
            asker.sendall(drop)
            time.sleep(0.02)

    with closing(Raw(script)) as server, pytest.raises(SkipDocument, match=r"did not arrive within 0\.3 s"):
        fetch(f"http://127.0.0.1:{server.port}/", private_hosts=("127.0.0.1",), deadline_s=0.3)


def test_packed_bodies(site: Site, fetch: Callable[..., Any]) -> None:
    """What comes packed is unpacked within the limit; a bomb, one packed twice, one cut off and one of another kind cost themselves."""
    for packed, kind in ((gzip.compress(b"words"), "gzip"), (zlib.compress(b"words"), "deflate"), (b"words", "identity"), (b"", "gzip")):
        site.answer = lambda _, packed=packed, kind=kind: (200, {"Content-Encoding": kind}, packed)
        assert _arrived(fetch("http://SITE/a")).stored.path.read_bytes() in {b"words", b""}
    bomb = gzip.compress(bytes(50_000_000))
    for packed, kind, said in (
        (bomb, "gzip", "too_large"),
        (gzip.compress(bomb), "gzip, gzip", "which was not asked for"),
        (b"words", "br", "which was not asked for"),
        (gzip.compress(b"words")[:-3], "gzip", "its end is missing"),
        (b"words", "gzip", "broke off"),
    ):
        site.answer = lambda _, packed=packed, kind=kind: (200, {"Content-Encoding": kind}, packed)
        with pytest.raises(SkipDocument, match=said):
            fetch("http://SITE/a")


def test_versions_that_cannot_be_kept(site: Site, fetch: Callable[..., Any]) -> None:
    """A tag or a time that cannot be sent back, or fits no column, is not relied on."""
    old = "Mon, 03 Mar 2025 10:00:00 GMT"
    for headers in ({"ETag": '"\xe9"'}, {"ETag": f'"{"x" * 500}"'}, {"Last-Modified": old + " (x)" * 100}):
        site.answer = lambda _, headers=headers: (200, headers, b"words")
        assert _arrived(fetch("http://SITE/a")).version == ""


def _certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    kind, form = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    path = folder / "server.pem"
    path.write_bytes(key.private_bytes(form, kind, serialization.NoEncryption()) + certificate.public_bytes(form))
    return path


def test_certificates(
    site: Site, fetch: Callable[..., Any], names: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate is checked against the name that was asked for, though the connection goes to an address."""
    path = _certificate(tmp_path, "docs.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True, do_handshake_on_connect=False)
    names["docs.test"] = names["other.test"] = ["127.0.0.1"]
    with pytest.raises(SkipDocument, match="CERTIFICATE_VERIFY_FAILED"):
        fetch("https://docs.test:PORT/")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    web._trust.cache_clear()
    try:
        assert _arrived(fetch("https://docs.test:PORT/")).stored.size_bytes == 5
        with pytest.raises(SkipDocument, match="CERTIFICATE_VERIFY_FAILED"):
            fetch("https://other.test:PORT/")
        site.answer = lambda _: (302, {"Location": f"http://docs.test:{site.port}/"}, b"")
        with pytest.raises(SkipDocument, match="https to http"):
            fetch("https://docs.test:PORT/")
    finally:
        web._trust.cache_clear()
