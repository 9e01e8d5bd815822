"""Fields and form fields of a DOCX: what they show stays, what computes it goes.

A field is `begin`, its code, `separate`, its last result, `end`, over as many runs and paragraphs as it takes; fields nest. Results are
taken as they were stored: a reference to a number that has changed since shows the old one, in Word too until somebody updates it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from nightclerk.ingest.docx_package import Element, W
from nightclerk.ingest.docx_runs import checkbox, symbol
from nightclerk.ingest.docx_styles import on, value
from nightclerk.ingest.manuscript import Change, Manuscript

Handler = Callable[[Element], None]
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
# numbers that stand nowhere in the file: Word counts them when it shows them
COMPUTED = ("LISTNUM", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT")
# fields that have no result: Word shows what their code says behind the name of a macro or a place
BUTTONS = ("MACROBUTTON", "GOTOBUTTON")
SWITCH = re.compile(r'\\([a-z])(?: +"?([^"\\]*[^"\\ ]))?', re.IGNORECASE)
FORM_CONTROLS = frozenset([f"{W}{name}" for name in ("text", "dropDownList", "comboBox", "date", "showingPlcHdr")] + [f"{W14}checkbox"])


@dataclass(slots=True)
class _Field:
    """A field that has begun. `in_code` while its code goes on, which is only believed if the field also ends."""

    in_code: bool
    place: int
    form: str | None
    code: str = ""
    words: str = ""
    result: bool = False
    aside: bool = False


class Fields:
    """The fields that are open at a place of the document."""

    def __init__(self, script: Manuscript, inline: Handler) -> None:
        self.computed = self.equations = 0
        self._script = script
        self._inline = inline
        self._stack: list[_Field] = []
        self._whole: set[Element] = set()
        # how many of the open fields are still in their codes: then words are no text
        self._codes = 0

    def handlers(self) -> dict[str, Handler]:
        """Who answers for which element."""
        return {
            f"{W}t": self._text,
            f"{W}fldChar": self._character,
            f"{W}instrText": self._code,
            f"{W}delInstrText": self._code,
            f"{W}fldSimple": self._simple,
            f"{W}sdt": self._control,
        }

    def prepare(self, root: Element) -> None:
        """Find the fields of a part that end; one that does not hides nothing."""
        begun: list[Element] = []
        for node in root.iter(f"{W}fldChar"):
            kind = value(node, "fldCharType")
            if kind == "begin":
                begun.append(node)
            elif kind == "end" and begun:
                self._whole.add(begun.pop())

    def _text(self, node: Element) -> None:
        text = node.text
        if text:
            if self._codes:
                self._stack[-1].words += text
            else:
                self._script.pieces.append(text)

    def _character(self, node: Element) -> None:
        kind = value(node, "fldCharType")
        if kind == "begin":
            self._begin(node)
        elif kind == "separate" and self._stack:
            self._result(self._stack[-1])
        elif kind == "end" and self._stack:
            self._end(self._stack.pop())

    def _begin(self, node: Element) -> None:
        data = node.find(f"{W}ffData")
        name = value(data.find(f"{W}name")) if data is not None else None
        shown, start = checkbox(node), self._script.here
        if shown and not self._codes:
            self._script.pieces.append(shown)
            self._script.block("form_field", start, note=name or "")
        in_code = node in self._whole
        self._codes += in_code
        self._stack.append(_Field(in_code, self._script.here, None if shown else name, aside=self._script.aside_now))

    def _result(self, field: _Field) -> None:
        self._codes -= field.in_code
        field.in_code, field.place, field.result = False, self._script.here, True

    def _end(self, field: _Field) -> None:
        self._codes -= field.in_code
        if not field.result and not self._codes:
            self._count(field.code)
            self._show(field.code)
        if field.form is not None and field.result:
            self._script.block("form_field", field.place, note=field.form)
        if field.words.strip():
            self._script.remark(Change("note", lead="in the code of a field: "), field.words)

    def _code(self, node: Element) -> None:
        # a deleted code is one only where what was deleted is shown
        if self._stack and node.text and self._stack[-1].aside == self._script.aside_now:
            self._stack[-1].code += node.text

    def _simple(self, node: Element) -> None:
        before = len(self._script.pieces)
        self._inline(node)
        if not self._script.since(before):
            self._count(value(node, "instr"))
            self._show(value(node, "instr"))

    def _show(self, code: str) -> None:
        """Write what Word shows of a field without a result: the words of a button, a symbol."""
        name, _, rest = code.strip().partition(" ")
        if name.upper() in BUTTONS:
            self._script.pieces.append(rest.strip().partition(" ")[2].strip())
        elif name.upper() == "SYMBOL":
            self._script.pieces.append(_symbol(rest))
        elif name.upper() == "EQ":
            self.equations += not self._script.aside_now
            self._script.remark(Change("note", lead="equation field: "), rest.strip())

    def _count(self, code: str) -> None:
        name = code.split(maxsplit=1)[:1]
        self.computed += name != [] and name[0].upper() in COMPUTED and not self._script.aside_now

    def _control(self, node: Element) -> None:
        """A content control among words: what it shows, a placeholder too, since Word prints that."""
        start = self._script.here
        for content in node.iterfind(f"{W}sdtContent"):
            self._inline(content)
        self.form(node, start)

    def form(self, control: Element, start: int) -> None:
        """Note that what stands since a place was filled in, or is to be, if the control is one to be filled in."""
        properties = control.find(f"{W}sdtPr")
        if properties is not None and any(child.tag in FORM_CONTROLS for child in properties):
            self._script.block("form_field", start, note=_described(properties))


def _symbol(code: str) -> str:
    """The character of a SYMBOL field, such as `254 \\f Wingdings`; empty where it makes no sense."""
    number = code.split(maxsplit=1)[0] if code.strip() else ""
    font = next((named or "" for switch, named in SWITCH.findall(code) if switch.lower() == "f"), "")
    try:
        return symbol(f"{int(number, 0):x}", font)
    except ValueError:
        return ""


def _described(properties: Element) -> str:
    """The name of a content control and its state: `governing law, placeholder`."""
    name = value(properties.find(f"{W}alias")) or value(properties.find(f"{W}tag"))
    box = properties.find(f"{W14}checkbox")
    state = box.find(f"{W14}checked") if box is not None else None
    words = [name, "placeholder" if on(properties.find(f"{W}showingPlcHdr")) else "", value(properties.find(f"{W}date"), "fullDate")]
    if box is not None:
        words.append("checked" if state is not None and state.get(f"{W14}val") in {"1", "true", "on"} else "not checked")
    return ", ".join(filter(None, words))
