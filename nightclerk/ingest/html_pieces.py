"""A page as its parser writes it down, in pieces: a tag without its `<`, and the text behind it, as in `td class="a">12`.

The parser writes `<` and `>` of texts and values as entities, so a page falls apart at each `<`; what differs among the pieces is looked at
once, since a filing repeats a few thousand of them a hundred thousand times.
"""

from __future__ import annotations

import re
from itertools import compress, count

from selectolax.lexbor import LexborHTMLParser

from nightclerk.ingest.html_tags import name_of

HEADER, HEADER_END = "<ix:header", "</ix:header>"
MOST_HEADERS = 20
NBSP = "&nbsp;"
COMMENT, COMMENT_END = "<!--", "-->"
Parts = tuple[str, str, str]
# the name of an attribute may hold the sign that begins a tag
PIECE = re.compile(r"<([^>]*>[^<]*)")


class Page:
    """A page that was parsed: its tree, and what the parser writes of it.

    `pieces` are in order, `parts` are (tag, `>`, text) of each different one, `tags` the different tags and `names` those of their
    elements; `header` is what the headers of inline XBRL hold, which nobody sees.
    """

    def __init__(self, source: str) -> None:
        self.tree = LexborHTMLParser(source)
        self.part()

    def part(self) -> None:
        """Take the page apart, again if something was written into its tree."""
        shown, self.header = _without_headers(self.tree.html or "")
        self.pieces = _split(shown)
        self.parts = _parts(self.pieces)
        comments = {piece for piece in self.parts if piece.startswith("!--")}
        if all(sign for _, sign, _ in self.parts.values()) and all(self.parts[piece][0].endswith("--") for piece in comments):
            if any(self.parts[piece][2].strip() for piece in comments):
                self._leave_out(comments)
        else:
            self.pieces = PIECE.findall(_without_comments("".join(shown)))
            self.parts = _parts(self.pieces)
        self.tags = {tag for tag, _, _ in self.parts.values()}
        self.names = {name_of(tag) for tag in self.tags}

    def _leave_out(self, comments: set[str]) -> None:
        """Take out comments in which no tag begins or ends; the text behind one goes on from the text before it."""
        kept: list[str] = []
        behind: list[str] = []
        start = 0
        for place in compress(count(), map(comments.__contains__, self.pieces)):
            if place > start:
                self._go_on(kept, behind)
                kept += self.pieces[start:place]
                behind = []
            behind.append(self.parts[self.pieces[place]][2])
            start = place + 1
        self._go_on(kept, behind)
        self.pieces = [*kept, *self.pieces[start:]]

    def _go_on(self, kept: list[str], behind: list[str]) -> None:
        """Join texts to the last piece, however many comments divided them; before the first tag there is no text."""
        if kept and behind:
            kept[-1] = "".join([kept[-1], *behind])
            self.parts[kept[-1]] = parted(kept[-1])

    @property
    def title(self) -> str:
        """The title that the page gives itself."""
        title = self.tree.css_first("title")
        return title.text() if title is not None else ""

    @property
    def language(self) -> str:
        """The language that the page says it is in."""
        root = self.tree.root
        return (root.attributes.get("lang") or "") if root is not None else ""


def _parts(pieces: list[str]) -> dict[str, Parts]:
    found = {piece: piece.partition(">") for piece in set(pieces)}
    found |= {piece: parted(piece) for piece in found if NBSP in piece}
    return found


def parted(piece: str) -> Parts:
    """A piece as (tag, `>`, text)."""
    return piece.replace(NBSP, " ").partition(">")


def _split(shown: list[str]) -> list[str]:
    pieces = shown[0].split("<")
    for part in shown[1:]:
        others = part.split("<")
        pieces[-1] += others.pop(0)
        pieces += others
    # no text stands before the first tag
    del pieces[0]
    return pieces


def _without_headers(html: str) -> tuple[list[str], str]:
    """(a page without the headers of inline XBRL, in parts, what stood in them)."""
    kept: list[str] = []
    taken: list[str] = []
    position = 0
    for _ in range(MOST_HEADERS):
        start = html.find(HEADER, position)
        end = html.find(HEADER_END, start) if start >= 0 else -1
        if end < 0:
            break
        kept.append(html[position:start])
        taken.append(html[start:end])
        position = end + len(HEADER_END)
    return [*kept, html[position:]], "".join(taken)


def _without_comments(page: str) -> str:
    kept: list[str] = []
    position = 0
    while (start := page.find(COMMENT, position)) >= 0 and (end := page.find(COMMENT_END, start + 4)) >= 0:
        kept.append(page[position:start])
        position = end + len(COMMENT_END)
    return "".join([*kept, page[position:]]) if kept else page
