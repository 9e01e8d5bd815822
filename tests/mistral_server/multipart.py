"""`multipart/form-data`, as uploads have it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BOUNDARY = re.compile(r"multipart/form-data;.*\bboundary=(?:\"([^\"]+)\"|([^;\s]+))", re.IGNORECASE)
_FIELD = re.compile(rb'\b(name|filename)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form; `filename` is None for a plain field."""

    content: bytes
    filename: str | None


def parts(content_type: str, body: bytes) -> dict[str, Part]:
    """The parts of a form by name; raises `ValueError` for what is no form."""
    found = _BOUNDARY.match(content_type)
    if not found:
        raise ValueError("Content-Type is not multipart/form-data with a boundary")
    mark = b"--" + (found[1] or found[2]).encode()
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) < 3 or pieces[0] or not pieces[-1].startswith(b"--"):
        raise ValueError("the form does not begin and end with its boundary")
    return dict(_part(piece) for piece in pieces[1:-1])


def _part(piece: bytes) -> tuple[str, Part]:
    head, gap, content = piece.partition(b"\r\n\r\n")
    fields = {name.decode(): value.decode() for name, value in _FIELD.findall(head)}
    if not gap or "name" not in fields:
        raise ValueError("a part of the form has no name")
    return fields["name"], Part(content, fields.get("filename"))
