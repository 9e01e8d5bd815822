"""What goes wrong, and how long things take: decided by the content of a request and the number of the attempt, so that it repeats."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

# refused: not worked on, nothing billed
REFUSALS = ("429", "429_bare", "429_date", "429_ms", "429_capacity")
# failed without a bill
FREE = ("400_context", "422_context", "402", "403", "403_guardrail", "500", "502", "503", "504", "529", "drop", "hang")
# worked out and billed
PAID = ("drop_mid_body", "truncated_body", "slow", "drop_late", "length", "thinking_only", "bad_json", "no_usage", "huge")
KINDS = REFUSALS + FREE + PAID
# worked out and billed, of streamed requests only: an error event, silence and a cut after `hang_s`, no [DONE]; nothing to any other
STREAMED = ("stream_error", "stream_stall", "stream_no_done")
# what happens to an answer on its way: nothing that could strike a request within a batch job
CUT = ("drop_mid_body", "truncated_body", "slow", "drop_late", "huge")
# of the verbs of files and jobs; those in `CUT` strike after the verb has done its work
VERB_KINDS = (*REFUSALS, "401", "402", "403", "404", "500", "502", "503", "504", "529", "drop", "hang", *CUT)

SIGMA = math.log(15 / 4) / 1.645  # of a lognormal whose 95th percentile is 15/4 of its median


@dataclass(frozen=True)
class Faults:
    """A plan: each kind strikes its share of the attempts."""

    shares: Mapping[str, float]
    seed: int = 0

    def __post_init__(self) -> None:
        if unknown := set(self.shares) - {*KINDS, *STREAMED}:
            raise ValueError(f"unknown kinds of fault {sorted(unknown)}; there are {', '.join(KINDS + STREAMED)}")
        if sum(self.shares.values()) > 1:
            raise ValueError("the shares of all faults add up to more than 1")

    def __call__(self, body_sha256: str, attempt: int) -> str | None:
        """The fault that strikes this attempt at this request, if any."""
        point = random.Random(f"fault {self.seed} {body_sha256} {attempt}").random()
        for kind, share in self.shares.items():
            if point < share:
                return kind
            point -= share
        return None


@dataclass(frozen=True)
class VerbFaults:
    """A plan for the verbs of files and jobs: each "verb:kind" strikes its share of the calls of that verb."""

    shares: Mapping[str, float]
    seed: int = 0

    def __post_init__(self) -> None:
        if unknown := [name for name in self.shares if name.partition(":")[2] not in VERB_KINDS]:
            raise ValueError(f"unknown kinds of fault {unknown}; there are {', '.join(VERB_KINDS)}")

    def __call__(self, verb: str, call: int) -> str | None:
        """The fault that strikes this call of a verb, if any."""
        point = random.Random(f"fault {self.seed} {verb} {call}").random()
        for name, share in self.shares.items():
            if not name.startswith(f"{verb}:"):
                continue
            if point < share:
                return name.partition(":")[2]
            point -= share
        return None


@dataclass(frozen=True)
class Latency:
    """Seconds an answer takes: lognormal, p95 = 3.75 times the median."""

    median_s: float = 0.0
    seed: int = 0

    def __call__(self, body_sha256: str, attempt: int) -> float:
        """The latency of this attempt at this request."""
        if not self.median_s:
            return 0.0
        return random.Random(f"latency {self.seed} {body_sha256} {attempt}").lognormvariate(math.log(self.median_s), SIGMA)
