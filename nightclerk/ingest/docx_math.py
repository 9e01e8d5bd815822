"""Equations of a DOCX (OMML) in one line, with every letter: `(a+b)/c`, `x^2`, `√(y)`, `∑_(i=1)^n x_i`."""

from __future__ import annotations

from collections.abc import Callable

from nightclerk.ingest.docx_package import Element
from nightclerk.ingest.manuscript import Manuscript

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
Handler = Callable[[Element], None]
PROPERTIES = tuple(
    f"{M}{name}Pr"
    for name in (
        "f", "acc", "bar", "box", "borderBox", "d", "eqArr", "func", "groupChr", "lim", "limLow", "limUpp", "m", "nary", "phant", "rad",
        "r",
        "sPre", "sSub", "sSubSup", "sSup", "ctrl", "oMathPara", "arg",
    )
)  # fmt: skip


class Equations:
    """Writes the parts of an equation with what Word draws between them."""

    def __init__(self, script: Manuscript, inline: Handler) -> None:
        self._script = script
        self._inline = inline

    def handlers(self) -> dict[str, Handler]:
        """Who answers for which element."""
        return {
            f"{M}f": lambda node: self._between(node, "num", "/", "den"),
            f"{M}sSup": lambda node: self._between(node, "e", "^", "sup"),
            f"{M}sSub": lambda node: self._between(node, "e", "_", "sub"),
            f"{M}sSubSup": lambda node: self._between(node, "e", "_", "sub", "^", "sup"),
            f"{M}sPre": lambda node: self._between(node, "", "_", "sub", "^", "sup", " ", "e"),
            f"{M}limLow": lambda node: self._between(node, "e", "_", "lim"),
            f"{M}limUpp": lambda node: self._between(node, "e", "^", "lim"),
            f"{M}func": self._function,
            f"{M}rad": self._root,
            f"{M}nary": self._operator,
            f"{M}d": self._delimited,
            f"{M}m": lambda node: self._rows(node, f"{M}mr", f"{M}e"),
            f"{M}eqArr": self._lines,
            f"{M}oMathPara": self._equations,
        }

    def _between(self, node: Element, first: str, *rest: str) -> None:
        """Parts and signs in turn: a sign stands before a part that is there."""
        self._part(node.find(f"{M}{first}") if first else None)
        for sign, name in zip(rest[::2], rest[1::2], strict=True):
            part = node.find(f"{M}{name}")
            if part is not None and next(part.iter(f"{M}t"), None) is not None:
                self._script.pieces.append(sign)
                # what a sum is over needs no parentheses
                self._inline(part) if sign == " " else self._part(part)

    def _part(self, node: Element | None) -> None:
        """One part, in parentheses where it is more than one letter or number."""
        if node is None:
            return
        opening = self._script.slot()
        self._inline(node)
        text = self._script.since(opening).strip()
        single = len(text) < 2 or text.isalpha() or text.replace(".", "").replace(",", "").isdigit()
        if not single and not (text[0] in "([" and text[-1] in ")]" and text.count(text[0]) == 1):
            self._script.pieces[opening] = "("
            self._script.pieces.append(")")

    def _function(self, node: Element) -> None:
        for name in node.iterfind(f"{M}fName"):
            self._inline(name)
        self._script.pieces.append(" ")
        self._part(node.find(f"{M}e"))

    def _root(self, node: Element) -> None:
        degree, base = node.find(f"{M}deg"), node.find(f"{M}e")
        self._script.pieces.append("√")
        if degree is not None and next(degree.iter(f"{M}t"), None) is not None:
            self._script.pieces.append("[")
            self._inline(degree)
            self._script.pieces.append("]")
        self._part(base)

    def _operator(self, node: Element) -> None:
        sign = node.find(f"{M}naryPr/{M}chr")
        self._script.pieces.append("∫" if sign is None else sign.get(f"{M}val", ""))
        self._between(node, "", "_", "sub", "^", "sup", " ", "e")

    def _delimited(self, node: Element) -> None:
        opening, closing, separator = (
            default if sign is None else sign.get(f"{M}val", "")
            for name, default in (("begChr", "("), ("endChr", ")"), ("sepChr", "|"))
            for sign in (node.find(f"{M}dPr/{M}{name}"),)
        )
        self._script.pieces.append(opening)
        self._divided(list(node.iterfind(f"{M}e")), separator)
        self._script.pieces.append(closing)

    def _rows(self, node: Element, row: str, cell: str) -> None:
        for place, part in enumerate(node.iterfind(row)):
            self._script.pieces.append("; " if place else "[")
            self._divided(list(part.iterfind(cell)), ", ")
        self._script.pieces.append("]")

    def _lines(self, node: Element) -> None:
        self._divided(list(node.iterfind(f"{M}e")), "\n")

    def _equations(self, node: Element) -> None:
        self._divided([child for child in node if child.tag not in PROPERTIES], "\n")

    def _divided(self, parts: list[Element], sign: str) -> None:
        for place, part in enumerate(parts):
            if place:
                self._script.pieces.append(sign)
            self._inline(part)
