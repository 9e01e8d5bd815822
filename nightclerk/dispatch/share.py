"""This process's part of a limit that several processes share: blocks of a quarter second, leased one ahead.

Each holder asks for its next block when the one before begins. So every process with work has one block waiting in the row, they take
turns, and the database sees about four writes a second for a limit, however many calls pass and however many processes there are.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nightclerk.store import Store, limits

# how much of the requests' time may be made up for, when a timer was late
SLACK_S = 0.05
BLOCK_S = 0.25
# how long a request that was given back is there for the next one
GIVEN_BACK_S = 0.25


@dataclass(slots=True)
class Block:
    """What is left of a lease: so many requests, the next one from `next_at` on, until it runs out. Times are of the local clock."""

    starts_at: float
    ends_at: float
    next_at: float
    until: float
    spacing_s: float
    requests: int
    tokens: int


class Share:
    """Leases of one limit.

    Args:
        store: where the limit is shared.
        key: which limit: provider and model.
        clock: seconds that never go back; called from the writer's thread as well.
        today: the clock that all processes share; without it the database's own.
    """

    def __init__(
        self, store: Store, key: str, *, clock: Callable[[], float] = time.monotonic, today: Callable[[], datetime] | None = None
    ) -> None:
        self._store = store
        self._key = key
        self._clock = clock
        self._today = today
        self._blocks: deque[Block] = deque()
        self._asking = False
        self._asked_at = -math.inf
        self._used = 0
        self.owed_tokens = 0

    def delay_s(self, now: float) -> float:
        """How long until the next request may pass by what is leased; infinite while nothing is."""
        while self._blocks and (self._blocks[0].requests == 0 or self._blocks[0].until < now):
            self.owed_tokens -= self._blocks.popleft().tokens
        return self._blocks[0].next_at - now if self._blocks else math.inf

    def use(self, tokens: int) -> None:
        """Let one request pass, after `delay_s` said that it may."""
        block = self._blocks[0]
        block.requests -= 1
        block.next_at += block.spacing_s
        block.tokens -= tokens
        self._used += 1

    def give_back(self, tokens: int, now: float) -> None:
        """Undo a request that passed: the next one may go in its place."""
        self._used -= 1
        self._blocks.appendleft(Block(now, now, now, now + GIVEN_BACK_S, 0.0, 1, tokens))

    def wants(self, waiting: int, now: float) -> bool:
        """Whether it is time to lease the next block for so many waiting calls."""
        ahead = bool(self._blocks) and self._blocks[-1].starts_at > now
        return not self._asking and not ahead and sum(block.requests for block in self._blocks) < waiting

    async def lease(self, sizes: Sequence[int], *, requests_per_second: float, tokens_per_second: float, burst_s: float) -> None:
        """Take a block for calls of these sizes in tokens, as many of them as fit; without any, only settle what is owed.

        Raises:
            StoreError: the database failed.
        """
        sizes = self._fitting(sizes, requests_per_second, tokens_per_second)
        owed, self.owed_tokens = self.owed_tokens, 0
        # who joins others leaves them the time that the first one made up for at his start, when he had all of the provider's burst:
        # several processes are late in more ways than one
        gap_s = SLACK_S if self._asked_at == -math.inf else 0.0
        wish = limits.Wish(
            len(sizes), sum(sizes), owed, requests_per_second, tokens_per_second, slack_s=SLACK_S, burst_s=burst_s, gap_s=gap_s
        )
        self._asking, self._asked_at, self._used = True, self._clock(), 0
        try:
            begins = await self._store.write_alone(_lease, self._key, wish, self._clock, self._today)
        except BaseException:
            self.owed_tokens += owed
            raise
        finally:
            self._asking = False
        if sizes:
            spacing_s = 1 / requests_per_second
            if self._blocks and begins - self._blocks[-1].ends_at < spacing_s / 2:
                # nobody is between: what is late in the one may still go in the other
                self._blocks[-1].until += SLACK_S + spacing_s
            ends = begins + len(sizes) * spacing_s
            # behind its end the time is somebody else's; a lease that took longer than its block still lets one request pass
            until = max(ends, self._clock() + spacing_s)
            self._blocks.append(Block(begins, ends, begins, until, spacing_s, len(sizes), sum(sizes)))

    async def hold(self, seconds: float) -> None:
        """Keep the other processes from leasing for a while, too."""
        await self._store.write_alone(limits.hold, self._key, seconds, now=self._today() if self._today else None)

    def _fitting(self, sizes: Sequence[int], requests_per_second: float, tokens_per_second: float) -> list[int]:
        """The first sizes that fall due within a block, at least one; and as many more as half of what passed since the last lease.

        Calls that come one by one, each as another ends, would otherwise make a lease each.
        """
        recent = self._used // 2 if self._clock() - self._asked_at < 2 * BLOCK_S else 0
        fitting = list(sizes) + [sizes[-1]] * (recent - len(sizes)) if sizes else []
        room = tokens_per_second * BLOCK_S
        count = 0
        for size in fitting[: int(min(len(fitting), max(1, requests_per_second * BLOCK_S)))]:
            room -= size
            if count and room < 0:
                break
            count += 1
        return fitting[:count]


def _lease(conn: Any, key: str, wish: limits.Wish, clock: Callable[[], float], today: Callable[[], datetime] | None) -> float:
    """When the block begins by the local clock, which is read in the same moment as the shared one."""
    return limits.lease(conn, key, wish, now=today() if today else None) + clock()
