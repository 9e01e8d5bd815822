"""Word documents made by hand for tests: parts and relations from raw XML. The same calls make the same bytes."""
# ruff: noqa: E501 - XML stays on the line it is thought on

from __future__ import annotations

import re
from collections.abc import Mapping

from office_fixtures import LINKS, RELATIONS, TYPES, package

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MICROSOFT = "http://schemas.microsoft.com/office/word"
NAMESPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "w": MAIN,
        "r": LINKS,
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
        "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "w14": f"{MICROSOFT}/2010/wordml",
        "w15": f"{MICROSOFT}/2012/wordml",
        "w16cid": f"{MICROSOFT}/2016/wordml/cid",
        "w16cex": f"{MICROSOFT}/2018/wordml/cex",
        "w16du": f"{MICROSOFT}/2023/wordml/word16du",
    }.items()
)
# who: Ann inserts and Bob deletes, each at one time
BY_ANN = 'w:id="1" w:author="Ann" w:date="2024-05-01T10:00:00Z"'
BY_BOB = 'w:id="2" w:author="Bob" w:date="2024-05-02T11:30:00Z"'
EMPTY_PART = re.compile(r"^\s*<(\w+:)?\w+")


def word(body: str, *, parts: Mapping[str, str | bytes] = {}, targets: Mapping[str, str] = {}, strict: bool = False) -> bytes:
    """A DOCX of a body, {part below word/: its XML or bytes}, {relation id: part, or an address outside}.

    A part that says nothing of namespaces gets all of them; what kind a relation is follows from the name of the part.
    """
    relations = "".join(
        f'<Relationship Id="{key}" Type="{LINKS}/{_kind(target)}" Target="{target}"{" TargetMode=" + chr(34) + "External" + chr(34) if ":" in target else ""}/>'
        for key, target in targets.items()
    )
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {NAMESPACES}>{body if '<w:body>' in body else f'<w:body>{body}</w:body>'}</w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>',
        **{f"word/{name}": _part(content) for name, content in parts.items()},
    }
    if strict:
        files = {name: _strict(content) if isinstance(content, str) else content for name, content in files.items()}
    return package(files)


def p(*runs: str, properties: str = "") -> str:
    """A paragraph; plain words among the runs become runs."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(one if one.startswith('<') else r(one) for one in runs)}</w:p>"


def r(text: str, properties: str = "") -> str:
    """A run."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def inserted(text: str, by: str = BY_ANN) -> str:
    """A tracked insertion in a paragraph."""
    return f"<w:ins {by}>{r(text)}</w:ins>"


def deleted(text: str, by: str = BY_BOB) -> str:
    """A tracked deletion in a paragraph."""
    return f'<w:del {by}><w:r><w:delText xml:space="preserve">{text}</w:delText></w:r></w:del>'


def table(*rows: str) -> str:
    """A table of rows."""
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def tr(*cells: str, properties: str = "") -> str:
    """A row of cells; what is no cell yet becomes one."""
    return (
        f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(one if one.startswith(('<w:tc>', '<w:sdt>')) else tc(one) for one in cells)}</w:tr>"
    )


def tc(content: str, properties: str = "") -> str:
    """A cell of blocks or of words."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<') else p(content)}</w:tc>"


def numbers(*levels: str, more: str = "") -> str:
    """A numbering part with one list, 1, of these levels; each is `text`, or `format:text`."""
    listed = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form or "decimal"}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (form, _, text) in enumerate(level.rpartition(":") for level in levels)
    )
    return f'<w:numbering><w:abstractNum w:abstractNumId="0">{listed}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{more}</w:numbering>'


def numbered(depth: int = 0, more: str = "", number: int = 1) -> str:
    """The properties that put a paragraph into a list."""
    return f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/>{more}</w:numPr>'


def _part(content: str | bytes) -> str | bytes:
    if isinstance(content, bytes):
        return content
    return EMPTY_PART.sub(lambda match: f"{match[0]} {NAMESPACES}", content, count=1) if "xmlns" not in content else content


def _kind(target: str) -> str:
    name = target.rpartition("/")[2].partition(".")[0].rstrip("0123456789")
    return {"afchunk": "aFChunk", "data": "diagramData", "sub": "subDocument"}.get(name, name)


def _strict(content: str) -> str:
    return content.replace(MAIN, "http://purl.oclc.org/ooxml/wordprocessingml/main").replace(
        "http://schemas.openxmlformats.org/officeDocument/2006/", "http://purl.oclc.org/ooxml/officeDocument/"
    )
