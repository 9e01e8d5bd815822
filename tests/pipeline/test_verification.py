"""What a model says falsely about true quotes is filed as contradicted, with the two readings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mistral_server import MistralServer

from nightclerk.settings import Settings

CONTRACT = (
    'This Agreement is made by Example Components, Inc. ("Supplier") and Sample Devices GmbH ("Customer").\n\n'
    "7.2 The aggregate liability of the Supplier shall not exceed USD 5,500,000.\n\n"
    "7.3 The Supplier shall not assign this Agreement without the prior written consent of the Customer.\n"
)
SAID = {
    "Cap On Liability": ("The aggregate liability of the Supplier shall not exceed USD 5,500,000.", "USD 5,000,000"),
    "Anti-Assignment": (
        "The Supplier shall not assign this Agreement without the prior written consent of the Customer.",
        "The Supplier shall assign this Agreement without the prior written consent of the Customer.",
    ),
    "Parties": ("Sample Devices GmbH", "Sample Devices GmbH"),
}
FOUND = "SELECT category, state, answer, checks_failed FROM findings_current WHERE quote IS NOT NULL ORDER BY category"


def _answer(_: dict[str, Any]) -> str:
    items = [{"category": name, "state": "present", "quote": quote, "answer": answer} for name, (quote, answer) in SAID.items()]
    value = dict.fromkeys("text number unit scale currency date duration period_start period_end period_instant party".split())  # noqa: SIM905
    return json.dumps({"findings": [{**item, "confidence": 0.9, "value": value} for item in items]})


def test_a_false_answer_on_a_true_quote_is_contradicted(
    database_url: str, make_settings: Callable[..., Settings], run_order: Callable[..., Any], query: Callable[..., Any], tmp_path: Path
) -> None:
    """Figure and lost negation are named in the view; what is true beside them stands; and it waits for a person."""
    (tmp_path / "agreement.txt").write_text(CONTRACT, encoding="utf-8")
    with MistralServer(answer=_answer) as server:
        wire = {"provider": "mistral", "endpoint": server.url, "api_key": server.key, "requests_per_second": 200}
        settings = make_settings(database_url=database_url, **wire, tokens_per_minute=10**8)
        run_order(settings, tmp_path / "agreement.txt")
    found = {row["category"]: row for row in query(settings, FOUND)}
    assert {name: row["state"] for name, row in found.items()} == {
        "Anti-Assignment": "contradicted",
        "Cap On Liability": "contradicted",
        "Parties": "present",
    }
    (check,) = json.loads(found["Cap On Liability"]["checks_failed"])
    assert (check["check"], check["result"], check["claimed"], check["source"]) == (
        "figure",
        "contradicted",
        "USD 5,000,000",
        "USD 5,500,000",
    )
    assert json.loads(found["Anti-Assignment"]["checks_failed"])[0]["check"] == "negation"
    queue = query(settings, "SELECT category FROM review_queue WHERE state = 'contradicted' ORDER BY category")
    assert [row["category"] for row in queue] == ["Anti-Assignment", "Cap On Liability"]
