"""Automatic numbering of a DOCX: the labels that Word prints and does not store, such as `Section 2.1` or `(a)(ii)`.

After ECMA-376 part 1, 17.9. The numbers hang on a paragraph or on its style; lists of one abstract definition share their counters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nightclerk.ingest.docx_package import Element, W
from nightclerk.ingest.docx_styles import Styles, number, value
from nightclerk.ingest.numerals import formatted

LEVELS = 9
PLACEHOLDER = re.compile(r"%([1-9])")
# the bullets of Symbol and Wingdings lie in the private use area
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")


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

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        abstract = {value(node, "abstractNumId"): node for node in root.iterfind(f"{W}abstractNum")} if root is not None else {}
        self._by_style = {link: key for key, node in abstract.items() if (link := value(node.find(f"{W}styleLink")))}
        self._instances: dict[str, _Instance] = {}
        for node in root.iterfind(f"{W}num") if root is not None else ():
            key = self._target(value(node.find(f"{W}abstractNumId")), abstract)
            self._instances[value(node, "numId")] = _instance(node, key, abstract.get(key))
        self._counters: dict[str, dict[int, int]] = {}

    def label(self, paragraph: Element) -> str:
        """The label of the next paragraph with what separates it from the text; empty where it has none."""
        instance, depth = self._place(paragraph)
        if instance is None or depth not in instance.levels:
            return ""
        counters = self._counters.setdefault(instance.abstract, {})
        self._count(instance, counters, depth)
        level = instance.levels[depth]
        if level.form == "bullet":
            text = PRIVATE_USE.sub("•", level.text)
        else:
            text = PLACEHOLDER.sub(lambda match: _part(instance, counters, int(match[1]) - 1, level.legal), level.text)
        return text + level.gap if text.strip() else ""

    def _place(self, paragraph: Element) -> tuple[_Instance | None, int]:
        properties = paragraph.find(f"{W}pPr")
        own = properties.find(f"{W}numPr") if properties is not None else None
        style = value(properties.find(f"{W}pStyle")) if properties is not None else ""
        inherited_id, inherited_depth, origin = self._styles.numbering(style)
        number_id = value(own.find(f"{W}numId")) if own is not None and own.find(f"{W}numId") is not None else inherited_id
        instance = self._instances.get(number_id)
        if instance is None:
            return None, 0
        if own is not None and own.find(f"{W}ilvl") is not None:
            return instance, min(number(own.find(f"{W}ilvl"), 0), LEVELS - 1)
        if own is not None and own.find(f"{W}numId") is not None:
            return instance, next((depth for depth, level in instance.levels.items() if level.style and level.style == style), 0)
        linked = next((depth for depth, level in instance.levels.items() if level.style and level.style in (style, origin)), None)
        return instance, linked if linked is not None else inherited_depth

    def _count(self, instance: _Instance, counters: dict[int, int], depth: int) -> None:
        level = instance.levels[depth]
        if depth in instance.starts and depth not in instance.begun:
            counters[depth] = instance.starts[depth]
        else:
            counters[depth] = counters[depth] + 1 if depth in counters else level.start
        instance.begun.add(depth)
        for deeper in [other for other in counters if other > depth]:
            restart = instance.levels[deeper].restart if deeper in instance.levels else None
            # restart n: begin anew after level n (counted from 1) or one above it; 0: never
            if restart is None or depth < restart:
                del counters[deeper]

    def _target(self, key: str, abstract: dict[str, Element]) -> str:
        """Follow `numStyleLink`: a definition that only says which list style has the levels."""
        node = abstract.get(key)
        link = value(node.find(f"{W}numStyleLink")) if node is not None else ""
        return self._by_style.get(link, key) if link else key


def _instance(node: Element, key: str, abstract: Element | None) -> _Instance:
    levels = {number(level.get(f"{W}ilvl"), 0): _level(level) for level in abstract.iterfind(f"{W}lvl")} if abstract is not None else {}
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
    legal = node.find(f"{W}isLgl")
    restart = node.find(f"{W}lvlRestart")
    separator = value(node.find(f"{W}suff")) or "tab"
    return Level(
        # without w:start a level begins at 0 (17.9.25)
        start=number(node.find(f"{W}start"), 0),
        form=value(form, "format") if value(form) == "custom" else value(form) or "decimal",
        text=value(node.find(f"{W}lvlText")),
        legal=legal is not None and value(legal) not in {"0", "false", "off"},
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
