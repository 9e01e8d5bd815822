"""Writes the golden documents of office programs and mail: `python tests/golden/build_office.py`. Run it only to change them.

The documents are made up for these tests; each holds what its reader has to get right. The Word 97 document needs LibreOffice.
"""
# ruff: noqa: E501 - lines of documents stay whole

from __future__ import annotations

import base64
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
sys.dont_write_bytecode = True

from office_fixtures import cell, open_document, outlook, row, xls, xlsb, xlsx  # noqa: E402 - its folder has just been named

GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def workbooks() -> None:
    """Formats of numbers, a date, an error, a formula nobody has computed, empty rows and columns, a hidden sheet, an empty one."""
    rates = (
        row(cell("RATE CARD", at="B2"), number=2)
        + row(
            cell("Lane", at="B4"),
            cell("Rate", at="D4"),
            cell("Discount", at="E4"),
            cell("From", at="F4"),
            cell("Result", at="G4"),
            number=4,
        )
        + row(
            cell("North &amp; East", at="B5"),
            cell(1250.5, at="D5", style=1),
            cell(0.125, at="E5", style=2),
            cell(45292, at="F5", style=3),
            cell(-1234, at="G5", style=4),
            number=5,
        )
        + row(
            cell("South", at="B6"),
            cell(990, at="D6", style=1),
            cell(0.05, at="E6", style=2),
            cell(45292.75, at="F6", style=3),
            cell("#REF!", at="G6", kind="e"),
            number=6,
        )
        + row(cell("Total", at="B7"), cell(None, at="D7", formula="SUM(D5:D6)"), cell(1, at="E7", kind="b"), number=7)
    )
    old = row(cell("Retired\nlanes"), cell(12))
    formats = ["[$€-407] #,##0.00", "0.0%", "yyyy\\-mm\\-dd", "#,##0;[Red](#,##0)"]
    (HERE / "xlsx" / "rates.xlsx").write_bytes(xlsx({"Rates": rates, "Old": old, "Empty": ""}, formats=formats, hidden=["Old"]))
    table = [["Lane", "Rate", "Discount"], ["Überseehafen", 41.5, 0.125], ["Kai", 1e6, -3.0]]
    (HERE / "xls" / "rates.xls").write_bytes(xls("Raten", table))
    (HERE / "xls" / "rates.xlsb").write_bytes(xlsb("Raten", table))


def spreadsheet() -> None:
    """What cells show, cells and rows that are repeated to the end of the sheet, a group of rows, a hidden sheet."""

    def shown(text: str, extra: str = "") -> str:
        return f"<table:table-cell{extra}><text:p>{text}</text:p></table:table-cell>"

    nothing = '<table:table-cell table:number-columns-repeated="16380"/>'
    body = (
        '<table:table table:name="Fees"><table:table-header-rows><table:table-row>'
        + shown("Service")
        + shown("Fee")
        + nothing
        + "</table:table-row></table:table-header-rows>"
        '<table:table-row-group><table:table-row table:number-rows-repeated="2">'
        + shown("Storage", ' table:number-columns-spanned="2"')
        + "<table:covered-table-cell/>"
        + shown('<text:span>12.5%</text:span><text:s text:c="3"/>net')
        + "</table:table-row></table:table-row-group>"
        '<table:table-row table:number-rows-repeated="1048570">' + nothing + "</table:table-row></table:table>"
        '<table:table table:name="Internal" table:style-name="ta2"><table:table-row>'
        + shown("Margin<office:annotation><text:p>a remark</text:p></office:annotation>")
        + shown("30%", ' table:number-columns-repeated="2"')
        + "</table:table-row></table:table>"
    )
    automatic = '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    (HERE / "ods" / "fees.ods").write_bytes(open_document("spreadsheet", body, automatic=automatic))


LISTS = (
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="a" style:num-prefix="(" style:num-suffix=")"/>'
    '<text:list-level-style-number text:level="2" style:num-format="i" style:num-suffix="." text:start-value="2"/></text:list-style>'
    '<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>'
)
OUTLINE = (
    '<text:outline-style style:name="Outline"><text:outline-level-style text:level="1" style:num-format="1" style:num-suffix="."/>'
    '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>'
)


