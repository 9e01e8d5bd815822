"""Comments of a DOCX: they are no part of the contract, so they stand beside the text, with what they are anchored to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from nightclerk.ingest.docx_package import Element, Package, W
from nightclerk.ingest.docx_styles import value
from nightclerk.ingest.manuscript import Manuscript, made_at

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
W16CID = "{http://schemas.microsoft.com/office/word/2016/wordml/cid}"
W16CEX = "{http://schemas.microsoft.com/office/word/2018/wordml/cex}"
Handler = Callable[[Element], None]


class Comments:
    """Where comments begin and end in the text, and in the end the comments themselves."""

    def __init__(self, script: Manuscript) -> None:
        self._script = script
        self._starts: dict[str, int] = {}
        self._ends: dict[str, int] = {}

    def handlers(self) -> dict[str, Handler]:
        """Who answers for which element."""
        return {f"{W}commentRangeStart": self._start, f"{W}commentRangeEnd": self._end, f"{W}commentReference": self._reference}

    def _start(self, node: Element) -> None:
        self._starts.setdefault(value(node, "id"), self._script.here)

    def _end(self, node: Element) -> None:
        self._ends.setdefault(value(node, "id"), self._script.here)

    def _reference(self, node: Element) -> None:
        """The mark of a comment; one without a range is anchored here."""
        key = value(node, "id")
        self._starts.setdefault(key, self._script.here)
        self._ends.setdefault(key, self._script.here)

    def write(self, package: Package, main: str, story: Handler, begin: Callable[[Element, str], None]) -> None:
        """Note every comment, its replies and whether it is settled."""
        target = next((target for kind, target in package.relations(main).values() if kind == "comments"), "")
        root = package.part(target)
        if root is None:
            return
        begin(root, target)
        threads, times = _threads(package, main), _true_times(package, main)
        by_paragraph: dict[str, Element] = {}
        for comment in root.iter(f"{W}comment"):
            for paragraph in comment.iter(f"{W}p"):
                by_paragraph[paragraph.get(f"{W14}paraId", "")] = comment
        for comment in root.iter(f"{W}comment"):
            last = next((key for paragraph in reversed(list(comment.iter(f"{W}p"))) if (key := paragraph.get(f"{W14}paraId", ""))), "")
            parent, done = threads.get(last, ("", False))
            asked = by_paragraph.get(parent) if parent else None
            lead = f"(reply to {value(asked, 'author') or 'a comment'}) " if asked is not None else ""
            lead = "(resolved) " + lead if done else lead
            text = self._script.apart(lambda comment=comment: story(comment)).strip()  # type: ignore[misc]
            time = times.get(last) or made_at(value(comment, "date"))
            self._script.comment(value(comment, "author"), time, lead + text, self._span(comment, asked))

    def _span(self, comment: Element, asked: Element | None) -> tuple[int, int] | None:
        """Where a comment is anchored; a reply without an anchor of its own, where what it answers is."""
        for node in (comment, asked):
            key = value(node, "id")
            if key in self._starts:
                start = self._starts[key]
                return start, max(start, self._ends.get(key, start))
        return None


def _threads(package: Package, main: str) -> dict[str, tuple[str, bool]]:
    """{paragraph id of a comment: (paragraph id of the comment that it answers, whether it is settled)}."""
    root = package.related(main, "commentsExtended")
    return {
        node.get(f"{W15}paraId", ""): (node.get(f"{W15}paraIdParent", ""), node.get(f"{W15}done") in {"1", "true", "on"})
        for node in (root.iter(f"{W15}commentEx") if root is not None else ())
    }


def _true_times(package: Package, main: str) -> dict[str, datetime]:
    """{paragraph id of a comment: when it was made, in true UTC}, where the file says it."""
    ids, more = package.related(main, "commentsIds"), package.related(main, "commentsExtensible")
    if ids is None or more is None:
        return {}
    times = {
        node.get(f"{W16CEX}durableId", ""): made_at(node.get(f"{W16CEX}dateUtc", "")) for node in more.iter(f"{W16CEX}commentExtensible")
    }
    found = {node.get(f"{W16CID}paraId", ""): times.get(node.get(f"{W16CID}durableId", "")) for node in ids.iter(f"{W16CID}commentId")}
    return {key: time for key, time in found.items() if time is not None}
