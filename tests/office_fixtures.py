"""Office documents made by hand for tests: workbooks (XLSX, XLSB, XLS), OpenDocument, Outlook messages. The same calls make the same bytes."""
# ruff: noqa: E501 - XML stays on the line it is thought on

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

from compound_file import Tree, compound_file

SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = " ".join(
    f'xmlns:{name}="{OPEN_DOCUMENT}:{part}:1.0"' for name, part in (("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing"), ("fo", "xsl-fo-compatible"), ("manifest", "manifest"))
) + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip


def package(parts: Mapping[str, str | bytes], *, stored: Sequence[str] = ()) -> bytes:
    """A ZIP of parts, without the time of day in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def xlsx(
    sheets: Mapping[str, str], *, formats: Sequence[str] = (), hidden: Sequence[str] = (), extra: Mapping[str, str | bytes] = {}
) -> bytes:
    """A workbook of {name: the XML inside sheetData}; cell style n has the n-th format, from 1 on."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{place}" r:id="rId{place}"{" state=" + chr(34) + "hidden" + chr(34) if name in hidden else ""}/>'
        for place, name in enumerate(sheets, 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{place}" Type="{LINKS}/worksheet" Target="worksheets/sheet{place}.xml"/>'
        for place in range(1, len(sheets) + 1)
    )
    codes = "".join(f'<numFmt numFmtId="{200 + place}" formatCode="{code}"/>' for place, code in enumerate(formats))
    styles = '<xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{200 + place}" applyNumberFormat="1"/>' for place in range(len(formats)))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{LINKS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{targets}<Relationship Id="rId99" Type="{LINKS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{SHEETS}"><numFmts>{codes}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>',
    }
    for place, rows in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{place}.xml"] = f'<worksheet xmlns="{SHEETS}"><sheetData>{rows}</sheetData></worksheet>'
    return package({**parts, **extra})


def row(*cells: str, number: int | None = None) -> str:
    """One row of cells."""
    return f"<row{f' r={chr(34)}{number}{chr(34)}' if number else ''}>{''.join(cells)}</row>"


def cell(value: str | float | None, *, at: str = "", style: int = 0, kind: str = "", formula: str = "") -> str:
    """One cell: words, a number, or nothing but its formula."""
    place = (f' r="{at}"' if at else "") + (f' s="{style}"' if style else "")
    inside = f"<f>{formula}</f>" if formula else ""
    if isinstance(value, str) and not kind:
        return f'<c{place} t="inlineStr">{inside}<is><t>{value}</t></is></c>'
    return f"<c{place}{f' t={chr(34)}{kind}{chr(34)}' if kind else ''}>{inside}{f'<v>{value}</v>' if value is not None else ''}</c>"


def xlsb(name: str, rows: Sequence[Sequence[str | float]]) -> bytes:
    """A workbook in the binary parts of [MS-XLSB], with one sheet."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return (bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])) + bytes([len(data)]) + data

    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    def filled(column: int, value: str | float) -> bytes:
        place = struct.pack("<II", column, 0)
        return record(6, place + wide(value)) if isinstance(value, str) else record(5, place + struct.pack("<d", value))

    lines = b"".join(
        record(0, struct.pack("<IIHBBBI", place, 0, 300, 0, 0, 0, 0)) + b"".join(filled(column, value) for column, value in enumerate(line))
        for place, line in enumerate(rows)
    )
    corners = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    book = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide(name)) + record(144) + record(132)
    return package(
        {
            "[Content_Types].xml": TYPES,
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
            "xl/worksheets/sheet1.bin": record(129) + record(148, corners) + record(145) + lines + record(146) + record(130),
        }
    )


def xls(name: str, rows: Sequence[Sequence[str | float]], *, more: bytes = b"") -> bytes:
    """A workbook in the records of [MS-XLS] (BIFF8), with one sheet."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def filled(line: int, column: int, value: str | float) -> bytes:
        place = struct.pack("<HHH", line, column, 0)
        if isinstance(value, str):
            return record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
        return record(0x0203, place + struct.pack("<d", value))

    end = record(0x000A, b"")
    cells = b"".join(filled(line, column, value) for line, values in enumerate(rows) for column, value in enumerate(values))
    corners = record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + corners + cells + end
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)) + record(0x0042, struct.pack("<H", 1200)) + more
    bound = struct.pack("<BBBB", 0, 0, len(name), 1) + name.encode("utf-16-le")
    place = len(start) + 4 + 4 + len(bound) + len(end)
    return compound_file({"Workbook": start + record(0x0085, struct.pack("<I", place) + bound) + end + sheet})


