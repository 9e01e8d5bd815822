"""A text as a Word document: real styles, automatic multi-level numbering, tracked changes, a footer with page fields."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Inches, Pt, RGBColor
from docx.text.paragraph import Paragraph
from markdown_it.token import Token

from builders.blocks import Block, blocks, plain

WRITTEN = datetime(2023, 11, 6)  # noqa: DTZ001 - the format's own field has no zone; fixed, so that the same text makes the same file
NUMBERING_ID = 77
TESTIMONIUM = "IN WITNESS"  # the closing words, which are no clause any more
CHANGE = re.compile(r"(\[-.+?-\]|\{\+.+?\+\})")
# level, number format, text, left indent and hanging indent in twentieths of a point
LEVELS = ((0, "decimal", "%1.", 432, 432), (1, "decimal", "%1.%2", 432, 432), (2, "lowerLetter", "(%3)", 936, 504))


def build_docx(text: str, target: Path, *, numbered: bool = False) -> None:
    """Write a Word document. With `numbered`, headings, paragraphs under them and quotes are levels 1., 1.1 and (a) of one list.

    `[-words-]` becomes a tracked deletion and `{+words+}` a tracked insertion.
    """
    document = Document()
    _page_setup(document)
    if numbered:
        _define_numbering(document)
    in_list = False
    for block in blocks(text):
        in_list = in_list or (numbered and block.kind == "heading" and block.level == 2)
        if plain(block.content).startswith(TESTIMONIUM):
            in_list = False
        _add(document, block, in_list)
    document.core_properties.title = next(plain(block.content) for block in blocks(text))
    document.core_properties.author = "Nightclerk examples"
    document.core_properties.created = document.core_properties.modified = WRITTEN
    buffer = BytesIO()
    document.save(buffer)
    _fix_times(buffer, target)


def _add(document: WordDocument, block: Block, in_list: bool) -> None:
    if block.kind == "table":
        _add_table(document, block)
        return
    if block.kind == "heading":
        paragraph = document.add_paragraph(style="Title" if block.level == 1 else "Heading 1")
        level = 0
    else:
        paragraph = document.add_paragraph()
        level = block.level + 1
        paragraph.paragraph_format.left_indent = None if in_list else Pt(22 * block.level)
        signature = "____" in plain(block.content)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if signature else WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.paragraph_format.keep_together = signature
        paragraph.paragraph_format.keep_with_next = plain(block.content).endswith(":") or plain(block.content).startswith(TESTIMONIUM)
        paragraph.paragraph_format.space_before = Pt(14) if signature else None
    if in_list and paragraph.style is not None and paragraph.style.name != "Title":
        _number(paragraph, level)
    _add_runs(paragraph, block.content)


def _add_runs(paragraph: Paragraph, content: tuple[Token, ...]) -> None:
    bold = italic = False
    for token in content:
        bold = {"strong_open": True, "strong_close": False}.get(token.type, bold)
        italic = {"em_open": True, "em_close": False}.get(token.type, italic)
        if token.type in {"hardbreak", "text"}:
            for part in CHANGE.split("\n" if token.type == "hardbreak" else token.content):
                _add_part(paragraph, part, bold, italic)


def _add_part(paragraph: Paragraph, part: str, bold: bool, italic: bool) -> None:
    if not part:
        return
    changed = CHANGE.fullmatch(part)
    run = paragraph.add_run(part[2:-2] if changed else part)
    run.bold, run.italic = bold or None, italic or None
    if not changed:
        return
    change = OxmlElement("w:del" if part.startswith("[-") else "w:ins")
    count = len(paragraph.part.element.xpath("//w:ins | //w:del"))
    change.set(qn("w:id"), str(900 + count))
    change.set(qn("w:author"), "Counsel for Tallowmere")
    change.set(qn("w:date"), "2023-11-02T10:15:00Z")
    if part.startswith("[-"):
        run._r.find(qn("w:t")).tag = qn("w:delText")
    run._r.addprevious(change)
    change.append(run._r)


def _add_table(document: WordDocument, block: Block) -> None:
    table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
    for index, row in enumerate(block.rows):
        for cell, content in zip(table.add_row().cells, row, strict=True):
            cell.text = plain(content)
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
            for run in cell.paragraphs[0].runs:
                run.bold = index == 0 or None
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _define_numbering(document: WordDocument) -> None:
    """Add one multi-level list to the numbering part; an abstract list has to stand before every concrete one."""
    numbering = document.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{NUMBERING_ID}"><w:multiLevelType w:val="multilevel"/>'
        + "".join(_level(*level) for level in LEVELS)
        + "</w:abstractNum>"
    )
    numbering.find(qn("w:num")).addprevious(abstract)
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{NUMBERING_ID}"><w:abstractNumId w:val="{NUMBERING_ID}"/></w:num>'))


def _level(level: int, number_format: str, text: str, left: int, hanging: int) -> str:
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{number_format}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{left}" w:hanging="{hanging}"/></w:pPr></w:lvl>'
    )


def _number(paragraph: Paragraph, level: int) -> None:
    numbering = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    numbering.get_or_add_ilvl().val = level
    numbering.get_or_add_numId().val = NUMBERING_ID


def _page_setup(document: WordDocument) -> None:
    page = document.sections[0]
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Inches(1)
    document.styles["Footer"].font.size = Pt(8.5)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(11)
    normal.paragraph_format.space_after = Pt(7)
    for name, size in (("Title", 16), ("Heading 1", 11.5)):
        style = document.styles[name]
        style.font.size, style.font.bold, style.font.color.rgb = Pt(size), True, RGBColor(0, 0, 0)
        style.element.rPr.rFonts.attrib.clear()
        style.font.name = "Times New Roman"
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(12), Pt(5)
    title = document.styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for border in title.element.pPr.findall(qn("w:pBdr")):
        title.element.pPr.remove(border)
    footer = page.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in _footer_parts():
        footer._p.append(part)


def _footer_parts() -> Iterator[object]:
    yield parse_xml(f'<w:r {nsdecls("w")}><w:t xml:space="preserve">Specimen document, all parties are invented. Page </w:t></w:r>')
    yield parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>')


def _fix_times(buffer: BytesIO, target: Path) -> None:
    """Write the package again with one date for every part; python-docx stamps them with the clock."""
    with zipfile.ZipFile(buffer) as package, zipfile.ZipFile(target, "w") as fixed:
        for name in package.namelist():
            fixed.writestr(zipfile.ZipInfo(name, WRITTEN.timetuple()[:6]), package.read(name), zipfile.ZIP_DEFLATED)
