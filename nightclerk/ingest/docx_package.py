"""The parts of an OOXML package and how they refer to each other, since every library refuses or overlooks what real files hold.

python-docx knows the names and the core properties; its own package refuses .docm, strict files and a missing picture.
A missing picture, a macro's content type or strict namespaces do not matter here.
"""

from __future__ import annotations

import posixpath

from docx.oxml.ns import nsmap

from nightclerk.errors import SkipDocument
from nightclerk.ingest.container import Container, Element

__all__ = ["Element", "Package", "R", "W"]

W, R = f"{{{nsmap['w']}}}", f"{{{nsmap['r']}}}"
# ISO 29500 strict files say the same words under other names
STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
)


class Package(Container):
    """The parts of one DOCX or XLSX, parsed when they are asked for."""

    program = "Word"

    def document(self, usual: str = "word/document.xml") -> str:
        """The name of the main part; raises SkipDocument where there is none."""
        named = [target for kind, target in self.relations("").values() if kind == "officeDocument"]
        for name in [*named, usual]:
            if name in self:
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

    def data(self, name: str) -> bytes | None:
        """The bytes of a part under the transitional names of its namespaces."""
        data = super().data(name)
        if data is not None:
            for strict, transitional in STRICT:
                data = data.replace(strict, transitional)
        return data