def open_document(kind: str, body: str, *, automatic: str = "", styles: str = "", manifest: str = "") -> bytes:
    """An OpenDocument file of a kind (`text`, `spreadsheet`), from the XML of its body and styles."""
    media_type = f"application/vnd.oasis.opendocument.{kind}"
    listed = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in ("content.xml", "styles.xml", "meta.xml")
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return package(
        {
            "mimetype": media_type,
            "content.xml": f"{head}<office:document-content {NAMESPACES} office:version='1.2'><office:automatic-styles>{automatic}</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
            "styles.xml": f"{head}<office:document-styles {NAMESPACES} office:version='1.2'>{styles}</office:document-styles>",
            "META-INF/manifest.xml": f"{head}<manifest:manifest {NAMESPACES} manifest:version='1.2'><manifest:file-entry manifest:full-path='/' manifest:media-type='{media_type}'/>{listed}{manifest}</manifest:manifest>",
            "meta.xml": f"{head}<office:document-meta {NAMESPACES}><office:meta><dc:title>Fixture</dc:title></office:meta></office:document-meta>",
        },
        stored=["mimetype"],
    )


def outlook(
    properties: Mapping[int, str | bytes], attachments: Sequence[Mapping[int, str | bytes]] = (), inside: Tree | None = None
) -> bytes:
    """An Outlook message ([MS-OXMSG]) of {property id: text or bytes}; recipients are left to its display names.

    `inside` is a message attached to it, made by `outlook_tree`.
    """
    return compound_file(outlook_tree(properties, attachments, inside=inside))


def outlook_tree(
    properties: Mapping[int, str | bytes],
    attachments: Sequence[Mapping[int, str | bytes]] = (),
    *,
    inside: Tree | None = None,
    inner: bool = False,
) -> dict[str, bytes | Tree]:
    """The storages and streams of an Outlook message; the header of an inner one is shorter."""
    count = len(attachments) + (inside is not None)
    tree = _storage(properties, struct.pack("<8xIIII", 0, count, 0, count) + bytes(0 if inner else 8))
    for place, attachment in enumerate(attachments):
        tree[f"__attach_version1.0_#{place:08X}"] = _storage(attachment, bytes(8))
    if inside is not None:
        tree[f"__attach_version1.0_#{len(attachments):08X}"] = _storage({0x3001: "message"}, bytes(8)) | {"__substg1.0_3701000D": inside}
    return tree


def _storage(properties: Mapping[int, str | bytes], header: bytes) -> dict[str, bytes | Tree]:
    tree: dict[str, bytes | Tree] = {}
    for key, value in properties.items():
        kind = 0x001F if isinstance(value, str) else 0x0102
        content = value.encode("utf-16-le") if isinstance(value, str) else value
        header += struct.pack("<HHIII", kind, key, 6, len(content) + 2 * isinstance(value, str), 0)
        tree[f"__substg1.0_{key:04X}{kind:04X}"] = content
    tree["__properties_version1.0"] = header
    return tree


def changed_region(key: str, kind: str, author: str, content: str = "") -> str:
    """One tracked change of an OpenDocument text; `content` is what was deleted."""
    info = f"<office:change-info><dc:creator>{author}</dc:creator><dc:date>2024-05-01T10:00:00</dc:date></office:change-info>"
    return f'<text:changed-region text:id="{key}"><text:{kind}>{info}{content}</text:{kind}></text:changed-region>'
