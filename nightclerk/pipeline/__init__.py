"""The only room that joins the others: take in, plan, dispatch, settle, with the database between the steps."""

from nightclerk.pipeline.desk import Desk, Entry, Order, Outcome, Run
from nightclerk.pipeline.document import analyse_document
from nightclerk.pipeline.estimate import Estimate, estimate
from nightclerk.pipeline.intake import default_collection, list_sources
from nightclerk.pipeline.lifecycle import finish_run, start_run
from nightclerk.pipeline.run import execute

__all__ = [
    "Desk",
    "Entry",
    "Estimate",
    "Order",
    "Outcome",
    "Run",
    "analyse_document",
    "default_collection",
    "estimate",
    "execute",
    "finish_run",
    "list_sources",
    "start_run",
]
