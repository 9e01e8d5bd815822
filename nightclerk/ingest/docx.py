"""DOCX: a walk over the XML that leaves nothing out and puts in what Word would print, in one of three views.

The accepted view is the text with insertions and moves in and deletions out; the original view is the text before all of them; the
marked-up view holds both, with signs around them. Automatic numbers stand before their paragraphs. A table row is one line, its cells
divided by ` | `. Notes, headers and footers follow the body. Pages are Word's own last rendering where the file keeps it, else the breaks
that somebody typed, else there is one. Changes and comments stand beside the text, with who made them and when.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from docx.opc.coreprops import CoreProperties
from docx.oxml.coreprops import CT_CoreProperties
from docx.oxml.parser import parse_xml
from lxml import etree

from nightclerk.errors import SkipDocument
from nightclerk.ingest.docx_package import Package, W
from nightclerk.ingest.docx_walk import Walker
from nightclerk.ingest.manuscript import Change, counted, scanned
from nightclerk.ingest.reading import Reading

# a table in a cell takes thirteen
MOST_CALLS = 4_000
# files elsewhere that a document names: its template, pictures, data to merge
MOST_OUTSIDE, MOST_CHARACTERS = 50, 500
OUTSIDE = Change("note", lead="outside of the file, not fetched: ")


def read(path: Path, *, view: str = "accepted") -> Reading:
    """Read a DOCX; raises SkipDocument where its container or its main part is damaged or expands too far.

    Args:
        path: the file.
        view: `accepted`, `original` or `marked_up`.
    """
    package = Package(path)
    with _depth(MOST_CALLS):
        walker = _walked(package, view, inner=False)
        for address in package.outside()[:MOST_OUTSIDE]:
            walker.script.beside(OUTSIDE, address[:MOST_CHARACTERS])
    return scanned(walker.script.finish(_title(package), _gaps(walker, package)), walker.drawings.pictures)


@contextlib.contextmanager
def _depth(calls: int) -> Iterator[None]:
    """Allow calls to nest as deeply as tables in tables take; a file that wants more is told so."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, calls))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _walked(package: Package, view: str, *, inner: bool) -> Walker:
    main = package.document()
    root = package.xml(main)
    assert root is not None
    rendered = next(root.iter(f"{W}lastRenderedPageBreak"), None) is not None

    def nested(content: io.BytesIO) -> tuple[str, list[str]]:
        inside = Package(content)
        walker = _walked(inside, view, inner=True)
        return "\n".join(page.text for page in walker.script.finish("", []).pages), _gaps(walker, inside)

    walker = Walker(package, main, view, rendered=rendered, nested=None if inner else nested)
    walker.drawings.page(next(root.iter(f"{W}sectPr"), None))
    walker.notes.load(package, main, walker.begin)
    walker.begin(root, main)
    # a file with two bodies is against the schema, and real
    for body in root.iterfind(f"{W}body"):
        walker.story(body)
    walker.notes.write(walker.enter)
    walker.notes.furniture(package, main, walker.sections, walker.begin)
    walker.comments.write(package, main, walker.story, walker.begin)
    return walker


def _gaps(walker: Walker, package: Package) -> list[str]:
    """What is in the file and not in the text."""
    found = []
    if walker.hidden_characters:
        found.append(f"{walker.hidden_characters} characters of hidden text were left out")
    if walker.fields.computed:
        found.append(f"{counted(walker.fields.computed, 'number')} left out that Word counts when it prints (LISTNUM, AUTONUM)")
    if walker.fields.equations:
        found.append(f"{counted(walker.fields.equations, 'equation')} not read that is typed as a field (EQ)")
    found += [f"{part} is damaged and was not read" for part in package.unread]
    return found + walker.chunks.gaps() + walker.drawings.gaps()


def _title(package: Package) -> str:
    """The title among the core properties; they are parsed with python-docx's classes, which know their types."""
    try:
        root = next((package.xml(target) for kind, target in package.relations("").values() if kind == "core-properties"), None)
    except SkipDocument:
        return ""  # a document is worth reading without its title
    core = parse_xml(etree.tostring(root)) if root is not None else None
    return CoreProperties(core).title if isinstance(core, CT_CoreProperties) else ""
