"""Files in files, files elsewhere, and files that change, vanish or move: what a run puts on its list and what it remembers."""

from __future__ import annotations

import asyncio
import datetime as dt
import errno
import hashlib
import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import fsspec
import pypdf
import pytest
import sqlalchemy as sa
from reportlab.pdfgen.canvas import Canvas

from nightclerk import ingest, wiring
from nightclerk.ingest import sandbox, spool
from nightclerk.pipeline import Order, estimate
from nightclerk.pipeline.gather import Gatherer
from nightclerk.settings import Settings
from nightclerk.store import tables

Make = Callable[..., Settings]
RunOrder = Callable[..., tuple[Any, str]]
Query = Callable[..., list[dict[str, Any]]]

LAW = "SERVICES AGREEMENT\n\n1. Governing Law. This Agreement shall be governed by the laws of the State of {}.\n"
LISTED = """SELECT s.name, r.state, r.reason FROM run_documents r JOIN document_sources s ON s.id = r.source_id
    WHERE r.run_id = :run ORDER BY s.uri"""
PLACES = "SELECT name, uri, status, reason, sha256, previous_sha256, changed_at, version FROM document_sources ORDER BY uri"
OLD = dt.datetime(2025, 3, 3, tzinfo=dt.UTC)


def _law(state: str) -> bytes:
    return LAW.format(state).encode()


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def _mail(**attached: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "a@x.example", "b@x.example", "Papers", "<1@x.example>"
    mail.set_content("The papers are attached.")
    for name, content in attached.items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name.replace("_", "."))
    return mail.as_bytes()


def _pdf(**attached: bytes) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    canvas.drawString(30, 700, "The annexes are attached to this letter.")
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(buffer))
    for name, content in attached.items():
        writer.add_attachment(name.replace("_", "."), content)
    whole = io.BytesIO()
    writer.write(whole)
    return whole.getvalue()


@pytest.fixture
def listed(query: Query) -> Callable[..., dict[str, str]]:
    """Name and state of each document of a run."""
    return lambda settings, run: {row["name"]: row["state"] for row in query(settings, LISTED, run=run.id)}


@pytest.fixture
def store() -> Iterator[Any]:
    """fsspec's store in memory, with old files that do not change by themselves."""
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    yield memory
    memory.store.clear()


def _put(store: Any, name: str, content: bytes, moment: dt.datetime = OLD) -> None:
    store.pipe_file(name, content)
    store.store[name].created = moment


def test_files_in_files(database_url: str, make_settings: Make, run_order: RunOrder, query: Query, listed: Any, tmp_path: Path) -> None:
    """Attachments of mails and PDFs and the files of archives, however nested, are documents with a parent and findings of their own."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "mail.eml").write_bytes(_mail(lease_txt=_law("Texas"), papers_zip=_zip(order_txt=_law("Ohio"))))
    (folder / "letter.pdf").write_bytes(_pdf(annex_txt=_law("Utah")))
    settings = make_settings(database_url=database_url)
    run, state = run_order(settings, folder)
    assert (state, listed(settings, run)) == (
        "complete",
        dict.fromkeys(
            [
                "letter.pdf",
                "letter.pdf > annex.txt",
                "mail.eml",
                "mail.eml > lease.txt",
                "mail.eml > papers.zip",
                "mail.eml > papers.zip > order.txt",
            ],
            "complete",
        ),
    )
    parents = """SELECT s.name, o.name AS source_in, p.reader FROM document_sources s JOIN document_sources o ON o.id = s.parent_id
        JOIN documents d ON d.id = s.document_id JOIN documents p ON p.id = d.parent_id AND p.id = o.document_id ORDER BY s.name"""
    assert [(row["name"], row["source_in"]) for row in query(settings, parents)] == [
        ("letter.pdf > annex.txt", "letter.pdf"),
        ("mail.eml > lease.txt", "mail.eml"),
        ("mail.eml > papers.zip", "mail.eml"),
        ("mail.eml > papers.zip > order.txt", "mail.eml > papers.zip"),
    ]
    answers = query(
        settings, "SELECT document, answer FROM findings_current WHERE state = 'present' AND category = 'Governing Law' ORDER BY 1"
    )
    assert [row["document"] for row in answers] == ["letter.pdf > annex.txt", "mail.eml > lease.txt", "mail.eml > papers.zip > order.txt"]
    assert not query(settings, "SELECT * FROM unread_documents")
    assert not [path for path in (tmp_path / "data").rglob("*") if path.is_file() and path.name != ".lock" and "spool" in path.parts]


def test_what_is_known_is_not_opened_again(
    make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second night unpacks and reads nothing, and lists the same documents."""
    (tmp_path / "a.zip").write_bytes(_zip(a_txt=_law("Texas"), mail_eml=_mail(lease_txt=_law("Ohio")), empty_zip=_zip()))
    (tmp_path / "b.pdf").write_bytes(_pdf())
    settings = make_settings()
    first, _ = run_order(settings, tmp_path / "a.zip", tmp_path / "b.pdf")
    before = query(settings, LISTED, run=first.id)

    def asked(*_: Any) -> Any:
        raise AssertionError("the reading process was asked")

    monkeypatch.setattr(sandbox, "_answer", asked)
    second, _ = run_order(settings, tmp_path / "a.zip", tmp_path / "b.pdf")
    assert query(settings, LISTED, run=second.id) == before
    assert ("a.zip > empty.zip", "unread") in [(row["name"], row["state"]) for row in before]


