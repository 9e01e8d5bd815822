"""What people typed into the fields of a PDF's form, which is drawn over the page and missing from its text."""

from __future__ import annotations

from typing import Any

from pypdf.generic import DictionaryObject

PARENTS = 16


def field_lines(page: Any) -> list[str]:
    """One line for each filled field of a page, in the page's order: `name: value`."""
    annotations = page.get("/Annots")
    if annotations is None:
        return []
    lines = [_line(reference.get_object()) for reference in annotations.get_object()]
    return [line for line in lines if line]


def _line(annotation: Any) -> str:
    if not isinstance(annotation, DictionaryObject) or annotation.get("/Subtype") != "/Widget":
        return ""
    value = _value(annotation)
    name = ".".join(part for part in reversed([str(node.get("/T", "")) for node in _chain(annotation)]) if part)
    return f"{name}: {value}" if value else ""


def _value(annotation: Any) -> str:
    chain = _chain(annotation)
    kind = next((node["/FT"] for node in chain if "/FT" in node), "")
    value = next((node["/V"] for node in chain if "/V" in node), None)
    if value is None or kind == "/Sig":
        return ""
    value = value.get_object()
    if kind == "/Btn":
        # a radio button's value hangs on the group; only the button that is on shows it
        return str(value).lstrip("/") if annotation.get("/AS", value) == value and value not in ("/Off", "") else ""
    if isinstance(value, list):
        return ", ".join(str(item.get_object()).strip() for item in value)
    if isinstance(value, DictionaryObject):
        data = value.get_data() if hasattr(value, "get_data") else b""
        return str(data.decode("utf-8", "replace")).strip()
    return str(value).strip()


def _chain(annotation: Any) -> list[Any]:
    """The widget and its parents, which pass on name, kind and value; cut off where a broken file makes a ring of them."""
    chain = [annotation]
    while len(chain) < PARENTS and "/Parent" in chain[-1]:
        parent = chain[-1]["/Parent"].get_object()
        if not isinstance(parent, DictionaryObject):
            break
        chain.append(parent)
    return chain
