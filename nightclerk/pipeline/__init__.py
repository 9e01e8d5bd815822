"""The only room that joins the others: take in, plan, dispatch, settle, with the database between the steps."""

from nightclerk.pipeline.batch_cancel import cancel
from nightclerk.pipeline.batch_collect import Collected, collect, collect_all
from nightclerk.pipeline.batch_run import hand_over
from nightclerk.pipeline.desk import Desk, Entry, Ocr, Order, Outcome, Run
from nightclerk.pipeline.document import analyse_document
from nightclerk.pipeline.estimate import Estimate, estimate
from nightclerk.pipeline.intake import default_collection
from nightclerk.pipeline.lifecycle import finish_run, start_run
from nightclerk.pipeline.listing import list_sources
from nightclerk.pipeline.run import execute, stop, together
from nightclerk.pipeline.watch import watching

__all__ = [
    "Collected",
    "Desk",
    "Entry",
    "Estimate",
    "Ocr",
    "Order",
    "Outcome",
    "Run",
    "analyse_document",
    "cancel",
    "collect",
    "collect_all",
    "default_collection",
    "estimate",
    "execute",
    "finish_run",
    "hand_over",
    "list_sources",
    "start_run",
    "stop",
    "together",
    "watching",
]
