"""Writes the documents of the golden pairs: `python tests/golden/build_fixtures.py`. Run it only to change them.

The documents are made up for these tests; each holds what its reader has to get right, in as few words as will do.
"""
# ruff: noqa: E501 - lines of documents stay whole

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

HERE = Path(__file__).parent
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf() -> None:
    """Five pages: a contract with a broken word, a form field, a scanned page, a blank one, and the end with its own page label."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(400, 500), invariant=True)
    canvas.setTitle("Supply Agreement")
    _lines(
        canvas,
        [
            "SUPPLY AGREEMENT",
            "ARTICLE I",
            "DEFINITIONS",
            "1.1 Products. The goods listed in Schedule 1.",
            "1.2 Term. Three years from the Effective Date.",
        ],
    )
    canvas.showPage()
    _lines(
        canvas,
        [
            "ARTICLE II",
            "SUPPLY",
            "2.1 Delivery. The Supplier delivers within thirty days of the",
            "order, as set out in",
            "Section 1.2 of this Agreement.",
            "(a) at its own cost; and",
            "(b) to the Buyer's warehouse.",
        ],
    )
    canvas.acroForm.textfield(name="buyer", value="Harbour Tools GmbH", x=40, y=200, width=200, height=20)
    canvas.showPage()
    canvas.drawImage(ImageReader(_scan()), 0, 0, 400, 500)
    canvas.showPage()
    canvas.showPage()
    _lines(canvas, ["IN WITNESS WHEREOF, the parties have signed.", "Schedule 1", "Chisels"])
    canvas.showPage()
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(buffer))
    writer.set_page_label(0, 3, style="/D")
    writer.set_page_label(4, 4, style="/D", prefix="S-", start=1)
    writer.write(HERE / "pdf" / "supply.pdf")


def _lines(canvas: Canvas, lines: list[str]) -> None:
    for place, line in enumerate(lines):
        canvas.drawString(40, 450 - 16 * place, line)


def _scan() -> io.BytesIO:
    """A grey picture with dark bars: what a scanner makes of a page."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (200, 250), 235)
    draw = ImageDraw.Draw(image)
    for row in range(20, 230, 12):
        draw.rectangle((20, row, 180, row + 4), fill=40)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    buffer.seek(0)
    return buffer


NUMBERING = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:pStyle w:val="Heading1"/><w:lvlText w:val="ARTICLE %1"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading2"/><w:isLgl/><w:lvlText w:val="Section %1.%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/><w:suff w:val="space"/><w:lvlText w:val="(%4)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:start w:val="5"/><w:numFmt w:val="decimalZero"/><w:lvlText w:val="%1)"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"""
STYLES = f"""<w:styles {W}>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"/>
<w:style w:type="paragraph" w:styleId="Heading1"><w:basedOn w:val="Normal"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading2"><w:basedOn w:val="Heading1"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Clause"><w:basedOn w:val="Heading2"/></w:style>
</w:styles>"""


def _p(text: str, *, style: str = "", number: tuple[int, int] | None = None, runs: str = "") -> str:
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number:
        properties += f'<w:numPr><w:ilvl w:val="{number[1]}"/><w:numId w:val="{number[0]}"/></w:numPr>'
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r>{runs}</w:p>'


