"""What planned requests may cost together; the same for an estimate and for the run that is scored against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nightclerk.providers.outlook import Load, Outlook


@dataclass(slots=True)
class Forecast:
    """Requests counted so far, each once however many documents put it. The range of a sum is narrower than the sum of the ranges."""

    outlook: Outlook
    load: Load = field(default_factory=Load)
    hashes: set[str] = field(default_factory=set)

    def add(self, requests: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
        """Count requests; returns by how many nano-USD (the low, the high) end has moved."""
        low, high = self.outlook.cost_range(self.load)
        for request in requests:
            if request["hash"] not in self.hashes:
                self.hashes.add(request["hash"])
                self.load += Load(1, request["prompt_tokens"], request["max_output_tokens"])
        new_low, new_high = self.outlook.cost_range(self.load)
        return new_low - low, new_high - high

    def in_realtime(self) -> tuple[int, int]:
        """Take everything for realtime calls from now on; returns by how many nano-USD (the low, the high) end has moved."""
        low, high = self.outlook.cost_range(self.load)
        self.outlook = replace(self.outlook, batch=False)
        new_low, new_high = self.outlook.cost_range(self.load)
        return new_low - low, new_high - high
