"""What lies among the contracts in life: a download that broke off, a photograph, a rate card in a spreadsheet."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path

from PIL import Image, ImageDraw

FIRST_DAY = (2025, 1, 6, 0, 0, 0)
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-package"
PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="{TYPES}.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{MAIN}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{MAIN}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{SHEETS}" xmlns:r="{LINKS}"><sheets><sheet name="Rates" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
RATES = (
    ("Lane", "Currency", "Rate per pallet"),
    ("Port Ellery to Sandhaven", "EUR", 41.50),
    ("Port Ellery to Nordersand", "EUR", 44.25),
    ("Sandhaven to Port Ellery", "EUR", 38.75),
)


def cut_off(whole: Path, target: Path, share: float) -> None:
    """Write the first `share` (0 to 1) of a file, as an interrupted download leaves it."""
    content = whole.read_bytes()
    target.write_bytes(content[: int(len(content) * share)])


def build_photo(target: Path) -> None:
    """Write a small picture of a dock door with pallets before it: a file without a word."""
    picture = Image.new("L", (96, 64), 190)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((28, 8, 68, 44), fill=120)
    for left in (12, 40, 68):
        draw.rectangle((left, 46, left + 18, 58), fill=70)
    # uncompressed, so that every zlib writes the same bytes
    picture.save(target, "PNG", compress_level=0)


def build_workbook(target: Path) -> None:
    """Write a small spreadsheet, a real one that a spreadsheet program opens."""
    rows = "".join(f"<row>{''.join(_cell(value) for value in row)}</row>" for row in RATES)
    sheet = f'<worksheet xmlns="{SHEETS}"><sheetData>{rows}</sheetData></worksheet>'
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
        for name, xml in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            package.writestr(zipfile.ZipInfo(name, FIRST_DAY), f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}')


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"
