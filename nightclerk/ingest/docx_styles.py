"""Styles of a DOCX, as far as they carry numbering, headings or hidden text, and how values are read from its XML."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nightclerk.ingest.docx_package import Element, W

MOST_ANCESTORS = 32
FALSE = frozenset(["0", "false", "off"])
HEADING = re.compile(r"heading ?([1-9])", re.IGNORECASE)
BODY_LEVEL = 9


def value(node: Element | None, name: str = "val") -> str:
    """A `w:` attribute of an element; empty where either is missing."""
    return "" if node is None else node.get(f"{W}{name}", "")


def number(node: Element | str | None, default: int) -> int:
    """A whole number from an element's `w:val` or from an attribute's text."""
    text = node if isinstance(node, str) else value(node)
    try:
        return int(text)
    except ValueError:
        return default


def on(node: Element | None) -> bool:
    """Whether a switch such as `w:vanish` is there and not turned off."""
    return node is not None and node.get(f"{W}val") not in FALSE


@dataclass(frozen=True, slots=True)
class Look:
    """What a paragraph style brings along, its own or its ancestors'.

    `number_id`, `depth` and `origin` are the list, the level from 0, and the style that brings the list; `level` is that of a heading
    from 1, or 0.
    """

    number_id: str = ""
    depth: int = 0
    origin: str = ""
    level: int = 0
    hidden: bool = False
    page_break: bool = False


class Styles:
    """The styles of a document by their ids, looked up once each."""

    def __init__(self, root: Element | None) -> None:
        nodes = list(root.iterfind(f"{W}style")) if root is not None else []
        self._nodes = {node.get(f"{W}styleId", ""): node for node in nodes if node.get(f"{W}type", "") in {"", "paragraph"}}
        self._all = {node.get(f"{W}styleId", ""): node for node in nodes}
        self._runs = {node.get(f"{W}styleId", ""): node for node in nodes if node.get(f"{W}type") == "character"}
        self._default = next((key for key, node in self._nodes.items() if value(node, "default") in {"1", "true", "on"}), "")
        self._looks: dict[str, Look] = {}
        # most documents hide nothing, and then no run has to be looked at
        self.hides = root is not None and next(root.iter(f"{W}vanish"), None) is not None

    def look(self, style: str) -> Look:
        """What a paragraph style brings; the default style where a paragraph names none."""
        found = self._looks.get(style)
        if found is None:
            found = self._looks[style] = self._search(style or self._default)
        return found

    def shades(self, style: str) -> bool:
        """Whether a style of paragraphs or tables, or one that it is based on, says anything of the ground."""
        return any(next(node.iter(f"{W}shd"), None) is not None for node in self._chain(style, self._all))

    def hides_run(self, style: str) -> bool:
        """Whether a character style hides what has it."""
        for node in self._chain(style, self._runs):
            switch = node.find(f"{W}rPr/{W}vanish")
            if switch is not None:
                return on(switch)
        return False

    def _chain(self, style: str, nodes: dict[str, Element]) -> list[Element]:
        """A style and its ancestors, nearest first."""
        chain = []
        for _ in range(MOST_ANCESTORS):
            node = nodes.get(style)
            if node is None:
                break
            chain.append(node)
            style = value(node.find(f"{W}basedOn"))
        return chain

    def _search(self, style: str) -> Look:
        depth: int | None = None
        level: int | None = None
        hidden: Element | None = None
        page_break: Element | None = None
        number_id = origin = ""
        for node in self._chain(style, self._nodes):
            properties = node.find(f"{W}pPr")
            if level is None:
                level = _heading_level(node, properties)
            hidden = node.find(f"{W}rPr/{W}vanish") if hidden is None else hidden
            if properties is None:
                continue
            page_break = properties.find(f"{W}pageBreakBefore") if page_break is None else page_break
            list_node = properties.find(f"{W}numPr")
            if list_node is not None and not origin:
                list_level = list_node.find(f"{W}ilvl")
                depth = number(list_level, 0) if depth is None and list_level is not None else depth
                if list_node.find(f"{W}numId") is not None:
                    number_id, origin = value(list_node.find(f"{W}numId")), node.get(f"{W}styleId", "")
        return Look(number_id, depth or 0 if origin else 0, origin, level or 0, on(hidden), on(page_break))


def heading_level(node: Element | None) -> int | None:
    """The level of a heading from 1 that a `w:outlineLvl` sets; 0 for that of the body, None where nothing is set."""
    if node is None:
        return None
    level = number(node, BODY_LEVEL)
    return level + 1 if 0 <= level < BODY_LEVEL else 0


def _heading_level(style: Element, properties: Element | None) -> int | None:
    level = heading_level(properties.find(f"{W}outlineLvl")) if properties is not None else None
    named = HEADING.fullmatch(value(style.find(f"{W}name")) or style.get(f"{W}styleId", ""))
    return level if level is not None else int(named[1]) if named else None