def _r(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def docx() -> None:
    """Numbers from styles and lists, changes, wrappers, a table whose span nobody may expand, notes, boxes, hidden text, breaks."""
    box = "<w:txbxContent>" + _p("Boxed notice") + "</w:txbxContent>"
    body = "".join(
        [
            _p("LICENCE AGREEMENT"),
            _p("Definitions", style="Heading1"),
            _p(
                "Licensed Works",
                style="Heading2",
                runs='<w:ins w:id="1">'
                + _r(" and updates")
                + '</w:ins><w:del w:id="2"><w:r><w:delText> and nothing</w:delText></w:r></w:del>',
            ),
            _p("Grant", style="Heading1"),
            _p("Scope.", style="Heading2", runs=_r(" See ") + '<w:hyperlink r:id="rId9">' + _r("Section 1.1") + "</w:hyperlink>" + _r(".")),
            _p("use;", number=(1, 2)),
            _p("copy:", number=(1, 2)),
            _p("once;", number=(1, 3)),
            _p("twice.", number=(1, 3)),
            _p("resell.", number=(1, 2)),
            _p("Unnumbered words between.", number=(0, 0)),
            _p("Fees.", style="Clause", runs='<w:r><w:footnoteReference w:id="2"/></w:r>'),
            _p("fifth", number=(2, 0)),
            _p("sixth", number=(2, 0)),
            _p("first again", number=(3, 0)),
            "<w:sdt><w:sdtPr/><w:sdtContent>" + _p("In a content control") + "</w:sdtContent></w:sdt>",
            '<w:p><w:moveFrom w:id="3"><w:r><w:t>moved away</w:t></w:r></w:moveFrom><w:moveTo w:id="4">'
            + _r("moved here")
            + "</w:moveTo></w:p>",
            '<w:p><w:pPr><w:rPr><w:del w:id="5"/></w:rPr></w:pPr>' + _r("one paragraph ") + "</w:p>" + _p("after its break was deleted"),
            f'<w:p><w:r><mc:AlternateContent {MC}><mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>',
            '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="200000000"/></w:tcPr>'
            + _p("Territory")
            + "</w:tc><w:tc>"
            + _p("France")
            + _p("Spain")
            + "</w:tc></w:tr>"
            "<w:tr><w:tc>" + _p("Fee") + "</w:tc><w:tc>" + _p("EUR\u00a01,000") + "</w:tc></w:tr></w:tbl>",
            _p(
                "Seen ",
                runs="<w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r>"
                '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:noBreakHyphen/><w:t>end</w:t></w:r>',
            ),
            '<w:p><w:r><w:br w:type="page"/></w:r></w:p>',
            _p("SCHEDULE A"),
            _p("Works"),
            '<w:sectPr><w:footerReference w:type="default" r:id="rId4"/></w:sectPr>',
        ]
    )
    notes = f'<w:footnotes {W}><w:footnote w:id="2">{_p("Net of tax.")}</w:footnote></w:footnotes>'
    _package(
        HERE / "docx" / "licence.docx",
        {
            "word/document.xml": f"<w:document {W} {R}><w:body>{body}</w:body></w:document>",
            "word/numbering.xml": NUMBERING,
            "word/styles.xml": STYLES,
            "word/footnotes.xml": notes,
            "word/footer1.xml": f"<w:ftr {W}>{_p('Confidential')}</w:ftr>",
        },
        {"rId1": "numbering", "rId2": "styles", "rId3": "footnotes", "rId4": "footer"},
        {"rId1": "numbering.xml", "rId2": "styles.xml", "rId3": "footnotes.xml", "rId4": "footer1.xml"},
    )


def _package(path: Path, parts: dict[str, str], kinds: dict[str, str], targets: dict[str, str]) -> None:
    relations = "".join(f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{targets[key]}"/>' for key, kind in kinds.items())
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>',
        **parts,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)


HTML = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>Form 10-Q</title><style>p {color: red}</style></head><body>
<div style="display:none"><ix:header><ix:hidden>0000123456</ix:hidden></ix:header></div>
<p>FORM 10-Q</p><p>TABLE OF CONTENTS</p>
<table><tr><td>PART I</td><td></td><td></td></tr><tr><td>Item 1.</td><td>Financial Statements</td><td>3</td></tr>
<tr><td>Item 2.</td><td>Management’s Discussion</td><td>9</td></tr><tr><td>PART II</td><td></td><td></td></tr>
<tr><td>Item 1.</td><td>Legal Proceedings</td><td>20</td></tr><tr><td>Item 1A.</td><td>Risk Factors</td><td>21</td></tr></table>
<hr style="page-break-after:always"/>
<p>PART I.&#160;&#160;FINANCIAL INFORMATION</p><p>Item 1.&#160;Financial Statements</p>
<table><tr><td>Revenue</td><td>&#160;</td><td>$</td><td>1,204</td><td></td></tr><tr><td>Loss</td><td></td><td>$</td><td>(17</td><td>)</td></tr></table>
<p>Item 2. Management’s Discussion</p><p>As described in Item 1 of Part I, revenue<!-- a comment --> rose by <ix:nonFraction>12</ix:nonFraction>%.</p>
<ol type="a"><li>volume</li><li>price</li></ol>
<p>PART II. OTHER INFORMATION</p><p>Item 1. Legal Proceedings</p><p hidden="hidden">never shown</p><p>None<sup>(1)</sup>.<br/>See below.</p>
<p>Item 1A. Risk Factors</p><p>Competition &amp; weather.</p>
<p>SIGNATURES</p><p>Pursuant to the requirements</p></body></html>
"""
ANNUAL = """<SEC-DOCUMENT>
<DOCUMENT>
<TYPE>10-K
<SEQUENCE>1
<TEXT>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>Annual report</title>
<style>.clauses {list-style-type: lower-alpha} .gone {display: none} @media print {p {display: none}}</style></head><body>
<div style="display:none"><ix:header><ix:hidden><ix:nonNumeric name="dei:AmendmentFlag" contextRef="c1">false</ix:nonNumeric></ix:hidden>
<ix:resources><xbrli:context id="c1"><xbrli:entity><xbrli:identifier scheme="x">0000123456</xbrli:identifier></xbrli:entity><xbrli:period>
<xbrli:startDate>2023-01-01</xbrli:startDate><xbrli:endDate>2023-12-31</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit></ix:resources></ix:header></div>
<h2>Item 6. Results</h2><p>(In thousands, except per share data)</p>
<table><tr><td></td><td colspan="6">Year ended December 31,</td></tr>
<tr><td></td><td colspan="3">2023</td><td colspan="3">2022</td></tr>
<tr><td>Sales:</td><td colspan="6"></td></tr>
<tr><td>Products</td><td>$</td><td><ix:nonFraction name="us-gaap:Revenues" contextRef="c1" unitRef="usd" scale="3" decimals="-3">1,204</ix:nonFraction></td><td></td><td>$</td><td>998</td><td></td></tr>
<tr><td rowspan="2">Loss</td><td></td><td>(<ix:nonFraction name="us-gaap:ProfitLoss" contextRef="c1" unitRef="usd" scale="3" sign="-">17</ix:nonFraction></td><td>)</td><td></td><td>&#8212;</td><td></td></tr>
<tr><td></td><td>(2</td><td>)%</td><td></td><td>1</td><td>%</td></tr></table>
<table><tr><td>&#8226;</td><td>a list laid out as a table</td></tr></table>
<table><tr><td><p>The first column of a page that is laid out as a table.</p><p>It has two paragraphs, and some more words to make it long enough for one.</p></td>
<td><p>The second column.</p><table><tr><td>Rent</td><td>5%</td></tr></table></td></tr></table>
<ol class="clauses"><li>first<ol type="i" reversed="reversed"><li>inner</li><li>last</li></ol></li><li value="4">fourth</li></ol>
<p class="gone">Words that nobody sees.</p></body></html>
</TEXT>
</DOCUMENT>
<DOCUMENT>
<TYPE>EX-10.2
<FILENAME>lease.txt
<TEXT>
LEASE

1. Rent.  As follows:

<TABLE>
<CAPTION>
                 MONTHLY RENT (IN DOLLARS)
                 1997         1998
<S>              <C>          <C>
Office           $ 1,000      $ 1,050
Credit              (50)          --
</TABLE>
</TEXT>
</DOCUMENT>
<DOCUMENT>
<TYPE>GRAPHIC
<FILENAME>logo.jpg
<TEXT>
begin 644 logo.jpg
M_]C_X  02D9)1@
end
</TEXT>
</DOCUMENT>
</SEC-DOCUMENT>
"""
TEXT = (
    "SERVICE CONTRACT\r\n\r\nWHEREAS the Customer needs services;\r\n\r\n1. Services.  The Provider serves.\r\n\r\n1.1 Standard.  As is usual:\r\n\r\n"
    "(a) daily; and\r\n\r\n(b) weekly.\r\n\r\n2. Term.  One year, as in\r\nSection 9 of another contract.\r\n\f3. Law.\u00a0 The law of Ruritania.\t\u201cQuoted\u201d\r\n\r\n"
    "IN WITNESS WHEREOF the parties sign.\r\n\r\nEXHIBIT A\r\n\r\nRates\x00 and prices\r\n"
)
RENT = """Rent Schedule

