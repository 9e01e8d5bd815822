"""Everything between an open question and a committed reply: pace, budget, retries, the ledger of attempts."""

from nightclerk.dispatch.batches import Batches
from nightclerk.dispatch.concurrency import Concurrency
from nightclerk.dispatch.dispatcher import Dispatcher
from nightclerk.dispatch.heartbeat import heartbeat
from nightclerk.dispatch.jobs import Job, Terms
from nightclerk.dispatch.limiter import Limiter, Limiters
from nightclerk.dispatch.share import Share

__all__ = ["Batches", "Concurrency", "Dispatcher", "Job", "Limiter", "Limiters", "Share", "Terms", "heartbeat"]
