"""Tracked changes of a DOCX: who did what and when, and what a paragraph is like in a view.

Word writes a change's time as the local time of who made it, with a `Z` that says otherwise; only newer files hold the true time beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nightclerk.ingest.docx_numbering import former_label
from nightclerk.ingest.docx_package import Element, W
from nightclerk.ingest.docx_styles import Look, heading_level, number, on, value
from nightclerk.ingest.manuscript import Change, made_at

DU = "{http://schemas.microsoft.com/office/word/2023/wordml/word16du}"
KINDS = {f"{W}ins": "insertion", f"{W}del": "deletion", f"{W}moveFrom": "move_from", f"{W}moveTo": "move_to"}
CELL_KINDS = {f"{W}cellIns": "insertion", f"{W}cellDel": "deletion"}
FORMATS = frozenset(
    f"{W}{name}"
    for name in ("rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblPrExChange", "trPrChange", "tcPrChange", "cellMerge")
)
TRACKED = (*KINDS, *CELL_KINDS, *FORMATS, f"{W}numberingChange")
MOST_CHARACTERS = 100


@dataclass(slots=True)
class Shape:
    """What a paragraph's own properties say in a view. `number_id` and `depth` are None where they say nothing of a list."""

    style: str = ""
    number_id: str | None = None
    depth: int | None = None
    former_label: str | None = None
    level: int | None = None
    page_break: Element | None = None
    section: Element | None = None
    # the paragraph's end: what was done to it, and whether it is hidden
    ends: list[Change] = field(default_factory=list)
    hidden_end: bool = False
    formats: list[Change] = field(default_factory=list)

    def heading(self, look: Look) -> int:
        """The level of a heading from 1, or 0."""
        return look.level if self.level is None else self.level


def change_of(node: Element, kind: str, lead: str = "") -> Change:
    """Who made a change, and when: in true UTC where the file says it, else by the clock on their wall."""
    return Change(kind, value(node, "author"), made_at(node.get(f"{DU}dateUtc") or value(node, "date")), lead)


def shape_of(properties: Element, view: str, *, careful: bool) -> Shape:
    """What a `w:pPr` says in a view; in the original one, as it was before. `careful` where the part has changes or hidden words."""
    shape = Shape()
    former = properties.find(f"{W}pPrChange") if careful else None
    before = former.find(f"{W}pPr") if former is not None and view == "original" else None
    setters = CAREFUL_SETTERS if careful else SETTERS
    for node in properties if before is None else before:
        setter = setters.get(node.tag)
        if setter is not None:
            setter(shape, node, view)
    if before is not None:
        shape.section = properties.find(f"{W}sectPr")
        _end(shape, properties.find(f"{W}rPr"), view)
    if former is not None:
        shape.formats.append(change_of(former, "format", f"paragraph format: {difference(former, properties)}"))
    return shape


def _style(shape: Shape, node: Element, view: str) -> None:
    shape.style = value(node)


def _outline(shape: Shape, node: Element, view: str) -> None:
    shape.level = heading_level(node)


def _page_break(shape: Shape, node: Element, view: str) -> None:
    shape.page_break = node


def _section(shape: Shape, node: Element, view: str) -> None:
    shape.section = node


def _list(shape: Shape, node: Element, view: str) -> None:
    inserted, changed = node.find(f"{W}ins"), node.find(f"{W}numberingChange")
    if inserted is not None:
        shape.formats.append(change_of(inserted, "format", "numbering: on"))
        if view == "original":
            return
    if changed is not None:
        was = value(changed, "original")
        shape.formats.append(change_of(changed, "format", f"numbering: was {former_label(was).strip() or 'another'}"))
        shape.former_label = was if view == "original" else None
    level, list_id = node.find(f"{W}ilvl"), node.find(f"{W}numId")
    shape.depth = number(level, 0) if level is not None else None
    shape.number_id = value(list_id) if list_id is not None else None


def _end(shape: Shape, node: Element | None, view: str) -> None:
    for child in node if node is not None else ():
        if child.tag in KINDS:
            shape.ends.append(change_of(child, KINDS[child.tag]))
        elif child.tag in {f"{W}vanish", f"{W}specVanish"}:
            shape.hidden_end |= on(child)


SETTERS = {
    f"{W}pStyle": _style,
    f"{W}numPr": _list,
    f"{W}outlineLvl": _outline,
    f"{W}pageBreakBefore": _page_break,
    f"{W}sectPr": _section,
}
CAREFUL_SETTERS = SETTERS | {f"{W}rPr": _end}


def difference(change: Element, now: Element) -> str:
    """What a change of format changed, by the names in the file: `b, sz=24; was sz=20`."""
    former = next(iter(change), None)
    new, old = _listed(now), _listed(former) if former is not None else []
    added, gone = [one for one in new if one not in old], [one for one in old if one not in new]
    return "; was ".join(filter(None, [", ".join(added) or "default", ", ".join(gone)]))[:300]


def _listed(properties: Element) -> list[str]:
    """The properties as `name=value`, changes and what has properties of its own left aside."""
    return [
        "=".join(filter(None, [name, " ".join(str(one) for part in node.iter() for one in part.values())[:MOST_CHARACTERS]]))
        for node in properties
        if isinstance(node.tag, str)
        and not (name := node.tag.rpartition("}")[2]).endswith(("Change", "rPr", "sectPr"))
        and node.tag not in KINDS
    ]