def text_document() -> None:
    """Numbers of headings and lists, changes, a note, a table, a text box, hidden words, a page break, a footer."""

    def item(text: str, inner: str = "") -> str:
        return f"<text:list-item><text:p>{text}</text:p>{inner}</text:list-item>"

    inner = "<text:list>" + item("once;") + item("twice.") + "</text:list>"
    body = (
        '<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info><dc:creator>A</dc:creator><dc:date>2024-01-01T00:00:00</dc:date></office:change-info><text:p>never agreed</text:p></text:deletion></text:changed-region><text:changed-region text:id="c2"><text:insertion><office:change-info><dc:creator>A</dc:creator><dc:date>2024-01-01T00:00:00</dc:date></office:change-info></text:insertion></text:changed-region></text:tracked-changes>'
        "<text:p>SUPPLY\n   AGREEMENT</text:p>"
        '<text:h text:outline-level="1">Definitions</text:h><text:h text:outline-level="2">Goods<text:change text:change-id="c1"/><text:change-start text:change-id="c2"/> and spares<text:change-end text:change-id="c2"/></text:h>'
        '<text:h text:outline-level="1">Delivery</text:h><text:h text:outline-level="2">Terms</text:h>'
        '<text:p>The Supplier<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>Net of tax.</text:p></text:note-body></text:note> delivers:</text:p>'
        '<text:list xml:id="list1" text:style-name="L1">'
        + item("daily:", inner)
        + item("weekly.")
        + "</text:list><text:p>In between.</text:p>"
        '<text:list text:continue-list="list1" text:style-name="L1">'
        + item("monthly.")
        + '</text:list><text:list text:style-name="L2">'
        + item("with care")
        + "</text:list>"
        '<table:table><table:table-column table:number-columns-repeated="2"/><table:table-row><table:table-cell><text:p>Goods</text:p></table:table-cell><table:table-cell><text:p>Price</text:p><text:p>per unit</text:p></table:table-cell></table:table-row></table:table>'
        '<text:p>Seen <text:span text:style-name="T9">unseen</text:span>end<text:tab/>tab<text:line-break/>line<draw:frame><draw:text-box><text:p>Boxed notice</text:p></draw:text-box></draw:frame></text:p>'
        '<text:p text:style-name="P9">SCHEDULE A</text:p><text:section><text:p>Chisels</text:p></text:section>'
    )
    automatic = (
        LISTS
        + '<style:style style:name="T9" style:family="text"><style:text-properties text:display="none"/></style:style><style:style style:name="P9" style:family="paragraph"><style:paragraph-properties fo:break-before="page"/></style:style>'
    )
    styles = f"<office:styles>{OUTLINE}</office:styles><office:master-styles><style:master-page><style:footer><text:p>Confidential</text:p></style:footer></style:master-page></office:master-styles>"
    (HERE / "odt" / "supply.odt").write_bytes(open_document("text", body, automatic=automatic, styles=styles))


