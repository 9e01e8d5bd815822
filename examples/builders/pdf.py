"""A text as a typeset PDF: title, headings, run-in clauses, ruled tables, numbered footers and page labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from builders.blocks import Block, blocks, markup

WIDTH = LETTER[0] - 2 * inch
FRAME_PADDING = 6  # points that reportlab leaves free on each side of a frame
NOTICE = "Specimen document. All parties, places and figures are invented."
BODY = ParagraphStyle(
    "body", fontName="Times-Roman", fontSize=11, leading=14.2, alignment=TA_JUSTIFY, spaceAfter=7, allowWidows=0, allowOrphans=0
)
SIGNATURE = ParagraphStyle("signature", BODY, alignment=0, leading=19, spaceBefore=14)
CELL = ParagraphStyle("cell", BODY, alignment=0, fontSize=9.5, leading=12, spaceAfter=0)
COVER = ParagraphStyle("cover", BODY, alignment=TA_CENTER, fontSize=13, leading=18, spaceAfter=20)
HEADINGS = (
    ParagraphStyle("title", fontName="Times-Bold", fontSize=16, leading=20, alignment=TA_CENTER, spaceAfter=14),
    ParagraphStyle(
        "article", fontName="Times-Bold", fontSize=11.5, leading=14, alignment=TA_CENTER, spaceBefore=11, spaceAfter=7, keepWithNext=1
    ),
)
RULES = TableStyle(
    [
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
    ]
)


class NumberedCanvas(Canvas):
    """A canvas that writes its footers when the number of pages is known, and labels the cover i and the rest 1, 2, 3."""

    def __init__(self, *args: Any, short_title: str, has_cover: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self._short_title, self._covers = short_title, int(has_cover)
        self._states: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Keep the page for later instead of writing it now."""
        self._states.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its footer, then the file."""
        for index, state in enumerate(self._states):
            self.__dict__.update(state)
            self._notice()
            if index >= self._covers:
                self._footer(index + 1 - self._covers, len(self._states) - self._covers)
            super().showPage()
        if self._covers:
            self.addPageLabel(0, style="ROMAN_LOWER", start=1)
            self.addPageLabel(self._covers, style="ARABIC", start=1)
        super().save()

    def _footer(self, number: int, count: int) -> None:
        self.setLineWidth(0.4)
        self.line(inch, 0.82 * inch, LETTER[0] - inch, 0.82 * inch)
        self.setFont("Times-Roman", 8.5)
        self.drawString(inch, 0.66 * inch, self._short_title)
        self.drawRightString(LETTER[0] - inch, 0.66 * inch, f"Page {number} of {count}")

    def _notice(self) -> None:
        self.setFont("Times-Italic", 7.5)
        self.drawCentredString(LETTER[0] / 2, 0.5 * inch, NOTICE)


def build_pdf(text: str, target: Path, short_title: str, *, has_cover: bool = False, password: str | None = None) -> None:
    """Typeset a Markdown text. With a cover, the first page is centred, unnumbered and labelled i; with a password, it is encrypted."""
    encryption = StandardEncryption(password, ownerPassword=f"{password}-owner", strength=128) if password else None
    template = SimpleDocTemplate(
        str(target),
        pagesize=LETTER,
        leftMargin=inch - FRAME_PADDING,
        rightMargin=inch - FRAME_PADDING,
        topMargin=inch,
        bottomMargin=1.05 * inch,
        title=short_title,
        author="Nightclerk examples",
        invariant=1,
        pageCompression=0,  # plain streams are the same bytes whatever zlib this machine has
        encrypt=encryption,
    )

    def canvas(*args: Any, **options: Any) -> NumberedCanvas:
        return NumberedCanvas(*args, short_title=short_title, has_cover=has_cover, **options)

    template.build(list(_story(text, has_cover)), canvasmaker=canvas)


def _story(text: str, on_cover: bool) -> Iterator[Flowable]:
    if on_cover:
        yield Spacer(1, 2.2 * inch)
    for block in blocks(text):
        if block.kind == "break":
            on_cover = False
            yield PageBreak()
        elif block.kind == "table":
            yield from (_table(block), Spacer(1, 9))
        elif block.kind == "heading":
            yield Paragraph(markup(block.content), HEADINGS[block.level - 1])
        else:
            yield _paragraph(block, on_cover)


def _paragraph(block: Block, on_cover: bool) -> Flowable:
    html = markup(block.content)
    if on_cover:
        return Paragraph(html, COVER)
    if "____" in html:
        return KeepTogether(Paragraph(html, SIGNATURE))
    if "<br" in html:
        return Paragraph(html, ParagraphStyle("lines", BODY, alignment=TA_CENTER))
    return Paragraph(html, ParagraphStyle("clause", BODY, leftIndent=22 * block.level, keepWithNext=int(html.endswith(":"))))


def _table(block: Block) -> Table:
    bold = ParagraphStyle("head", CELL, fontName="Times-Bold")
    rows = [[Paragraph(markup(cell), CELL if index else bold) for cell in row] for index, row in enumerate(block.rows)]
    lengths = [max(len(markup(cell)) for cell in column) for column in zip(*block.rows, strict=True)]
    shares = [max(length, 17) for length in lengths]
    return Table(rows, colWidths=[WIDTH * share / sum(shares) for share in shares], style=RULES, hAlign="LEFT")
