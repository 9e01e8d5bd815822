"""The marks that part a document's text from our instructions. Documents are hostile until proven otherwise."""

from __future__ import annotations

import re

# what a reader could take for one of our marks, however it is spaced or dressed: `<chunk`, `</chunk`, `< / CHUNK`
_MARK = re.compile(r"<(?=[^\w<]*chunk)", re.IGNORECASE)
_ESCAPED = re.compile(r"<\\(?=[^\w<]*chunk)", re.IGNORECASE)
_WRAPPED = re.compile(r'^<chunk id="(\d+)" of="(\d+)">\n(.*?)\n</chunk>$', re.MULTILINE | re.DOTALL)


def escape(text: str) -> str:
    """Put a backslash into everything that looks like one of our marks."""
    return _MARK.sub(r"<\\", text)


def wrap_chunk(text: str, ordinal: int, count: int) -> str:
    """Quote a chunk as data, the marks on lines of their own. `ordinal` counts from 0; the mark shows it from 1, as people count."""
    return f'<chunk id="{ordinal + 1}" of="{count}">\n{escape(text)}\n</chunk>'


def unwrap_chunk(prompt: str) -> tuple[str, tuple[int, int]]:
    """The chunk that a prompt quotes, exactly as it went in, and its (ordinal from 0, count); raises `ValueError` without one."""
    found = _WRAPPED.search(prompt)
    if found is None:
        raise ValueError("the prompt quotes no chunk")
    return _ESCAPED.sub("<", found[3]), (int(found[1]) - 1, int(found[2]))
