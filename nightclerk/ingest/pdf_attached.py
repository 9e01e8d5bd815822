"""The files embedded in a PDF: attached to it, pinned to its pages, collected in a portfolio. Runs in the reading process.

Every one of them hangs on a file specification with an `/EF` entry (ISO 32000-1, 7.11.3), so a file without that name in its bytes or
in its object streams holds none, and pypdf, which is slow, is not asked.
"""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2 as pdfium
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from nightclerk.errors import SkipDocument
from nightclerk.ingest import outlet
from nightclerk.ingest.members import Member, below, too_large
from nightclerk.ingest.pdf_file import FAILURES


def _name(name: str) -> bytes:
    """The pattern of a name, each letter of which may be written as its hexadecimal code."""
    return b"/" + b"".join(rb"(?:%c|#%02x|#%02X)" % (letter, letter, letter) for letter in name.encode()) + rb"(?![A-Za-z0-9#])"


# in an encrypted file object streams cannot be looked into
HOLDS = re.compile(_name("EF") + b"|" + _name("Encrypt"))
PACKED = re.compile(_name("ObjStm"))
STREAM = re.compile(rb"stream\r?\n")
DEFLATED = re.compile(rb"/FlateDecode|/Fl\b")
STEP_BYTES, MOST_PACKED_BYTES = 1 << 16, 64 << 20
MOST_DEPTH = 50
KEYS = ("/UF", "/F", "/DOS", "/Mac", "/Unix")


def members(path: Path, *, passwords: Sequence[str] = (), most_file_bytes: int, most_bytes: int) -> Iterator[Member]:
    """The files in a PDF, each once, in the order of the list of attachments and then of the pages.

    Raises:
        SkipDocument: `encrypted` or `damaged`, it cannot be opened; reading it says so, too.
    """
    if not may_hold(path):
        return
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not any(reader.decrypt(password) for password in ["", *passwords]):
            raise SkipDocument("encrypted", "it needs a password")
        seen: set[object] = set()
        found = [_member(specification, seen, most_file_bytes) for specification in _specifications(reader)]
    except FAILURES:
        found = [*_by_pdfium(path, passwords)]
    yield from filter(None, found)


def may_hold(path: Path) -> bool:
    """Whether a PDF may hold files; False is certain."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return bool(HOLDS.search(content)) or any(_packed_may_hold(content, found.end()) for found in PACKED.finditer(content))


def _packed_may_hold(content: mmap.mmap, position: int) -> bool:
    """Whether the object stream whose dictionary names its type at this position may."""
    begin = STREAM.search(content, position)
    said = content[max(0, position - 500) : begin.start()] if begin else b""
    if not begin or not DEFLATED.search(said) or b"/Predictor" in said:
        return True
    try:
        plain = _inflated(content, begin.end())
    except zlib.error:
        return True
    return plain is None or bool(HOLDS.search(plain))


def _inflated(content: mmap.mmap, position: int) -> bytes | None:
    """The deflated bytes that begin at a position; None where they do not end or grow too large."""
    inflater = zlib.decompressobj()
    plain = bytearray()
    while not inflater.eof and position < len(content) and len(plain) < MOST_PACKED_BYTES:
        plain += inflater.decompress(content[position : position + STEP_BYTES], MOST_PACKED_BYTES)
        position += STEP_BYTES
    return bytes(plain) if inflater.eof else None


def _specifications(reader: pypdf.PdfReader) -> Iterator[Any]:
    """Everything that may be a file specification, where a PDF may hang one."""
    root = reader.root_object
    names = root.get("/Names")
    names = names.get_object() if names is not None else None
    if isinstance(names, DictionaryObject):
        yield from _leaves(names.get("/EmbeddedFiles"), MOST_DEPTH, set())
    yield from _listed(root.get("/AF"))
    for page in reader.pages:
        yield from _listed(page.get("/AF"))
        for annotation in _listed(page.get("/Annots")):
            if isinstance(annotation, DictionaryObject):
                yield annotation.get("/FS")


def _leaves(node: Any, depth: int, seen: set[int]) -> Iterator[Any]:
    """The values of a name tree; `seen` ends one that bites its tail."""
    node = node.get_object() if node is not None else None
    if not isinstance(node, DictionaryObject) or not depth or id(node) in seen:
        return
    seen.add(id(node))
    yield from _listed(node.get("/Names"))[1::2]
    for kid in _listed(node.get("/Kids"), resolve=False):
        yield from _leaves(kid, depth - 1, seen)


def _listed(value: Any, *, resolve: bool = True) -> list[Any]:
    value = value.get_object() if value is not None else None
    if not isinstance(value, ArrayObject):
        return []
    return [entry.get_object() if resolve else entry for entry in value]


def _member(specification: Any, seen: set[object], most_file_bytes: int) -> Member | None:
    specification = specification.get_object() if specification is not None else None
    if not isinstance(specification, DictionaryObject):
        return None
    held = specification.get("/EF")
    held = held.get_object() if held is not None else None
    if not isinstance(held, DictionaryObject):
        return None
    found = [(held.raw_get(key), held[key]) for key in KEYS if key in held]
    if not found:
        return None
    reference, stream = found[0]
    place = (getattr(reference, "idnum", None), getattr(reference, "generation", None)) if hasattr(reference, "idnum") else id(stream)
    if place in seen:
        return None
    seen.add(place)
    name = below(next((str(specification[key]) for key in KEYS if specification.get(key)), ""))
    if not isinstance(stream, StreamObject):
        return Member(name, None, "damaged", "the PDF names it and does not hold it")
    return Member(name, partial(_content, stream.get_data, most_file_bytes))


def _by_pdfium(path: Path, passwords: Sequence[str]) -> Iterator[Member]:
    """The list of attachments alone, of a PDF that pypdf cannot follow."""
    for password in ["", *passwords]:
        try:
            document = pdfium.PdfDocument(path, password=password)
        except pdfium.PdfiumError:
            continue
        for index in range(document.count_attachments()):
            attachment = document.get_attachment(index)
            yield Member(attachment.get_name(), partial(_content, attachment.get_data, None))
        return
    raise SkipDocument("damaged", "no reader can open it")


def _content(data: Callable[[], Any], most_bytes: int | None) -> Iterator[bytes]:
    try:
        content = bytes(data())
    except (*FAILURES, pdfium.PdfiumError) as error:
        raise SkipDocument("damaged", f"the PDF holds it damaged ({type(error).__name__}: {str(error)[:200]})") from None
    if most_bytes is not None and len(content) > most_bytes:
        raise too_large(len(content), most_bytes)
    yield content


send = partial(outlet.send, members)
