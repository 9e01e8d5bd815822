"""Small things inside the runs of a DOCX that stand for text: symbols, check boxes, drop-downs, alternatives."""

from __future__ import annotations

from nightclerk.ingest.docx_package import Element, W
from nightclerk.ingest.docx_styles import FALSE, number, value

# Wingdings by its codes; what is a bullet or an ornament becomes a bullet
WINGDINGS = {
    0x6F: "☐", 0xA8: "☐", 0x71: "☐", 0xFE: "☒", 0xFD: "☒", 0x78: "☒", 0x52: "☑", 0xFC: "✓", 0xFB: "✗",
    0xE0: "→", 0xDF: "←", 0xE8: "→", 0xF0: "⇒", 0xD8: "➢", 0x76: "❖", 0x6E: "■", 0xA7: "▪", 0x22: "✂", 0x28: "☎", 0x2A: "✉",
}  # fmt: skip
# the upper half of Adobe's Symbol encoding, as far as it is used in text, and its Greek letters
SYMBOL = {
    0xA3: "≤", 0xB3: "≥", 0xB1: "±", 0xB0: "°", 0xD2: "®", 0xD3: "©", 0xD4: "™", 0xB7: "•", 0xA0: "€", 0xA2: "′", 0xB2: "″",
    0xA5: "∞", 0xB4: "×", 0xB8: "÷", 0xB9: "≠", 0xBA: "≡", 0xBB: "≈", 0xBC: "…", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓",
    0xB6: "∂", 0xC5: "⊕", 0xC7: "∩", 0xC8: "∪", 0xCE: "∈", 0xD0: "∠", 0xD5: "∏", 0xD6: "√", 0xD7: "⋅", 0xE5: "∑", 0xF2: "∫",
    **dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)),
    **dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)),
}  # fmt: skip
BULLET = "•"
ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"


def symbol(code: str, font: str = "") -> str:
    """The character of a `w:sym`, whose code is hexadecimal and mostly in the private use area."""
    try:
        point = int(code, 16)
    except ValueError:
        return ""
    if 0xF000 <= point <= 0xF0FF or is_symbols(font):
        return _pictured(point & 0xFF, font)
    return chr(point) if 0x20 <= point < 0xD800 or 0xE000 <= point < 0x110000 else ""


def font_text(text: str, font: str) -> str:
    """The text of a run or a bullet as a font of symbols shows it; as it is in any other font but for the private use area."""
    if is_symbols(font):
        return "".join(_pictured(ord(character) & 0xFF, font) if not character.isspace() else character for character in text)
    return "".join(BULLET if "\ue000" <= character <= "\uf8ff" else character for character in text)


def is_symbols(font: str) -> bool:
    """Whether a font shows pictures in the place of letters."""
    return font.casefold().startswith(("wingdings", "webdings", "symbol"))


def _pictured(point: int, font: str) -> str:
    name = font.casefold()
    if name.startswith("symbol"):
        return SYMBOL.get(point) or (chr(point) if 0x20 < point < 0x7F else BULLET)
    return WINGDINGS.get(point) or (SYMBOL.get(point, BULLET) if not name and point > 0x7F else BULLET)


def checkbox(field: Element) -> str:
    """What a legacy form field shows that is not in its text: the state of a check box, the choice of a drop-down."""
    box = field.find(f"{W}ffData/{W}checkBox")
    if box is not None:
        state = box.find(f"{W}checked")
        state = box.find(f"{W}default") if state is None else state
        return "☒" if state is not None and value(state) not in FALSE else "☐"
    drop_down = field.find(f"{W}ffData/{W}ddList")
    if drop_down is not None:
        entries = [value(entry) for entry in drop_down.iterfind(f"{W}listEntry")]
        chosen = number(drop_down.find(f"{W}result"), 0)
        return entries[chosen] if 0 <= chosen < len(entries) else ""
    return ""


def choice_of(alternatives: Element) -> Element:
    """One branch of `mc:AlternateContent`: they hold the same text in a newer and an older form."""
    branches = [node for node in alternatives if isinstance(node.tag, str)]
    with_text = [node for node in branches if next(node.iter("{*}t", f"{W}delText", "{*}textpath", "{*}relIds"), None) is not None]
    return next(iter(with_text or branches), alternatives)
