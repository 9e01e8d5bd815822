"""The parts of an OOXML package and how they refer to each other, since every library refuses or overlooks what real files hold.

python-docx knows the names and the core properties; its own package refuses .docm, strict files and a missing picture.
A missing picture, a macro's content type or strict namespaces do not matter here.
"""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import BinaryIO

from docx.oxml.ns import nsmap

from nightclerk.errors import SkipDocument
from nightclerk.ingest.container import Container, Element

__all__ = ["Element", "Package", "R", "W"]

W, R = f"{{{nsmap['w']}}}", f"{{{nsmap['r']}}}"
# ISO 29500 strict files say the same words under other names
STRICT_NAMES = b"http://purl.oclc.org/ooxml/"
STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)
# links are no part of a document, and subdocuments are missing ones
NAMED_ELSEWHERE = frozenset(["hyperlink", "subDocument"])


class Package(Container):
    """The parts of one DOCX or XLSX, parsed when they are asked for."""

    program = "Word"

    def __init__(self, path: Path | BinaryIO) -> None:
        """Open the container; raises SkipDocument if it is none."""
        super().__init__(path)
        self._relations: dict[str, dict[str, tuple[str, str]]] = {}
        self.unread: list[str] = []

    def part(self, name: str) -> Element | None:
        """The root of a part that a document can be read without; one that is damaged is remembered as `unread`."""
        try:
            return self.xml(name) if name and name not in self.unread else None
        except SkipDocument as skip:
            if skip.status != "damaged":
                raise
            self.unread.append(name)
            return None

    def document(self, usual: str = "word/document.xml") -> str:
        """The name of the main part; raises SkipDocument where there is none."""
        named = [target for kind, target in self.relations("").values() if kind == "officeDocument"]
        for name in [*named, usual]:
            if name in self:
                return name
        raise SkipDocument("damaged", "there is no document in its container")

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """{id: (kind, target part)} of what a part refers to inside the package."""
        if part not in self._relations:
            self._relations[part] = self._read_relations(part)
        return self._relations[part]

    def external(self, part: str) -> dict[str, str]:
        """{id: address} of what a part refers to outside of the package; nothing of it is ever fetched."""
        root = self.xml(_relations_of(part))
        listed = root if root is not None else ()
        return {relation.get("Id", ""): relation.get("Target", "") for relation in listed if relation.get("TargetMode") == "External"}

    def outside(self) -> list[str]:
        """`kind address` of what any part refers to outside of the package but for links that a reader may follow and subdocuments."""
        found: dict[str, None] = {}
        for name in self.names():
            root = self.part(name) if name.endswith(".rels") and self._may_lead_out(name) else None
            for relation in root if root is not None else ():
                kind = relation.get("Type", "").rpartition("/")[2]
                if relation.get("TargetMode") == "External" and kind not in NAMED_ELSEWHERE:
                    found[f"{kind} {relation.get('Target', '')}"] = None
        return list(found)

    def _may_lead_out(self, name: str) -> bool:
        """Whether relations may have a mode: most name only parts, and parsing them all again takes longer than the words of a letter."""
        try:
            data = self.data(name) or b""
        except SkipDocument:
            return True
        # the name of an attribute cannot be written in another way, but for wide characters
        return b"TargetMode" in data or b"\0" in data[:64]

    def _read_relations(self, part: str) -> dict[str, tuple[str, str]]:
        folder = posixpath.dirname(part)
        root = self.xml(_relations_of(part))
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
                return self.part(target)
        return None

    def data(self, name: str) -> bytes | None:
        """The bytes of a part under the transitional names of its namespaces."""
        data = super().data(name)
        if data is not None and STRICT_NAMES in data:
            for strict, transitional in STRICT:
                data = data.replace(strict, transitional)
        return data


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
