"""What OCR is booked as: by the pages billed where somebody says so, else between the pages in hand and all that were asked for."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from nightclerk.dispatch import charges
from nightclerk.dispatch.jobs import Job
from nightclerk.errors import CutOff, ServerFailed
from nightclerk.providers import prices
from nightclerk.providers.mistral_ocr import read_pages
from nightclerk.records import Reply, Usage

PRICE = prices.price("mistral", "mistral-ocr-2512", date(2026, 11, 1))
PAGE = PRICE.page_nano_usd
TEXTS = st.text(st.sampled_from('ab"{}:, \\markdown_pages_processed123'), max_size=30)


def _job(pages: int) -> Job:
    return Job("q", "h", {}, "ocr", None, 0, 0, pages=pages)


def _body(texts: list[str], *, usage: bool = True) -> str:
    said = {"usage_info": {"pages_processed": len(texts), "doc_size_bytes": 5}} if usage else {}
    return json.dumps({"pages": [{"index": index, "markdown": text} for index, text in enumerate(texts)], "model": "m", **said})


@given(st.lists(TEXTS, min_size=1, max_size=8), st.data())
def test_a_broken_answer_brackets_the_bill(texts: list[str], data: st.DataObject) -> None:
    """However much of an answer arrives, cost <= bill <= cost + at risk; no text of a page can pose as a count of pages."""
    bill = len(texts) * PAGE
    body = _body(texts, usage=data.draw(st.booleans()))
    part = body[: data.draw(st.integers(0, len(body)))]
    charge = charges.of_error(PRICE, _job(len(texts)), CutOff("broke off", billable=True, raw_body=part))
    assert charge.cost_nano_usd <= bill <= charge.cost_nano_usd + charge.at_risk_nano_usd
    assert charge.cost_nano_usd == charge.usage.pages * PAGE


@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_an_answer_without_usage_is_booked_by_its_pages(texts: list[str]) -> None:
    """Where an answer does not say what it was billed at, its pages are the estimate, and the rest of what was asked for is at risk."""
    body = _body(texts, usage=False)
    reply = Reply(body, "", "", "stop", "m", None)
    charge = charges.of_reply(PRICE, _job(len(texts) + 2), reply)
    assert charge.usage.pages == len(read_pages(body)) == len(texts)
    assert (charge.basis, charge.cost_nano_usd, charge.at_risk_nano_usd) == ("estimate", len(texts) * PAGE, 2 * PAGE)


def test_pages_are_booked_by_the_bill() -> None:
    """Usage counts, also where it is more or less than was asked for; a failure without an answer is free, a timeout wholly at risk."""
    for billed in (1, 3, 5):
        reply = Reply(_body(["x"]), "", "", "stop", "m", Usage(0, 0, pages=billed))
        charge = charges.of_reply(PRICE, _job(3), reply)
        assert (charge.basis, charge.cost_nano_usd, charge.at_risk_nano_usd) == ("usage", billed * PAGE, 0)
    nonsense = Reply(_body(["x"]).replace('_processed": 1', '_processed": 0'), "", "", "stop", "m", None)
    assert charges.of_reply(PRICE, _job(3), nonsense).basis == "estimate"
    assert charges.ceiling(PRICE, _job(3)) == 3 * PAGE
    assert charges.of_error(PRICE, _job(3), ServerFailed("500")) == charges.FREE
    assert charges.at_risk(PRICE, _job(3)).at_risk_nano_usd == 3 * PAGE
