"""Everything between an open question and a committed reply: pace, budget, retries, the ledger of attempts."""

from nightclerk.dispatch.dispatcher import Dispatcher
from nightclerk.dispatch.heartbeat import heartbeat
from nightclerk.dispatch.jobs import Job, Terms
from nightclerk.dispatch.limiter import Limiter

__all__ = ["Dispatcher", "Job", "Limiter", "Terms", "heartbeat"]
