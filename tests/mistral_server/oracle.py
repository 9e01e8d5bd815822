"""An answerer that knows the labels: to each request it gives the labelled spans that stand in the chunk it asks about, and nothing else.

The labels are a JSON Lines file of {document, category, quote, char_start, char_end}; beside it lies a folder `txt` with the text of each
document. Offsets are those of that text, which is the text that chunks are cut from; a quote may be worded as another reading of the same
document words it. Of a span that ends beyond the chunk, the part that stands in it is quoted.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from mistral_server.answers import asked_text
from nightclerk.profiles.models import VALUE_FIELDS


class Oracle:
    """Answers from a file of labels."""

    def __init__(self, labels: Path) -> None:
        self._texts = {path.stem: path.read_bytes().decode() for path in sorted((labels.parent / "txt").glob("*.txt"))}
        self._labels: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in labels.read_text("utf-8").splitlines():
            row = json.loads(line)
            self._labels[row["document"]].append(row)

    def __call__(self, body: Mapping[str, Any]) -> str:
        """The answer to one request body; a prompt that quotes no chunk is answered with a plain word."""
        try:
            chunk = asked_text(body)
        except ValueError:
            return "OK."
        return json.dumps({"findings": list(self._findings(chunk))}, ensure_ascii=False)

    def _findings(self, chunk: str) -> Iterator[dict[str, Any]]:
        for document, text in self._texts.items():
            start = text.find(chunk)
            if start >= 0:
                for label in self._labels[document]:
                    if quote := _part(label, text, start, start + len(chunk)):
                        yield _item(label["category"], quote)
                return


def _part(label: Mapping[str, Any], text: str, start: int, end: int) -> str:
    """What of a label's quote stands between two places of the text; empty where nothing does."""
    first, last = label["char_start"], label["char_end"]
    if not text[max(first, start) : min(last, end)].strip():
        return ""
    if start <= first and last <= end:
        return str(label["quote"])
    head, tail = _count(text[first:start]), _count(text[first : min(last, end)])
    quote = str(label["quote"])
    counts = [0, *accumulate(map(str.isalnum, quote))]
    begin = bisect_left(counts, head + 1) - 1 if head else 0
    return quote[begin : bisect_left(counts, tail) if end < last else len(quote)].strip()


def _count(text: str) -> int:
    return sum(map(str.isalnum, text))


def _item(category: str, quote: str) -> dict[str, Any]:
    return {
        "category": category,
        "state": "present",
        "quote": quote,
        "answer": quote,
        "confidence": 1.0,
        "value": dict.fromkeys(VALUE_FIELDS),
    }