<TABLE>
<CAPTION>
                       Year Ended June 30,
                 -----------------------------
                 1997         1998
                 ----         ----
<S>              <C>          <C>
Office           $ 1,000      $ 1,050
Credit              (50)          --
</TABLE>
<PAGE>   2
The rent is due on the first day of each month.
"""
FEES = "# Fees\n\nAll amounts in thousands.\n\n| Service | 2024 | 2023 |\n|---|--:|--:|\n| Storage | $5 | (4) |\n| Note | later | |\n\n## Terms\n\nThirty days.\n"
MARKDOWN = "# Gesetz\n\n## Abschnitt 1 - Anfang\n\n### § 1 Zweck\n\n(1) Der Zweck nach § 2 gilt.\n\n(1a) Er gilt auch sonst.\n\n### § 1a Sitz\n\nDer Sitz.\n\n## Abschnitt 2\n\n### § 2 Ende\n\nSchluss.\n"


def main() -> None:
    """Write every document anew; those of office programs and mail are in `build_office`, one with tracked changes in `build_word`."""
    pdf()
    docx()
    (HERE / "html" / "quarter.html").write_text(HTML, encoding="utf-8")
    (HERE / "html" / "annual.html").write_text(ANNUAL, encoding="utf-8")
    (HERE / "text" / "service.txt").write_bytes(TEXT.encode())
    (HERE / "text" / "rent.txt").write_text(RENT, encoding="utf-8")
    (HERE / "text" / "fees.md").write_text(FEES, encoding="utf-8")
    (HERE / "text" / "gesetz.md").write_text(MARKDOWN, encoding="utf-8")


if __name__ == "__main__":
    main()
