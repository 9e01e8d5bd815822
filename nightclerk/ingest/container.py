"""A document that is a ZIP of XML parts (OOXML, OpenDocument): opened by hand and with care, and told by its directory if it is a bomb."""

from __future__ import annotations

import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from nightclerk.errors import SkipDocument

PART_BYTES = 64 << 20
TOTAL_BYTES = 128 << 20
# text packs 5 to 20 to one; small parts may pack better and harm nobody
BOMB_RATIO = 100
BOMB_BYTES = 16 << 20
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError, ValueError, OSError)

Element = etree._Element


class _NoFiles(etree.Resolver):
    """Refuses whatever a part refers to outside of itself: the parser would open a DTD anywhere on this machine."""

    def resolve(self, system_url: str, public_id: str, context: object = None) -> None:
        raise SkipDocument("damaged", "a part refers to a file outside of the document (DTD), which no office document may")


@cache
def _parser() -> etree.XMLParser:
    """One parser for all parts: making one costs as much as parsing a small part."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    parser.resolvers.add(_NoFiles())
    return parser


class Container:
    """The parts of one document, read when they are asked for. Names are looked up in any case and with either slash."""

    program = "the program that made it"

    def __init__(self, path: Path | BinaryIO) -> None:
        """Open the container; raises SkipDocument if it is none."""
        try:
            self._archive = zipfile.ZipFile(path)
        except DAMAGED as error:
            raise SkipDocument("damaged", f"its ZIP container cannot be opened ({error}): save it again in {self.program}") from None
        self._entries = {entry.filename.replace("\\", "/").lstrip("/").lower(): entry for entry in self._archive.infolist()}
        self._left_bytes = TOTAL_BYTES

    def __contains__(self, name: str) -> bool:
        """Whether there is a part of that name."""
        return name.lower() in self._entries

    def names(self) -> list[str]:
        """The names of all parts, in lower case."""
        return list(self._entries)

    def weigh(self, ending: str) -> None:
        """Refuse, before anybody else opens the file, parts with this ending that expand too far; raises SkipDocument `too_large`."""
        left_bytes = self._left_bytes
        for name, entry in self._entries.items():
            if name.endswith(ending):
                self._check(entry)
        self._left_bytes = left_bytes

    def data(self, name: str) -> bytes | None:
        """The bytes of a part, or None where there is no such part; raises SkipDocument, `damaged` or `too_large`."""
        entry = self._entries.get(name.lower())
        if entry is None:
            return None
        self._check(entry)
        try:
            return self._archive.read(entry)
        except DAMAGED as error:
            raise self.damaged(name, error) from None

    def xml(self, name: str) -> Element | None:
        """The root of a part, or None where there is no such part.

        Raises:
            SkipDocument: `damaged` XML, or `too_large`: it expands to more than anybody writes.
        """
        data = self.data(name)
        if data is None:
            return None
        try:
            root = etree.fromstring(data, _parser())
        except (etree.XMLSyntaxError, ValueError) as error:
            raise self.damaged(name, error) from None
        if root.getroottree().docinfo.internalDTD is not None:
            # office programs refuse such files too; reading on would leave out what the entities stand for
            raise SkipDocument("damaged", f"{name} declares XML entities, which no office document may")
        return root

    def damaged(self, name: str, error: Exception) -> SkipDocument:
        """The reason for leaving a document whose part `name` makes no sense."""
        return SkipDocument("damaged", f"{name} is damaged ({str(error)[:200]}): save it again in {self.program}")

    def _check(self, entry: zipfile.ZipInfo) -> None:
        size_bytes = entry.file_size
        self._left_bytes -= size_bytes
        bomb = size_bytes > BOMB_BYTES and size_bytes > entry.compress_size * BOMB_RATIO
        if bomb or size_bytes > PART_BYTES or self._left_bytes < 0:
            raise SkipDocument("too_large", f"{entry.filename} expands from {entry.compress_size / 1e6:.1f} to {size_bytes / 1e6:.0f} MB")
