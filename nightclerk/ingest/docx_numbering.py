"""Automatic numbering of a DOCX: the labels that Word prints and does not store, such as `Section 2.1` or `(a)(ii)`.

After ECMA-376 part 1, 17.9. The numbers hang on a paragraph or on its style; lists of one abstract definition share their counters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nightclerk.ingest.docx_package import Element, W
from nightclerk.ingest.docx_runs import font_text
from nightclerk.ingest.docx_styles import Look, number, on, value
from nightclerk.ingest.numerals import formatted

LEVELS = 9
# of a pattern; Word takes none that is longer, and a pattern of placeholders would grow with each number
MOST_PATTERN = 255
PLACEHOLDER = re.compile(r"%([1-9])")
# the old way to keep a number that was changed (17.13.5.16): `%1:3:4:.` is the level, its count, a format by its place here, what follows
FORMER = re.compile(r"%\d+:(-?\d+):(\d+):([^%]*)")
FORMER_FORMS = ("decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter", "ordinal", "cardinalText", "ordinalText")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list as it is defined."""

    start: int
    form: str
    text: str
    legal: bool
    restart: int | None
    style: str
    gap: str


@dataclass(slots=True)
class _Instance:
    """One `w:num`: a list that paragraphs name."""

    abstract: str
    levels: dict[int, Level]
    starts: dict[int, int]
    begun: set[int] = field(default_factory=set)


class Numbering:
    """Counts through the paragraphs of a document, in their order."""

    def __init__(self, root: Element | None) -> None:
        nodes = list(root) if root is not None else []
        self._abstract = {value(node, "abstractNumId"): node for node in nodes if node.tag == f"{W}abstractNum"}
        self._by_style = {link: key for key, node in self._abstract.items() if (link := value(node.find(f"{W}styleLink")))}
        self._nodes = {value(node, "numId"): node for node in nodes if node.tag == f"{W}num"}
        # templates define far more lists than a document uses
        self._instances: dict[str, _Instance | None] = {}
        self._levels: dict[str, dict[int, Level]] = {}
        self._counters: dict[str, dict[int, int]] = {}

    def label(self, style: str, look: Look, number_id: str | None, depth: int | None) -> tuple[str, int]:
        """The label of the next paragraph, with what separates it from the text, and its level from 0; empty where it has none.

        Args:
            style: the paragraph's style.
            look: what that style brings along.
            number_id: the list that the paragraph itself names, or None.
            depth: the level from 0 that the paragraph itself names, or None.
        """
        instance = self._instance(look.number_id if number_id is None else number_id)
        place = _place(instance, style, look, number_id, depth) if instance is not None else 0
        if instance is None or place not in instance.levels:
            return "", 0
        counters = self._counters.setdefault(instance.abstract, {})
        self._count(instance, counters, place)
        level = instance.levels[place]
        if level.form == "bullet":
            text = level.text
        else:
            text = PLACEHOLDER.sub(lambda match: _part(instance, counters, int(match[1]) - 1, level.legal), level.text)
        return (text + level.gap if text.strip() else ""), place

    def _count(self, instance: _Instance, counters: dict[int, int], depth: int) -> None:
        level = instance.levels[depth]
        if depth in instance.starts and depth not in instance.begun:
            counters[depth] = instance.starts[depth]
        else:
            counters[depth] = counters[depth] + 1 if depth in counters else level.start
        instance.begun.add(depth)
        for higher in range(depth):
            # a level that was passed over counts as one that was there: the next of its kind is the second
            if higher not in counters and higher in instance.levels:
                counters[higher] = instance.levels[higher].start
        for deeper in [other for other in counters if other > depth]:
            restart = instance.levels[deeper].restart if deeper in instance.levels else None
            # restart n: begin anew after level n (counted from 1) or one above it; 0: never
            if restart is None or depth < restart:
                del counters[deeper]

    def _instance(self, number_id: str) -> _Instance | None:
        if number_id not in self._instances:
            node = self._nodes.get(number_id)
            self._instances[number_id] = self._read(node) if node is not None else None
        return self._instances[number_id]

    def _read(self, node: Element) -> _Instance:
        key = self._target(value(node.find(f"{W}abstractNumId")))
        if key not in self._levels:
            abstract = self._abstract.get(key)
            levels = abstract.iterfind(f"{W}lvl") if abstract is not None else ()
            self._levels[key] = {number(level.get(f"{W}ilvl"), 0): _level(level) for level in levels}
        return _instance(node, key, dict(self._levels[key]))

    def _target(self, key: str) -> str:
        """Follow `numStyleLink`: a definition that only says which list style has the levels."""
        node = self._abstract.get(key)
        link = value(node.find(f"{W}numStyleLink")) if node is not None else ""
        return self._by_style.get(link, key) if link else key


def _place(instance: _Instance, style: str, look: Look, number_id: str | None, depth: int | None) -> int:
    """The level of a paragraph in its list: its own, else the one linked to its style, else what its style says."""
    if depth is not None:
        return min(depth, LEVELS - 1)
    styles = (style,) if number_id is not None else (style, look.origin)
    linked = next((place for place, level in instance.levels.items() if level.style and level.style in styles), None)
    if linked is not None:
        return linked
    return 0 if number_id is not None else look.depth


def _instance(node: Element, key: str, levels: dict[int, Level]) -> _Instance:
    starts = {}
    for override in node.iterfind(f"{W}lvlOverride"):
        depth = number(override.get(f"{W}ilvl"), 0)
        own = override.find(f"{W}lvl")
        if own is not None:
            levels[depth] = _level(own)
        if override.find(f"{W}startOverride") is not None:
            starts[depth] = number(override.find(f"{W}startOverride"), 1)
    return _Instance(key, levels, starts)


def _level(node: Element) -> Level:
    form = node.find(f".//{W}numFmt")
    restart = node.find(f"{W}lvlRestart")
    separator = value(node.find(f"{W}suff")) or "tab"
    picture = node.find(f"{W}lvlPicBulletId") is not None
    text = value(node.find(f"{W}lvlText"))[:MOST_PATTERN]
    if value(form) == "bullet":
        # without letters a bullet's font matters: the paragraph sign of Wingdings is printed as a small square
        text = font_text(text, value(node.find(f"{W}rPr/{W}rFonts"), "ascii")) or ("•" if picture else "")
    return Level(
        # without w:start a level begins at 0 (17.9.25)
        start=number(node.find(f"{W}start"), 0),
        form=value(form, "format") if value(form) == "custom" else value(form) or "decimal",
        text=text,
        legal=on(node.find(f"{W}isLgl")),
        restart=number(restart, 0) if restart is not None else None,
        style=value(node.find(f"{W}pStyle")),
        gap="" if separator == "nothing" else " ",
    )


def _part(instance: _Instance, counters: dict[int, int], depth: int, legal: bool) -> str:
    level = instance.levels.get(depth)
    if level is None:
        return ""
    form = "decimal" if legal and level.form not in {"none", "bullet"} else level.form
    return formatted(counters.get(depth, level.start), form)


def former_label(original: str) -> str:
    """The label that a `w:numberingChange` remembers; empty where it makes no sense."""
    parts = [
        formatted(int(count), FORMER_FORMS[int(form)] if int(form) < len(FORMER_FORMS) else "decimal") + after
        for count, form, after in FORMER.findall(original)
        if len(count) < 10 and len(form) < 4
    ]
    text = "".join(parts)
    return f"{text} " if text.strip() else ""
