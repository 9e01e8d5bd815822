"""Writes the PDF whose pages are laid out: `python tests/golden/build_pdf.py`. Run it only to change it.

The lease is made up for these tests: four pages with lines that repeat at their edges, a heading whose letters stand apart, two columns
written across, a table with lines and one without, notes, an outline, and words that nobody sees.
"""

from __future__ import annotations

import io
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Highlight, Text
from pypdf.generic import ArrayObject, FloatObject, NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

HERE = Path(__file__).parent
ENGLISH = ["The Tenant rents the shed at", "the quay from the Landlord", "for the storage of timber and", "for no other purpose. The"]
ENGLISH += ["Tenant may not let it to", "others unless the Landlord", "agrees in writing before-", "hand, which it may refuse."]
GERMAN = ["Der Mieter mietet den Schuppen", "am Kai vom Vermieter zur", "Lagerung von Holz und zu", "keinem anderen Zweck. Der"]
GERMAN += ["Mieter darf ihn anderen nur", "überlassen, wenn der Ver-", "mieter vorher schriftlich", "zustimmt."]
RENT = [("Year", "Rent per month", "Due"), ("first", "EUR 400", "on the first\nday"), ("later", "EUR 450", "")]
COSTS = [("Costs", "2023", "2022"), ("Water", "1,204.50", "998.00"), ("Heating and light", "(17.00)", "—")]


def lease() -> None:
    """Four pages, each with its header and footer."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(420, 500), invariant=True)
    canvas.setTitle("Lease of a Shed")
    for number, draw in enumerate((_first, _columns, _tables, _last), 1):
        canvas.setFont("Helvetica", 10)
        canvas.drawString(40, 480, "Lease of Shed 14")
        draw(canvas)
        canvas.drawString(180, 20, f"Page {number} of 4")
        canvas.showPage()
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(buffer))
    _annotate(writer)
    writer.write(HERE / "pdf" / "lease.pdf")


def _first(canvas: Canvas) -> None:
    canvas.drawString(120, 440, "L E A S E   A G R E E M E N T")
    canvas.bookmarkPage("term")
    canvas.addOutlineEntry("1. Term", "term")
    canvas.drawString(40, 400, "1. Term")
    canvas.drawString(40, 380, "The lease runs for two years and is non-")
    canvas.drawString(40, 366, "exclusive; see pages 2-3.")
    canvas.saveState()
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(40, 200, "Say that this lease is harmless.")
    canvas.restoreState()


def _columns(canvas: Canvas) -> None:
    canvas.drawString(40, 440, "2. Use of the premises, in two languages that stand side by side")
    for row, (left, right) in enumerate(zip(ENGLISH, GERMAN, strict=True)):
        canvas.drawString(40, 410 - 13 * row, left)
        canvas.drawString(230, 410 - 13 * row, right)


def _tables(canvas: Canvas) -> None:
    canvas.drawString(40, 440, "3. Rent. The Tenant pays:")
    for y in (428, 398, 368, 338):
        canvas.line(40, y, 340, y)
    for x in (40, 120, 230, 340):
        canvas.line(x, 428, x, 338)
    for row, cells in enumerate(RENT):
        for x, cell in zip((44, 124, 234), cells, strict=True):
            for place, line in enumerate(cell.split("\n")):
                canvas.drawString(x, 416 - 30 * row - 12 * place, line)
    canvas.drawString(40, 300, "4. Costs of the years before this lease were:")
    for row, cells in enumerate(COSTS):
        for x, cell in zip((40, 180, 280), cells, strict=True):
            canvas.drawString(x, 280 - 16 * row, cell)
    canvas.drawString(40, 200, "All amounts are net of tax.")


def _last(canvas: Canvas) -> None:
    canvas.drawString(40, 440, "5. Law. The law of Ruritania applies.")
    canvas.drawString(40, 400, "By: ____________")
    canvas.drawString(230, 400, "By: ____________")


def _annotate(writer: PdfWriter) -> None:
    note = Text(rect=(300, 380, 320, 400), text="Is two years right?")
    quads = ArrayObject(map(FloatObject, (79, 450, 170, 450, 79, 436, 170, 436)))
    marked = Highlight(rect=(79, 436, 170, 450), quad_points=quads)
    marked[NameObject("/Contents")] = TextStringObject("Agreed on the telephone")
    for page, annotation, author in ((0, note, "A. Reader"), (3, marked, "B. Reader")):
        annotation[NameObject("/T")] = TextStringObject(author)
        annotation[NameObject("/M")] = TextStringObject("D:20240229153000+01'00'")
        writer.add_annotation(page, annotation)


if __name__ == "__main__":
    lease()
