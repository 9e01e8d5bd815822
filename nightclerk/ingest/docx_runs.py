"""Small things inside the runs of a DOCX that stand for text: symbols, check boxes, drop-downs, alternatives."""

from __future__ import annotations

from nightclerk.ingest.docx_package import Element, W
from nightclerk.ingest.docx_styles import number, value

# Wingdings and Symbol by their private-use code points; what is a bullet or an ornament becomes one
SYMBOLS = {
    0x6F: "☐", 0xA8: "☐", 0x71: "☐", 0xFE: "☒", 0xFD: "☒", 0x78: "☒", 0x52: "☑", 0xFC: "✓", 0xFB: "✗",
    0xE0: "→", 0xDF: "←", 0xB7: "•", 0xA7: "▪", 0xA3: "≤", 0xB3: "≥", 0xB1: "±", 0xB0: "°", 0xD2: "®", 0xD3: "©", 0xD4: "™",
}  # fmt: skip


def symbol(code: str) -> str:
    """The character of a `w:sym`, whose code is hexadecimal and mostly in the private use area."""
    try:
        point = int(code, 16)
    except ValueError:
        return ""
    if 0xF000 <= point <= 0xF0FF:
        return SYMBOLS.get(point - 0xF000, "•")
    return chr(point) if 0x20 <= point < 0xD800 or 0xE000 <= point < 0x110000 else ""


def checkbox(field: Element) -> str:
    """What a legacy form field shows that is not in its text: the state of a check box, the choice of a drop-down."""
    box = field.find(f"{W}ffData/{W}checkBox")
    if box is not None:
        state = box.find(f"{W}checked")
        state = box.find(f"{W}default") if state is None else state
        return "☒" if state is not None and value(state) not in {"0", "false", "off"} else "☐"
    drop_down = field.find(f"{W}ffData/{W}ddList")
    if drop_down is not None:
        entries = [value(entry) for entry in drop_down.iterfind(f"{W}listEntry")]
        chosen = number(drop_down.find(f"{W}result"), 0)
        return entries[chosen] if 0 <= chosen < len(entries) else ""
    return ""


def choice_of(alternatives: Element) -> Element:
    """One branch of `mc:AlternateContent`: they hold the same text in a newer and an older form."""
    branches = [node for node in alternatives if isinstance(node.tag, str)]
    with_text = [node for node in branches if next(node.iter(f"{W}t"), None) is not None]
    return next(iter(with_text or branches), alternatives)
