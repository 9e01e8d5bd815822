"""Paragraph styles of a DOCX, as far as they carry numbering, and how values are read from its XML."""

from __future__ import annotations

from nightclerk.ingest.docx_package import Element, W

MOST_ANCESTORS = 32


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


class Styles:
    """Which list and level each paragraph style brings along."""

    def __init__(self, root: Element | None) -> None:
        nodes = root.iterfind(f"{W}style") if root is not None else ()
        self._nodes = {value(node, "styleId"): node for node in nodes if value(node, "type") in {"", "paragraph"}}
        self._default = next((key for key, node in self._nodes.items() if value(node, "default") in {"1", "true", "on"}), "")
        self._found: dict[str, tuple[str, int, str]] = {}

    def numbering(self, style: str) -> tuple[str, int, str]:
        """(numId, level, style that brings it) of a style or its nearest ancestor with numbering; numId is empty where there is none."""
        if style not in self._found:
            self._found[style] = self._search(style or self._default)
        return self._found[style]

    def _search(self, style: str) -> tuple[str, int, str]:
        depth = None
        for _ in range(MOST_ANCESTORS):
            node = self._nodes.get(style)
            if node is None:
                break
            list_node = node.find(f"{W}pPr/{W}numPr")
            if list_node is not None:
                level = list_node.find(f"{W}ilvl")
                depth = number(level, 0) if depth is None and level is not None else depth
                if list_node.find(f"{W}numId") is not None:
                    return value(list_node.find(f"{W}numId")), depth or 0, style
            style = value(node.find(f"{W}basedOn"))
        return "", 0, ""
