"""The server's own account: every request, and what each answer cost, by arithmetic of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

# nano-USD per token: (input, cached input, output); 2.00 USD per million tokens = 2,000
PRICES = {
    "magistral-medium-2509": (2_000, 2_000, 5_000),
    "magistral-small-2509": (500, 500, 1_500),
    "mistral-medium-3-5": (1_500, 150, 7_500),
    "mistral-small-2603": (150, 15, 600),
}
# nano-USD per page; 2.00 USD per thousand pages = 2,000,000
PAGE_PRICES = {"mistral-ocr-2512": 2_000_000}


@dataclass
class Entry:
    """One request. `status` is None while it is worked on, and 0 where the connection was dropped without work; billed work is 200.

    `mode` is realtime or batch; a request of a batch job has an entry once it was run, with the job's id and its own `custom_id`.
    """

    body_sha256: str
    model: str
    attempt: int
    received_at: float
    answered_at: float | None = None
    status: int | None = None
    fault: str | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost_nano_usd: int = 0
    pages: int = 0
    mode: str = "realtime"
    job_id: str | None = None
    custom_id: str | None = None

    def bill(self) -> None:
        """Charge the tokens, or pages; done for every answer that was worked out, whether the client still listens or not.

        A request of a batch job pays half, rounded up to the next nano-USD.
        """
        whole = self._realtime_price()
        self.cost_nano_usd = (whole + 1) // 2 if self.mode == "batch" else whole

    def _realtime_price(self) -> int:
        if self.model in PAGE_PRICES:
            return self.pages * PAGE_PRICES[self.model]
        fresh, cached, output = PRICES[self.model]
        prompt = (self.prompt_tokens - self.cached_tokens) * fresh + self.cached_tokens * cached
        return prompt + self.completion_tokens * output


@dataclass
class Account:
    """All entries, in the order in which the requests came in. Requests without a right key or a right body are only counted."""

    entries: list[Entry] = field(default_factory=list)
    rejected: Counter[int] = field(default_factory=Counter)
    model_lists: int = 0
    failures: list[str] = field(default_factory=list)
    # calls by verb of files and jobs, and "verb:fault" by what struck them
    verbs: Counter[str] = field(default_factory=Counter)
    verb_faults: Counter[str] = field(default_factory=Counter)

    @property
    def billed(self) -> list[Entry]:
        """Every request that was paid."""
        return [entry for entry in self.entries if entry.cost_nano_usd]

    @property
    def refused(self) -> int:
        """How many were answered 429."""
        return sum(entry.status == 429 for entry in self.entries)

    @property
    def cost_nano_usd(self) -> int:
        """All that was billed."""
        return sum(entry.cost_nano_usd for entry in self.entries)

    @property
    def cost_by_mode(self) -> dict[str, int]:
        """What was billed, in nano-USD, for realtime requests and for those of batch jobs."""
        return {mode: sum(entry.cost_nano_usd for entry in self.entries if entry.mode == mode) for mode in ("realtime", "batch")}

    @property
    def paid_again(self) -> int:
        """Bills beyond the first for the same body."""
        bodies = Counter(entry.body_sha256 for entry in self.billed)
        return sum(bodies.values()) - len(bodies)

    def as_json(self) -> dict[str, Any]:
        """Totals and entries."""
        return {
            "requests": len(self.entries),
            "refused": self.refused,
            "billed": len(self.billed),
            "paid_again": self.paid_again,
            "cost_nano_usd": self.cost_nano_usd,
            "cost_by_mode": self.cost_by_mode,
            "prompt_tokens": sum(entry.prompt_tokens for entry in self.billed),
            "completion_tokens": sum(entry.completion_tokens for entry in self.billed),
            "pages": sum(entry.pages for entry in self.billed),
            "statuses": dict(Counter(str(entry.status) for entry in self.entries)),
            "faults": dict(Counter(entry.fault for entry in self.entries if entry.fault)),
            "rejected": {str(status): count for status, count in self.rejected.items()},
            "model_lists": self.model_lists,
            "failures": self.failures,
            "verbs": dict(self.verbs),
            "verb_faults": dict(self.verb_faults),
            "entries": [asdict(entry) for entry in self.entries],
        }
