"""Words of a DOCX that are in the text and that nobody sees on the page: too small, or white where nothing says that the ground is not.

They stay in the text, since Word prints them; a note beside it tells a person to look. Only what a run itself says is looked at.
"""

from __future__ import annotations

from nightclerk.ingest.docx_package import Element, W
from nightclerk.ingest.docx_styles import Styles, number, value

WHITE = "FFFFFF"
# in half points
SMALLEST_SIZE = 3
# what may lie behind the words: a shape has a colour of its own, which is told in too many ways
SHAPE = f"{W}txbxContent"
GROUNDS = {f"{W}p": f"{W}pPr/{W}shd", f"{W}tc": f"{W}tcPr/{W}shd", f"{W}tbl": f"{W}tblPr/{W}shd"}


def unseen(run: Element, properties: Element, styles: Styles) -> str:
    """Why nobody sees the words of a run: `too small` or `white`; empty where they are seen."""
    if number(properties.find(f"{W}sz"), SMALLEST_SIZE) < SMALLEST_SIZE:
        return "too small"
    white = value(properties.find(f"{W}color")).upper() == WHITE
    return "white" if white and not _on_colour(run, properties, styles) else ""


def _on_colour(run: Element, properties: Element, styles: Styles) -> bool:
    """Whether something says that the ground behind a run is not white, or may say it where we do not look."""
    if properties.find(f"{W}highlight") is not None or _coloured(properties.find(f"{W}shd")):
        return True
    for parent in run.iterancestors(*GROUNDS, SHAPE):
        if parent.tag == SHAPE or _coloured(parent.find(GROUNDS[parent.tag])):
            return True
        if parent.tag == f"{W}p" and styles.shades(value(parent.find(f"{W}pPr/{W}pStyle"))):
            return True
        if parent.tag == f"{W}tbl" and styles.shades(value(parent.find(f"{W}tblPr/{W}tblStyle"))):
            return True
    return False


def _coloured(shading: Element | None) -> bool:
    if shading is None:
        return False
    return value(shading, "fill").upper() not in {"", "AUTO", WHITE} or value(shading) not in {"", "clear", "nil"}
