"""A text as HTML: a plain page from a word processor, or a filing as EDGAR shows it, with split number cells and inline XBRL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from markdown_it.token import Token

from builders.blocks import MARKDOWN, Block, blocks, markup, plain

AMOUNT = re.compile(r"(?P<currency>\$)?\s*(?P<open>\()?(?P<number>[\d,.]+|—)\)?")
YEARS = ("2025", "2024")
# rows whose figures are tagged; each of these concepts is negative where the filing shows brackets
CONCEPTS = {
    "Total revenue": "us-gaap:Revenues",
    "Goodwill impairment": "us-gaap:GoodwillImpairmentLoss",
    "Total operating expenses": "us-gaap:CostsAndExpenses",
    "Operating income (loss)": "us-gaap:OperatingIncomeLoss",
    "Net income (loss)": "us-gaap:NetIncomeLoss",
    "Net cash provided by operating activities": "us-gaap:NetCashProvidedByUsedInOperatingActivities",
}

PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font-family: Georgia, serif; font-size: 11pt; line-height: 1.45; max-width: 42em; margin: 3em auto; }}
h1 {{ text-align: center; font-size: 18pt; }} h2 {{ font-size: 12pt; margin-top: 1.8em; }}
hr + p {{ font-size: 8pt; color: #555; text-align: center; }}
</style>
</head>
<body>
{body}</body>
</html>
"""

FILING = """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en-US" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" \
xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" xmlns:xbrli="http://www.xbrl.org/2003/instance" \
xmlns:us-gaap="http://fasb.org/us-gaap/2025" xmlns:dei="http://xbrl.sec.gov/dei/2025" xmlns:iso4217="http://www.xbrl.org/2003/iso4217">
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" /><title>{title}</title></head>
<body style="font-family:'Times New Roman',serif;font-size:10pt;max-width:54em;margin:2em auto">
<div style="display:none"><ix:header><ix:hidden>
<ix:nonNumeric name="dei:DocumentType" contextRef="y2025">10-K</ix:nonNumeric>
<ix:nonNumeric name="dei:AmendmentFlag" contextRef="y2025">false</ix:nonNumeric>
<ix:nonNumeric name="dei:EntityCentralIndexKey" contextRef="y2025">0000000000</ix:nonNumeric>
</ix:hidden><ix:resources>
{contexts}
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
</ix:resources></ix:header></div>
{body}
</body>
</html>
"""

CONTEXT = """<xbrli:context id="y{year}"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">0000000000</xbrli:identifier></xbrli:entity>\
<xbrli:period><xbrli:startDate>{year}-01-01</xbrli:startDate><xbrli:endDate>{year}-12-31</xbrli:endDate></xbrli:period></xbrli:context>"""


def build_page(text: str, target: Path, *, language: str) -> None:
    """Write a text as one plain HTML page."""
    title = next(plain(block.content) for block in blocks(text))
    page = PAGE.format(language=language, title=escape(title), body=MARKDOWN.render(text))
    target.write_text(page, encoding="utf-8", newline="\n")


def build_filing(text: str, target: Path, *, title: str) -> None:
    """Write a text as a filing: styled divisions instead of headings, a number below each page, tagged figures, a hidden header."""
    contexts = "\n".join(CONTEXT.format(year=year) for year in YEARS)
    filing = FILING.format(title=escape(title), contexts=contexts, body="\n".join(_body(text)))
    target.write_text(filing, encoding="utf-8", newline="\n")


def _body(text: str) -> Iterator[str]:
    number = 1
    for block in blocks(text):
        if block.kind == "break":
            yield _page_end(number) + '<hr style="page-break-after:always" />'
            number += 1
        elif block.kind == "table":
            yield _table(block)
        elif block.kind == "heading":
            yield _heading(block)
        else:
            align = "text-align:center;" if number == 1 else ""
            yield f'<p style="{align}margin:0 0 9pt">{markup(block.content)}</p>'
    yield _page_end(number)


def _page_end(number: int) -> str:
    return f'<div style="text-align:center;margin-top:18pt;font-size:8pt">{number}</div>'


def _heading(block: Block) -> str:
    size = (16, 13, 11, 10)[block.level - 1]
    align = "center" if block.level <= 2 else "left"
    return (
        f'<div style="font-size:{size}pt;font-weight:bold;text-align:{align};margin:14pt 0 8pt"><span>{markup(block.content)}</span></div>'
    )


def _table(block: Block) -> str:
    figures = any(_amount(cell) for row in block.rows for cell in row[1:])
    rows = [_row(row, block.rows[0], figures=figures) for row in block.rows if any(row)]
    return '<table style="border-collapse:collapse;font-size:10pt;width:100%;margin-bottom:12pt">\n' + "\n".join(rows) + "\n</table>"


def _row(row: tuple[tuple[Token, ...], ...], header: tuple[tuple[Token, ...], ...], *, figures: bool) -> str:
    label = plain(row[0])
    rule = "border-top:1px solid black;" if any(token.type == "strong_open" for token in row[0]) else ""
    style = f'style="{rule}vertical-align:bottom;padding:2pt 0"'
    cells = [f"<td {style}>{markup(row[0])}</td>"]
    for cell, column in zip(row[1:], header[1:], strict=True):
        if figures and row is header:
            cells.append(f'<td colspan="3" style="text-align:right;font-weight:bold;border-bottom:1px solid black">{markup(cell)}</td>')
        elif figures:
            cells.append(_figure(cell, label, plain(column), style))
        else:
            cells.append(f"<td {style}>{markup(cell)}</td>")
    if not figures:
        cells[0] = cells[0].replace("padding:2pt 0", "padding:2pt 12pt 2pt 0")
    return f"<tr>{''.join(cells)}</tr>"


def _figure(cell: tuple[Token, ...], label: str, column: str, style: str) -> str:
    """Three cells, as EDGAR sets a figure: the currency, the number with its opening bracket, the closing bracket."""
    amount = _amount(cell)
    if amount is None:
        return f'<td colspan="3" {style}>{markup(cell)}</td>'
    bracket = amount["open"] or ""
    number = _tagged(amount["number"], label, column, negative=bool(bracket))
    right = style.replace("vertical", "text-align:right;vertical")
    currency, close = amount["currency"] or "", ")" if bracket else ""
    return f'<td {right} width="3%">{currency}</td><td {right} width="11%">{bracket}{number}</td><td {style} width="2%">{close}</td>'


def _tagged(number: str, label: str, column: str, *, negative: bool) -> str:
    if label not in CONCEPTS or column not in YEARS or number == "—":
        return number
    sign = ' sign="-"' if negative else ""
    scale = 'unitRef="usd" scale="3" decimals="-3" format="ixt:num-dot-decimal"'
    return f'<ix:nonFraction name="{CONCEPTS[label]}" contextRef="y{column}" {scale}{sign}>{number}</ix:nonFraction>'


def _amount(cell: tuple[Token, ...]) -> re.Match[str] | None:
    return AMOUNT.fullmatch(plain(cell).strip())
