"""Right answers over the wire: what a model that errs in nothing says is filed whole, once, and where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mistral_server import MistralServer
from mistral_server.oracle import Oracle

from nightclerk.settings import Settings

Make = Callable[..., Settings]
RunOrder = Callable[..., tuple[Any, str]]
Query = Callable[..., list[dict[str, Any]]]
FOUND = """
SELECT f.id, f.category, e.quote, e.role, e.match_level, e.char_start, e.char_end FROM findings f
JOIN evidence e ON e.finding_id = f.id ORDER BY f.category, f.id, e.ordinal
"""
GOODS = ", ".join(f"lot {number} of the goods that the second schedule lists" for number in range(1, 90))
LONG = (
    f"The Seller, having examined the site, shall deliver to the Buyer {GOODS}, each of them at the cost of the Seller and free of liens."
)
HEADER = "Supply Agreement of Alderbrook Works Ltd."
PAGES = f"""SUPPLY AGREEMENT

1. Law. This Agreement shall be governed by the laws of the State of

{HEADER} - 1

\fOregon, without regard to its conflict of laws.

{HEADER} - 2

\f2. Notices are sent by post.

{HEADER} - 3
"""


def answered(
    make_settings: Make, run_order: RunOrder, query: Query, folder: Path, text: str, labels: Iterable[tuple[str, str, str, str]]
) -> list[dict[str, Any]]:
    """What is filed of labels (category, first words, last words, wording or empty) in a text that is cut into small chunks."""
    rows = []
    for category, first, last, wording in labels:
        start = text.index(first)
        end = text.index(last, start) + len(last)
        rows.append(
            {"document": "contract", "category": category, "quote": wording or text[start:end], "char_start": start, "char_end": end}
        )
    for path in (folder / "txt" / "contract.txt", folder / "inbox" / "contract.txt"):
        path.parent.mkdir()
        path.write_bytes(text.encode())
    (folder / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with MistralServer(answer=Oracle(folder / "labels.jsonl")) as server:
        limits = {"requests_per_second": 500, "tokens_per_minute": 100_000_000, "chunk_tokens": 300}
        settings = make_settings(provider="mistral", endpoint=server.url, api_key=server.key, **limits)
        assert run_order(settings, folder / "inbox")[1] == "complete"
    return [row for row in query(settings, FOUND) if row["category"] in {label["category"] for label in rows}]


def test_a_passage_longer_than_a_chunk_is_one_finding(make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path) -> None:
    """What several questions each saw a part of is filed as one evidence from its first character to its last."""
    text = f"1. Scope. This is the scope.\n\n2. Delivery. {LONG}\n\n3. Law. The laws of Oregon.\n"
    (found,) = answered(make_settings, run_order, query, tmp_path, text, [("Minimum Commitment", LONG[:30], LONG[-30:], "")])
    assert found["quote"] == LONG
    assert text[found["char_start"] : found["char_end"]] == LONG


def test_a_sentence_over_a_page_break_is_one_finding_in_two_pieces(
    make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path
) -> None:
    """A quote without the header that stands in its middle has a slice on either side of it."""
    wording = "This Agreement shall be governed by the laws of the State of Oregon, without regard to its conflict of laws."
    found = answered(make_settings, run_order, query, tmp_path, PAGES, [("Governing Law", "This Agreement", "of laws.", wording)])
    assert len({row["id"] for row in found}) == 1
    assert [(row["match_level"], row["role"]) for row in found] == [("across", "basis")] * 2
    assert " ".join(row["quote"] for row in found) == wording


def test_names_within_names_are_findings_of_their_own_and_no_name_is_filed_twice(
    make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path
) -> None:
    """A short name listed beside the long one stays; where later chunks name the party again, the finding has a repeat."""
    text = f"Alderbrook Works Ltd. sells.\n\n1. Delivery. {LONG}\n\n2. Payment. Alderbrook is paid by the Buyer.\n"
    labels = [
        ("Parties", "Alderbrook Works Ltd.", "Ltd.", ""),
        ("Parties", "Alderbrook", "Alderbrook", ""),
        ("Parties", "Alderbrook is", "Alderbrook", ""),
    ]
    found = answered(make_settings, run_order, query, tmp_path, text, labels)
    assert sorted((row["quote"], row["role"]) for row in found) == [
        ("Alderbrook", "basis"),
        ("Alderbrook", "repeat"),
        ("Alderbrook Works Ltd.", "basis"),
    ]
    assert len({row["id"] for row in found}) == 2