def test_a_child_that_cannot_be_read_is_named(make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path) -> None:
    """What an archive holds and nobody can take out is listed with its reason, and the rest is read."""
    archive = _zip(bomb_txt=bytes(30 << 20), good_txt=_law("Texas"), broken_zip=b"PK\x03\x04nothing")
    (tmp_path / "a.zip").write_bytes(archive)
    settings = make_settings()
    run, state = run_order(settings, tmp_path / "a.zip")
    assert state == "partial"
    reasons = {row["name"]: (row["state"], row["reason"].partition(":")[0]) for row in query(settings, LISTED, run=run.id)}
    assert reasons == {
        "a.zip": ("complete", "an archive that holds 3 files, listed by themselves"),
        "a.zip > bomb.txt": ("unread", "too_large"),
        "a.zip > broken.zip": ("unread", "damaged"),
        "a.zip > good.txt": ("complete", ""),
    }
    unread = query(settings, "SELECT document, status FROM unread_documents ORDER BY document")
    assert [(row["document"], row["status"]) for row in unread] == [("a.zip > bomb.txt", "too_large"), ("a.zip > broken.zip", "damaged")]


def test_archives_without_end(make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path) -> None:
    """Archives in archives are opened to a depth, and the rest says that it was not."""
    content = _zip(deep_txt=_law("Texas"))
    for _ in range(12):
        content = _zip(inner_zip=content, note_txt=b"a note")
    (tmp_path / "a.zip").write_bytes(content)
    run, state = run_order(make_settings(), tmp_path / "a.zip")
    rows = query(make_settings(), LISTED, run=run.id)
    assert state == "partial"
    assert len(rows) == 11
    [unread] = [row for row in rows if row["state"] == "unread"]
    assert unread["reason"].startswith("unsupported: too deep inside of other files")


