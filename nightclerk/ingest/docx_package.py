"""The parts of a DOCX: opened by hand and with care, since every library refuses or overlooks what real files hold.

python-docx knows the names and the core properties; its own package refuses .docm, strict files and a missing picture.
A missing picture, a macro's content type or strict namespaces do not matter here; a bomb does, and is told by its directory.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from pathlib import Path

from docx.oxml.ns import nsmap
from lxml import etree

from nightclerk.errors import SkipDocument

W, R = f"{{{nsmap['w']}}}", f"{{{nsmap['r']}}}"
# ISO 29500 strict files say the same words under other names
STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
)
PART_BYTES = 64 << 20
TOTAL_BYTES = 128 << 20
# text packs 5 to 20 to one; small parts may pack better and harm nobody
BOMB_RATIO = 100
BOMB_BYTES = 16 << 20
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError, ValueError)

Element = etree._Element


class Package:
    """The parts of one DOCX, parsed when they are asked for."""

    def __init__(self, path: Path) -> None:
        """Open the container; raises SkipDocument if it is none."""
        try:
            self._archive = zipfile.ZipFile(path)
        except DAMAGED as error:
            raise SkipDocument("damaged", f"its ZIP container cannot be opened ({error}): save it again in Word") from None
        self._entries = {entry.filename.replace("\\", "/").lstrip("/").lower(): entry for entry in self._archive.infolist()}
        self._left_bytes = TOTAL_BYTES

    def document(self) -> str:
        """The name of the main part; raises SkipDocument where there is none."""
        named = [target for kind, target in self.relations("").values() if kind == "officeDocument"]
        for name in [*named, "word/document.xml"]:
            if name.lower() in self._entries:
                return name
        raise SkipDocument("damaged", "there is no document in its container")

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """{id: (kind, target part)} of what a part refers to inside the package."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for relation in root if root is not None else ():
            if relation.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "").replace("\\", "/"))).lstrip("/")
                found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], target)
        return found

    def related(self, part: str, kind: str) -> Element | None:
        """The first part of a kind (numbering, styles, footnotes) that a part refers to."""
        for other, target in self.relations(part).values():
            if other == kind:
                return self.xml(target)
        return None

    def xml(self, name: str) -> Element | None:
        """The root of a part, or None where there is no such part.

        Raises:
            SkipDocument: `damaged` XML, or `too_large`: it expands to more than anybody writes.
        """
        entry = self._entries.get(name.lower())
        if entry is None:
            return None
        self._check(entry)
        try:
            data = self._archive.read(entry)
            for strict, transitional in STRICT:
                data = data.replace(strict, transitional)
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
            root = etree.fromstring(data, parser)
        except (*DAMAGED, etree.XMLSyntaxError) as error:
            raise SkipDocument("damaged", f"{name} is damaged ({str(error)[:200]}): save it again in Word") from None
        if root.getroottree().docinfo.internalDTD is not None:
            # Word refuses such files too; reading on would leave out what the entities stand for
            raise SkipDocument("damaged", f"{name} declares XML entities, which no Word document may")
        return root

    def _check(self, entry: zipfile.ZipInfo) -> None:
        size_bytes = entry.file_size
        self._left_bytes -= size_bytes
        bomb = size_bytes > BOMB_BYTES and size_bytes > entry.compress_size * BOMB_RATIO
        if bomb or size_bytes > PART_BYTES or self._left_bytes < 0:
            raise SkipDocument("too_large", f"{entry.filename} expands from {entry.compress_size / 1e6:.1f} to {size_bytes / 1e6:.0f} MB")