RTF = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fswiss\fcharset204 Arial Cyr;}}{\info{\title Ein Vertrag \'fcber \'d6l}}
{\*\generator Fixture;}{\header\pard Draft {\field{\*\fldinst PAGE}{\fldrslt 3}}\par}{\headerf\pard Draft {\field{\*\fldinst PAGE}{\fldrslt 3}}\par}
\pard\plain\f0 SUPPLY AGREEMENT\par
{\listtext\pard\plain 1.\tab}Definitions. \ldblquote Goods\rdblquote  are goods{\footnote\pard\plain {\super\chftn} Net of tax \'84now\'93.}{\deleted\revauthdel1  and nothing}{\revised\revauth1  and spares}.\par
{\pntext\f0 2.\tab}Delivery {\v hidden words}is prompt, see {\field{\*\fldinst{HYPERLINK "http://example.com/x"}}{\fldrslt Section 1}}.{\deleted\par}{ It is free.}\par
\trowd\cellx1000\cellx2000\pard\intbl Goods\cell Price | net\cell\row\trowd\cellx1000\cellx2000\pard\intbl {\f1 \'cf\'f0\'e8\'ec\'e5\'f0}\cell\u8364 ?\~5,00\cell\row
\pard {\pict\pngblip\bin4 {}}}}{\shp{\*\shpinst{\sp{\sn x}{\sv y}}{\shptxt\pard Boxed notice\par}}}Signed \u-10179 ?\u-8704 ?\page
SCHEDULE A\par Chisels\par}
"""
EML = """Received: from mail.example by relay.example; Mon, 4 Mar 2024 09:00:00 +0100
From: =?utf-8?q?J=C3=BCrgen_Keel?= <keel@harbour.example>
To: "Tallow, Ida" <ida@tallow.example>, legal@tallow.example
Cc: board@harbour.example
Date: Mon, 4 Mar 2024 09:00:00 +0100
Subject: =?utf-8?b?QW5nZWJvdCDigJMgTGFnZXI=?= and
 amendment
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/related; boundary="related"

--related
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

We accept clause 7.2 for EUR=A05,000.
The term is two years=
 from today.

J=FCrgen Keel
--inner
Content-Type: text/html; charset=utf-8

<p>We accept clause 7.2.</p><img src="cid:logo@keel">
--inner--
--related
Content-Type: image/gif; name="logo.gif"
Content-ID: <logo@keel>
Content-Transfer-Encoding: base64

{gif}
--related--
--outer
Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
Content-Disposition: attachment; filename*=utf-8''Preise%20%E2%82%AC.xlsx
Content-Transfer-Encoding: base64

UEsDBA==
--outer
Content-Type: message/rfc822

From: Ida Tallow <ida@tallow.example>
Subject: Our offer
Content-Type: text/html; charset=utf-8

<html><body><p>We offer <b>two years</b>.</p></body></html>
--outer
Content-Type: application/pkcs7-signature; name="smime.p7s"
Content-Transfer-Encoding: base64

MAA=
--outer--
"""


def mail() -> None:
    """Encoded headers, plain words preferred to HTML, a logo that is no gap, an attachment that is one, a message in the message."""
    (HERE / "mail" / "offer.eml").write_bytes(EML.replace("{gif}", base64.b64encode(GIF).decode()).replace("\n", "\r\n").encode())
    html = "<html><body><p>Wir kündigen zum <b>31. März</b>.</p><img src='cid:logo'></body></html>".encode("cp1252")
    headers = "From: =?utf-8?q?J=C3=BCrgen_Keel?= <keel@harbour.example>\r\nTo: ida@tallow.example\r\nDate: Mon, 4 Mar 2024 09:00:00 +0100\r\n\r\n"
    logo: dict[int, str | bytes] = {0x3707: "logo.gif", 0x370E: "image/gif", 0x3712: "logo", 0x3701: GIF}
    contract: dict[int, str | bytes] = {
        0x3704: "CONTRA~1.PDF",
        0x3707: "contract final.pdf",
        0x370E: "application/pdf",
        0x3701: b"%PDF-1.4",
    }
    (HERE / "mail" / "notice.msg").write_bytes(
        outlook({0x001A: "IPM.Note", 0x0037: "Kündigung", 0x007D: headers, 0x0E03: "Board", 0x1013: html}, [logo, contract])
    )


def word_97() -> None:
    """The text document as LibreOffice saves it for Word 97; left alone where there is no LibreOffice."""
    import subprocess

    program = shutil.which("soffice")
    if program:
        subprocess.run([program, "--headless", "--convert-to", "doc", "--outdir", HERE / "doc", HERE / "odt" / "supply.odt"], check=True)


def main() -> None:
    """Write every document anew."""
    for folder in ("xlsx", "xls", "ods", "odt", "rtf", "mail", "doc"):
        (HERE / folder).mkdir(exist_ok=True)
    workbooks()
    spreadsheet()
    text_document()
    (HERE / "rtf" / "supply.rtf").write_bytes(RTF)
    mail()
    word_97()


if __name__ == "__main__":
    main()