def test_changed_moved_and_gone(database_url: str, make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path) -> None:
    """Other bytes are told with those before them, a moved file with its new place, a lost one as vanished, with what was in it."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in {"a.txt": _law("Texas"), "b.txt": _law("Ohio"), "c.txt": _law("Utah"), "d.zip": _zip(x_txt=_law("Iowa"))}.items():
        (folder / name).write_bytes(content)
    settings = make_settings(database_url=database_url)
    run_order(settings, folder)
    before = {row["name"]: row for row in query(settings, PLACES)}
    (folder / "a.txt").write_bytes(_law("Maine"))
    (folder / "b.txt").rename(folder / "moved.txt")
    (folder / "c.txt").unlink()
    (folder / "d.zip").unlink()
    run_order(settings, folder)
    after = {row["name"]: row for row in query(settings, PLACES)}
    assert after["a.txt"]["previous_sha256"] == before["a.txt"]["sha256"]
    assert after["a.txt"]["changed_at"]
    assert (after["b.txt"]["status"], after["b.txt"]["reason"]) == ("renamed", f"now at {(folder / 'moved.txt').as_uri()}")
    assert [after[name]["status"] for name in ("c.txt", "d.zip", "d.zip > x.txt", "moved.txt")] == ["vanished"] * 3 + ["seen"]
    assert [row["changed_at"] for name, row in after.items() if name != "a.txt"] == [None] * 5
    assert not query(settings, "SELECT * FROM unread_documents")
    (folder / "d.zip").write_bytes(_zip(y_txt=_law("Iowa")))
    run_order(settings, folder)
    third = {row["name"]: row for row in query(settings, PLACES)}
    assert (third["d.zip"]["status"], third["d.zip > y.txt"]["status"]) == ("seen", "seen")
    assert (third["b.txt"]["status"], third["d.zip > x.txt"]["status"]) == ("renamed", "vanished")


def test_an_archive_that_loses_a_file(make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path) -> None:
    """What is no longer in an archive that was named by itself is gone; what an unreadable archive held is only out of sight."""
    path = tmp_path / "a.zip"
    path.write_bytes(_zip(a_txt=_law("Texas"), b_txt=_law("Ohio")))
    settings = make_settings()
    run_order(settings, path)
    path.write_bytes(_zip(a_txt=_law("Texas")))
    run_order(settings, path)
    assert [(row["name"], row["status"]) for row in query(settings, PLACES)] == [
        ("a.zip", "seen"),
        ("a.zip > a.txt", "seen"),
        ("a.zip > b.txt", "vanished"),
    ]
    path.write_bytes(b"PK\x03\x04 half of it")
    run_order(settings, path)
    assert {row["name"]: row["status"] for row in query(settings, PLACES)}["a.zip > a.txt"] == "seen"


def test_a_store_elsewhere(
    database_url: str, make_settings: Make, run_order: RunOrder, query: Query, listed: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store is read like a folder; the second night downloads only what is new or changed, and tells what is gone."""
    _put(store, "/inbox/a.txt", _law("Texas"))
    _put(store, "/inbox/sub/b.zip", _zip(x_txt=_law("Ohio")))
    _put(store, "/inbox/c.txt", _law("Utah"))
    opened: list[str] = []
    real = type(store)._open

    def open_and_count(self: Any, path: str, mode: str = "rb", **kwargs: Any) -> Any:
        opened.extend([path] if mode == "rb" else [])
        return real(self, path, mode, **kwargs)

    monkeypatch.setattr(type(store), "_open", open_and_count)
    place = ingest.place("memory://inbox")
    settings = make_settings(database_url=database_url)
    run, state = run_order(settings, place)
    assert (state, listed(settings, run)) == ("complete", dict.fromkeys(["a.txt", "c.txt", "b.zip", "b.zip > x.txt"], "complete"))
    assert sorted(opened) == ["/inbox/a.txt", "/inbox/c.txt", "/inbox/sub/b.zip"]
    opened.clear()
    _put(store, "/inbox/a.txt", _law("Maine"), OLD + dt.timedelta(days=1))
    store.rm("/inbox/c.txt")
    _, state = run_order(settings, place)
    assert opened[:1] == ["/inbox/a.txt"]
    assert len(opened) == 1
    rows = {row["uri"]: row for row in query(settings, PLACES)}
    assert rows["memory://inbox/c.txt"]["status"] == "vanished"
    assert rows["memory://inbox/a.txt"]["previous_sha256"]
    assert rows["memory://inbox/sub/b.zip#x.txt"]["status"] == "seen"


def test_what_fell_out_of_the_spool_is_fetched_again(
    make_settings: Make, run_order: RunOrder, query: Query, listed: Any, store: Any
) -> None:
    """A spool too small for all that was found costs time and no document, also of archives in archives elsewhere."""
    # large files with few words
    pages = [b"<html><p>" + _law("Texas") + b"</p><!--" + os.urandom(200_000).hex().encode() + b"--></html>" for _ in range(4)]
    inner = _zip(**{f"n{number}_html": page for number, page in enumerate(pages)})
    _put(store, "/inbox/a.zip", _zip(inner_zip=inner))
    _put(store, "/inbox/b.txt", _law("Ohio"))
    settings = make_settings(spool_mb=2, max_file_mb=1)
    run, state = run_order(settings, ingest.place("memory://inbox"))
    assert (state, len(listed(settings, run))) == ("complete", 7)


def test_no_password_is_kept(make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path) -> None:
    """A URL's password and signature reach no row."""
    settings = make_settings()
    url = ingest.place("https://clerk:tulip-7@127.0.0.1:9999/a.pdf?sig=rose-8")
    _, state = run_order(settings, url)
    assert state == "failed"
    kept = [query(settings, f"SELECT * FROM {table}") for table in ("runs", "document_sources", "run_documents", "collections")]
    assert "127.0.0.1:9999/a.pdf" in str(kept)
    assert "inside a network" in str(kept)
    assert "tulip-7" not in str(kept)
    assert "rose-8" not in str(kept)


