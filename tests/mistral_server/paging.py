"""Queries of lists: `page`, `page_size`, and filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import parse_qs

from mistral_server.desk import Desk, detail

Query = dict[str, list[str]]
Item = TypeVar("Item")


def query_of(query_string: bytes) -> Query:
    """The values of each name in a query, in their order."""
    return parse_qs(query_string.decode(), keep_blank_values=True)


def page(desk: Desk, items: Sequence[Item], query: Query) -> list[Item]:
    """One page of a list, counted from 0; 422 for a page that is no number."""
    number, size = (_number(desk, query, name, default) for name, default in (("page", 0), ("page_size", 100)))
    return list(items[number * size : (number + 1) * size])


def _number(desk: Desk, query: Query, name: str, default: int) -> int:
    value = query.get(name, [str(default)])[-1]
    if not value.isdigit():
        raise desk.unprocessable([detail(name, "Input should be a valid integer", value)])
    return int(value)
