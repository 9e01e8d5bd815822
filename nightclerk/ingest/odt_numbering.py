"""Numbers of lists and headings in an OpenDocument text, which are printed and not stored. After OpenDocument 1.3 part 3, 5.3 and 16.30."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nightclerk.ingest.container import Element
from nightclerk.ingest.numerals import formatted
from nightclerk.ingest.opendocument import attribute, local, styles_of, whole

LEVELS = 10
FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "": "none"}
OUTLINE, NOBODY = "\0outline", "\0nobody"
# LibreOffice writes down what lies between the numbers of the levels, too: `%1%.%2%`
PLACE = re.compile(r"%(\d{1,2})%")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list style."""

    form: str
    prefix: str
    suffix: str
    start: int
    shown_levels: int
    pattern: str = ""


@dataclass(slots=True)
class Count:
    """Where a list stands: how far each of its levels has counted."""

    style: str
    counters: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The list styles of a document and the counts of its lists, in the order of the text."""

    def __init__(self, *parts: Element | None) -> None:
        """`parts` are the roots that hold styles, the content's own first."""
        self._lists: dict[str, dict[int, Level]] = {}
        self._of_paragraphs: dict[str, tuple[str, str, int]] = {}
        for style in (style for part in parts for style in styles_of(part)):
            name = attribute(style, "name")
            if local(style) == "list-style":
                self._lists.setdefault(name, _levels(style))
            elif local(style) == "outline-style":
                self._lists.setdefault(OUTLINE, _levels(style))
            elif local(style) == "style":
                depth = whole(attribute(style, "default-outline-level"), 0)
                self._of_paragraphs.setdefault(name, (attribute(style, "list-style-name"), attribute(style, "parent-style-name"), depth))
        self._last: dict[str, Count] = {}
        self._by_id: dict[str, Count] = {}
        self._outline = Count(OUTLINE)

    def begin(self, node: Element, outer: Count | None) -> Count:
        """The count of a `text:list`: its outer list's, one that it says it continues, else a new one."""
        if outer is not None:
            return outer
        style = attribute(node, "style-name")
        continued = self._by_id.get(attribute(node, "continue-list") or NOBODY)
        if continued is None and attribute(node, "continue-numbering") == "true":
            continued = self._last.get(style)
        count = continued or Count(style)
        self._last[style] = self._by_id[attribute(node, "id")] = count
        return count

    def item(self, count: Count, depth: int, node: Element, paragraph_style: str) -> str:
        """The label of a list item at a depth from 0, with a blank behind it."""
        levels = self._levels_for(count.style or self.list_style(paragraph_style)[0])
        return self._label(count, levels, depth, whole(attribute(node, "start-value"), -1))

    def heading(self, node: Element) -> str:
        """The label of a `text:h` outside of lists: that of the outline, or of the list its style names."""
        depth = whole(attribute(node, "outline-level"), 1) - 1
        levels = self._levels_for(OUTLINE)
        return self._label(self._outline, levels, depth, -1) if attribute(node, "is-list-header") != "true" else ""

    def list_style(self, style: str) -> tuple[str, int]:
        """(list style, outline level from 1 or 0) that a paragraph's style or its nearest ancestor brings."""
        depth = 0
        for _ in range(LEVELS * 3):
            link, parent, own_depth = self._of_paragraphs.get(style, ("", "", 0))
            depth = depth or own_depth
            if link or not parent:
                return link, depth
            style = parent
        return "", depth

    def _levels_for(self, style: str) -> dict[int, Level]:
        return self._lists.get(style, {})

    def _label(self, count: Count, levels: dict[int, Level], depth: int, start: int) -> str:
        level = levels.get(depth)
        if level is None:
            return ""
        counters = count.counters
        counters[depth] = start if start >= 0 else counters.get(depth, level.start - 1) + 1
        for deeper in [other for other in counters if other > depth]:
            del counters[deeper]
        if level.form == "bullet":
            return "• "
        if level.pattern:
            text = PLACE.sub(lambda match: _number(levels.get(int(match[1]) - 1), counters.get(int(match[1]) - 1)), level.pattern)
            return f"{text} " if text.strip() else ""
        shown = range(max(0, depth - level.shown_levels + 1), depth + 1)
        numbers = [_number(levels.get(place), counters.get(place)) for place in shown] if level.form != "none" else []
        text = level.prefix + ".".join(number for number in numbers if number) + level.suffix
        return f"{text} " if text.strip() else ""


def _number(level: Level | None, count: int | None) -> str:
    return formatted(level.start if count is None else count, level.form) if level and level.form != "bullet" else ""


def _levels(style: Element) -> dict[int, Level]:
    levels = {}
    for node in style:
        kind = local(node)
        if kind.startswith(("list-level-style-", "outline-level-style")):
            numbered = kind.endswith(("number", "outline-level-style"))
            levels[whole(attribute(node, "level"), 1) - 1] = Level(
                form=FORMS.get(attribute(node, "num-format"), "decimal") if numbered else "bullet",
                prefix=attribute(node, "num-prefix"),
                suffix=attribute(node, "num-suffix"),
                start=whole(attribute(node, "start-value"), 1),
                shown_levels=whole(attribute(node, "display-levels"), 1),
                pattern=attribute(node, "num-list-format") if numbered else "",
            )
    return levels
