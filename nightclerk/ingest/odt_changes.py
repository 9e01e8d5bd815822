"""Tracked changes and comments of an OpenDocument text (OpenDocument 1.3 part 3, 5.5 and 14.1): kept apart from the words they concern."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nightclerk.ingest.container import Element
from nightclerk.ingest.manuscript import Change, Manuscript, made_at
from nightclerk.ingest.opendocument import attribute, local, words

KINDS = {"insertion": "insertion", "deletion": "deletion", "format-change": "format"}
LINES = ("p", "h")


@dataclass(frozen=True, slots=True)
class Region:
    """One change: who did what, and for a deletion what was deleted."""

    change: Change
    content: Element


def regions_of(content: Element) -> dict[str, Region]:
    """{id: what was changed} as the beginning of a text lists it."""
    found = {}
    for node in content.iter("{*}changed-region"):
        for change in node:
            kind = KINDS.get(local(change))
            if kind:
                author, time = _signed(change.find("{*}change-info"))
                found[attribute(node, "id")] = Region(Change(kind, author, time, "format" if kind == "format" else ""), change)
    return found


def lines_of(deletion: Element) -> list[Element]:
    """The paragraphs and headings that were deleted, in whatever list or section they were; those of tables, too."""
    return [node for node in deletion.iter() if local(node) in LINES and not _in_info(node)]


class Comments:
    """Comments as they are met; each is noted in the end, when it is known where what it is about ends."""

    def __init__(self, script: Manuscript) -> None:
        self._script = script
        self._met: list[tuple[Element, int]] = []
        self._ends: dict[str, int] = {}

    def begin(self, node: Element) -> None:
        """A comment, at the beginning of what it is about."""
        self._met.append((node, self._script.here))

    def end(self, node: Element) -> None:
        """The end of what the comment of this name is about."""
        self._ends[attribute(node, "name")] = self._script.here

    def write(self) -> None:
        """Note the comments, with what they answer and whether they are settled."""
        authors = {attribute(node, "name"): _signed(node)[0] for node, _ in self._met}
        for node, place in self._met:
            author, time = _signed(node)
            asked = attribute(node, "parent-name")
            lead = "(resolved) " if attribute(node, "resolved") == "true" else ""
            lead += f"(reply to {authors.get(asked) or 'a comment'}) " if asked else ""
            text = "\n".join(words(line) for line in node.iter() if local(line) in LINES)
            end = max(place, self._ends.get(attribute(node, "name"), place))
            self._script.comment(author, time, lead + text, (place, end))


def _signed(node: Element | None) -> tuple[str, datetime | None]:
    """(who, when) of a change or a comment; the time is the local one of who made it, written without a zone."""
    if node is None:
        return "", None
    return node.findtext("{*}creator") or "", made_at(node.findtext("{*}date") or "")


def _in_info(node: Element) -> bool:
    return any(local(parent) in {"change-info", "annotation"} for parent in node.iterancestors())
