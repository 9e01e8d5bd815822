"""Submissions to EDGAR: several documents in one file, each in a wrapper of SGML, some of them pictures or data spelled as letters."""

from __future__ import annotations

import re

from nightclerk.ingest.html_rows import LINE

DOCUMENT = re.compile(r"<DOCUMENT>(.*?)(?=<DOCUMENT>|</SEC-DOCUMENT>|\Z)", re.DOTALL | re.IGNORECASE)
WRAPPER = re.compile(r"<TYPE>\s*([^\r\n<]{1,40})", re.IGNORECASE)
FILE_NAME = re.compile(r"<FILENAME>\s*([^\r\n<]{1,200})", re.IGNORECASE)
BODY = re.compile(r"<TEXT>(.*)\Z", re.DOTALL | re.IGNORECASE)
ENCODED = re.compile(r"\s*(?:<PDF>\s*)?begin \d{3,4} \S", re.IGNORECASE)
DATA = frozenset(["GRAPHIC", "ZIP", "EXCEL", "XML", "JSON", "COVER"])
EXHIBIT = re.compile(r"EX-(\d{1,3}(?:\.\d{1,3})?[A-Z]?)", re.IGNORECASE)
TAGGED = re.compile(r"<(?:p|div|td|br|body|html|font)\b", re.IGNORECASE)


def unpacked(source: str) -> tuple[str, list[str]]:
    """(the source with data and pictures left out and its exhibits headed, what was left out)."""
    start = source.find("<DOCUMENT>")
    if start < 0:
        return source, []
    gaps: list[str] = []
    documents = [_document(match[1], gaps) for match in DOCUMENT.finditer(source, start)]
    return source[:start] + "".join(documents), gaps


def _document(inside: str, gaps: list[str]) -> str:
    """One document: without what is no text, with lines kept where it has no tags, and with the exhibit that it is as a heading."""
    kind, name = WRAPPER.search(inside[:2000]), FILE_NAME.search(inside[:2000])
    body = BODY.search(inside)
    exhibit = EXHIBIT.match(kind[1].strip()) if kind else None
    if body and (ENCODED.match(body[1][:200]) or (kind and kind[1].strip().upper() in DATA)):
        gaps.append(f"{name[1].strip() if name else 'a file'} inside of it was not read")
        return ""
    # no source can hold the mark, so none can say that its words are ours
    head = f'<h1 number="{LINE}EXHIBIT {exhibit[1]}"></h1>' if exhibit else ""
    if body and not TAGGED.search(body[1]):
        return f"<page></page>{head}<document>{inside[: body.start()]}<pre>{body[1]}</pre></document>"
    return f"<page></page>{head}<document>{inside}"
