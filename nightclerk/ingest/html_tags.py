"""What the tags of a page do to its text, each told once: a filing repeats a few thousand of them a hundred thousand times.

The tags are those that the parser writes, without the brackets around them: every value stands in double quotes, and neither quotes nor
brackets stand in one.
"""

from __future__ import annotations

import re
from html import unescape

ATTRIBUTE = re.compile(r'\s([^\s="<>]+)(?:="([^"]*)")?')
# shown by no browser, or as no words
SKIPPED = frozenset(
    [
        "head",
        "title",
        "script",
        "style",
        "template",
        "noscript",
        "noframes",
        "noembed",
        "svg",
        "select",
        "datalist",
        "object",
        "iframe",
        "audio",
        "video",
        "canvas",
        "ix:header",
        "ix:hidden",
        "annotation",
        "annotation-xml",
        "rp",
    ]
)
LINES = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "pre",
        "section",
        "summary",
        "ul",
        "document",
        "type",
        "sequence",
        "filename",
        "description",
        "text",
        "xmp",
        "listing",
        "plaintext",
        "search",
    ]
)
PARAGRAPHS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6"])
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
LISTS = frozenset(["ol", "ul", "menu", "dir"])
PREFORMATTED = frozenset(["pre", "xmp", "listing", "plaintext", "textarea"])
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"])
DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;]*)")
INVISIBLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*\.?0*(?=\s*(?:;|!|$))"
    r"|font-size\s*:\s*[01](?:\.0*)?(?:px)?(?=\s*(?:;|!|$))|text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*[01])",
    re.IGNORECASE,
)
# what tells that a style is worth a closer look
TELLING = re.compile(
    r"display *: *[^tbi]|visib|opaci|font-size *: *[01](?:\.0*)?(?:px)? *[;!\"]|indent *: *-|(?:[; \"]left|top) *: *-|clip", re.IGNORECASE
)
# 1px, and not 10px
TINY = re.compile(r"size:[01](?:\.0*)?(?:px)?\s*(?:[;!\"]|\Z)")
WHITE = re.compile(r"(?:^|[;\s\"])color\s*[:=]\s*\"?\s*(?:#fff(?:fff)?\b|white\b|rgb\(\s*255\s*,\s*255\s*,\s*255)", re.IGNORECASE)
WHITES = re.compile(r"#[fF]{3}|[wW]hite|WHITE|rgb\(|RGB\(")
LIST_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "1": "decimal",
              "disc": "bullet", "circle": "bullet", "square": "bullet"}  # fmt: skip
LIST_STYLES = {"lower-alpha": "lowerLetter", "lower-latin": "lowerLetter", "upper-alpha": "upperLetter", "upper-latin": "upperLetter",
               "lower-roman": "lowerRoman", "upper-roman": "upperRoman", "decimal": "decimal", "decimal-leading-zero": "decimalZero",
               "none": "none", "disc": "bullet", "circle": "bullet", "square": "bullet"}  # fmt: skip
MOST_DIGITS = 9
BREAKS = frozenset(["always", "page", "left", "right"])


def name_of(tag: str) -> str:
    """The name of a tag, in small letters."""
    return tag.removeprefix("/").partition(" ")[0]


def attributes(tag: str) -> dict[str, str]:
    """The attributes of an opening tag."""
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(tag)}


def declarations(style: str) -> dict[str, str]:
    """The declarations of a style, the last one of each property, an important one before all others."""
    found: dict[str, str] = {}
    important: dict[str, str] = {}
    for name, value in DECLARATION.findall(style):
        plain, mark, _ = value.lower().partition("!")
        (important if mark else found)[name.lower()] = plain.strip()
    return found | important


def is_hidden(name: str, tag: str) -> bool:
    """Whether a person who looks at the page does not see the element, by its own attributes and style."""
    if " style=" not in tag and " hidden" not in tag and name != "dialog":
        return False
    if " hidden" not in tag and name != "dialog" and not _is_telling(tag):
        return False
    found = attributes(tag)
    if "hidden" in found or (name == "dialog" and "open" not in found):
        return True
    style = found.get("style", "")
    if not style:
        return False
    last = declarations(style)
    moved = last.get("position") in {"absolute", "fixed"}
    last = {key: value for key, value in last.items() if moved or key not in {"left", "top", "clip"}}
    return INVISIBLE.search(";".join(f"{key}:{value}" for key, value in last.items())) is not None


def _is_telling(tag: str) -> bool:
    """Whether a style says anything that may hide the element; a quick look, since most say nothing."""
    small = tag.lower()
    if "display" in small or "opaci" in small or "visib" in small or ":-" in small:
        return True
    if ("size:0" in small or "size:1" in small) and TINY.search(small):
        return True
    return ": " in small and TELLING.search(small) is not None


def breaks_page(name: str, tag: str) -> bool:
    """Whether a new page begins before an element, or with it for a rule, which has no end."""
    style = declarations(attributes(tag).get("style", ""))
    asked = [style.get("break-before"), style.get("page-break-before")]
    if name == "hr":
        asked += [style.get("break-after"), style.get("page-break-after")]
    return name == "page" or not BREAKS.isdisjoint(asked)


def is_white(tag: str) -> bool:
    """Whether an element writes in white, which is seen only on another ground."""
    # most colours are those of grounds and borders
    return "color" in tag and "color" in tag.replace("-color", "") and WHITES.search(tag) is not None and WHITE.search(tag) is not None


def list_form(name: str, tag: str) -> str:
    """How a list numbers its items: a form of `numerals`, `bullet` or `none`."""
    own = own_form(tag)
    return own or ("decimal" if name == "ol" else "bullet")


def own_form(tag: str) -> str:
    """The form that a list or an item asks for itself, empty where it asks for none."""
    if "style" not in tag and "type" not in tag:
        return ""
    found = attributes(tag)
    style = declarations(found.get("style", ""))
    words = f"{style.get('list-style', '')} {style.get('list-style-type', '')}".split()
    asked = [LIST_STYLES[word] for word in words if word in LIST_STYLES]
    return asked[-1] if asked else LIST_FORMS.get(found.get("type", ""), "")


def is_item(tag: str) -> bool:
    """Whether an `li` is shown as an item of a list, which it is not where a style makes another thing of it."""
    if "display" not in tag:
        return True
    return declarations(attributes(tag).get("style", "")).get("display", "list-item") == "list-item"


def whole(text: str | None, default: int) -> int:
    """The whole number of an attribute."""
    plain = (text or "").strip()
    digits = plain.removeprefix("-")
    return int(plain) if digits.isascii() and digits.isdecimal() and len(digits) <= MOST_DIGITS else default