def test_many_files_and_odd_names(make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path) -> None:
    """Newlines, long names and bytes that are no UTF-8 end as rows, and more files than one block are all listed."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(520):
        (folder / f"{number:04}.txt").write_bytes(b"")
    for name in (b"two\nlines.txt", b"caf\xe9.txt", b"x" * 251 + b".txt"):
        (folder / os.fsdecode(name)).write_bytes(_law("Texas"))
    settings = make_settings()
    run, _ = run_order(settings, folder)
    assert query(settings, "SELECT COUNT(*) AS n FROM run_documents WHERE run_id = :run", run=run.id) == [{"n": 523}]
    assert query(settings, "SELECT COUNT(*) AS n FROM run_documents WHERE state = 'complete'") == [{"n": 3}]


def test_an_estimate_counts_what_files_hold(make_settings: Make, query: Query, tmp_path: Path) -> None:
    """The files in a file are in the estimate, and nothing is filed of them."""
    (tmp_path / "mail.eml").write_bytes(_mail(lease_txt=_law("Texas"), papers_zip=_zip(order_txt=_law("Ohio"))))
    settings = make_settings()

    async def work_out() -> Any:
        async with wiring.open_desk(settings) as desk:
            return await estimate(desk, Order((tmp_path / "mail.eml",), "contract_review", "inbox", 0))

    result = asyncio.run(work_out())
    assert (result.documents, result.unread, result.calls) == (4, [], 3)
    assert not query(settings, "SELECT * FROM attachments")
    assert not query(settings, "SELECT * FROM contents")


def test_a_full_disk_is_not_remembered(
    make_settings: Make, run_order: RunOrder, query: Query, listed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the disk had no room for is told, and the next run unpacks it again."""
    (tmp_path / "a.zip").write_bytes(_zip(a_txt=_law("Texas")))
    settings = make_settings()

    def full(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as edge:
        edge.setattr(spool, "_written", full)
        run, _ = run_order(settings, tmp_path / "a.zip")
    [reason] = [row["reason"] for row in query(settings, LISTED, run=run.id) if row["state"] == "unread"]
    assert reason.startswith("failed: cannot be kept in")
    assert reason.endswith("No space left on device")
    run, state = run_order(settings, tmp_path / "a.zip")
    assert (state, listed(settings, run)) == ("complete", dict.fromkeys(["a.zip", "a.zip > a.txt"], "complete"))


def test_the_data_folder_in_a_source(make_settings: Make, run_order: RunOrder, listed: Any, tmp_path: Path) -> None:
    """The database and what is being read are no documents of the folder that they lie in; what a person put beside them is."""
    settings = make_settings()
    (tmp_path / "a.zip").write_bytes(_zip(a_txt=_law("Texas")))
    (tmp_path / "data" / "spool" / "x").mkdir(parents=True)
    (tmp_path / "data" / "spool" / "x" / "left.txt").write_bytes(_law("Ohio"))
    (tmp_path / "data" / "note.txt").write_bytes(_law("Utah"))
    run, _ = run_order(settings, tmp_path)
    assert set(listed(settings, run)) == {"a.zip", "a.zip > a.txt", "note.txt"}


def test_a_damaged_archive_costs_its_limits_once(
    make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same archive attached to many messages is tried once in a run where it cannot be unpacked, and again in the next."""
    damaged = b"PK\x03\x04 half of it"
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.eml").write_bytes(_mail(papers_zip=damaged).replace(b"attached.", b"attached. %d" % number))
    tried: list[str] = []
    real = sandbox.call

    def call(function: str, *args: Any) -> Any:
        tried.append(function)
        return real(function, *args)

    monkeypatch.setattr(sandbox, "call", call)
    settings = make_settings(read_workers=1)
    for nth in (1, 2):
        run, _ = run_order(settings, folder)
        assert tried.count("nightclerk.ingest.archive:send") == nth
    assert sum("damaged" in row["reason"] for row in query(settings, LISTED, run=run.id)) == 5


def test_clocks_that_are_set(database_url: str, make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path) -> None:
    """A clock that was ahead the night before neither hides what is gone nor loses what is there."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_bytes(_law("Texas"))
    (folder / "b.txt").write_bytes(_law("Ohio"))
    settings = make_settings(database_url=database_url)
    run_order(settings, folder)
    with wiring.open_store(settings) as store:
        ahead = sa.update(tables.document_sources).values(last_seen_at=dt.datetime(2090, 1, 1, tzinfo=dt.UTC))
        store.write_now(lambda conn: conn.execute(ahead))
    (folder / "b.txt").unlink()
    run_order(settings, folder)
    assert {row["name"]: row["status"] for row in query(settings, PLACES)} == {"a.txt": "seen", "b.txt": "vanished"}


def test_names_that_change_places(make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path) -> None:
    """Two files that swap names have changed, another case is another name, and a copy elsewhere is not where a lost one went."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, state in zip(["a.txt", "b.txt", "case.txt", "copy.txt", "lost.txt", "f"], "TOUIIM", strict=True):
        (folder / name).write_bytes(_law(state))
    os.link(folder / "copy.txt", folder / "linked.txt")
    settings = make_settings()
    run_order(settings, folder)
    (folder / "a.txt").rename(folder / "x")
    (folder / "b.txt").rename(folder / "a.txt")
    (folder / "x").rename(folder / "b.txt")
    (folder / "case.txt").rename(folder / "Case.txt")
    (folder / "lost.txt").unlink()
    (folder / "f").unlink()
    (folder / "f").mkdir()
    (folder / "f" / "in.txt").write_bytes(_law("O"))
    run_order(settings, folder)
    rows = {Path(row["uri"]).relative_to(folder.as_uri()).as_posix(): row for row in query(settings, PLACES)}
    assert {name: row["status"] for name, row in rows.items()} == {
        **dict.fromkeys(["a.txt", "b.txt", "Case.txt", "copy.txt", "linked.txt", "f/in.txt"], "seen"),
        "case.txt": "renamed",
        "lost.txt": "vanished",
        "f": "vanished",
    }
    assert (rows["a.txt"]["previous_sha256"], rows["b.txt"]["previous_sha256"]) == (rows["b.txt"]["sha256"], rows["a.txt"]["sha256"])


def test_a_listing_that_fails_half_way(
    make_settings: Make, run_order: RunOrder, query: Query, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies in a folder of a store that cannot be listed tonight is not gone; what is missing from another one is."""
    for name in ("one/a.txt", "one/b.txt", "two/c.zip"):
        _put(store, f"/inbox/{name}", _zip(x_txt=_law("Utah")) if name.endswith("zip") else _law(name))
    settings = make_settings()
    run_order(settings, ingest.place("memory://inbox"))
    store.rm("/inbox/one/a.txt")
    real = type(store).ls

    def ls(self: Any, path: str, *args: Any, **kwargs: Any) -> Any:
        if path.endswith("two"):
            raise OSError("the connection was reset")
        return real(self, path, *args, **kwargs)

    monkeypatch.setattr(type(store), "ls", ls)
    _, state = run_order(settings, ingest.place("memory://inbox"))
    assert state == "partial"
    rows = {row["uri"].removeprefix("memory://inbox/"): row["status"] for row in query(settings, PLACES)}
    assert rows == {"one/a.txt": "vanished", "one/b.txt": "seen", "two": "unreadable", "two/c.zip": "seen", "two/c.zip#x.txt": "seen"}


def test_neighbours_in_a_streamed_archive_come_together(tmp_path: Path) -> None:
    """What fell out of the spool of a tar is not gone through anew for each file in it."""
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for number in range(5):
            entry = tarfile.TarInfo(f"{number}.txt")
            entry.size = len(_law(str(number)))
            archive.addfile(entry, io.BytesIO(_law(str(number))))
    with closing(ingest.Spool(tmp_path / "spool", 1_000_000)) as kept:
        access = ingest.Access(kept, ingest.Web(), ingest.Limits(), ingest.Options())
        tar = ingest.inspect(path)
        for number in range(5):
            digest = hashlib.sha256(_law(str(number))).hexdigest()
            with access.file(ingest.Inside(path, "a.tar", tar.sha256, tar.media_type, number), digest, f"{number}.txt") as inner:
                assert inner.read_bytes() == _law(str(number))
            if not number:
                path.unlink()


def test_an_archive_that_holds_itself(tmp_path: Path) -> None:
    """A file that is found inside of itself is named once, and not followed."""
    (tmp_path / "a.zip").write_bytes(_zip(a_txt=b"x"))

    class Mirror:
        """A memory in which every content holds itself."""

        def members(self, sha256: str, _: str) -> list[ingest.Inner]:
            return [ingest.Inner(0, "again.zip", sha256, 1, ingest.ZIP)]

    with closing(ingest.Spool(tmp_path / "spool", 1_000_000)) as kept:
        access = ingest.Access(kept, ingest.Web(), ingest.Limits(), ingest.Options())
        [found] = ingest.discover([tmp_path / "a.zip"])
        seen = Gatherer(access, Mirror()).look(found)  # type: ignore[arg-type]
    assert [(one.name, one.status) for one in seen] == [("a.zip", ""), ("a.zip > again.zip", "unsupported")]
