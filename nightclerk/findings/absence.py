"""What is not there: said only by whoever read everything, and named by what was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nightclerk.records import Finding


def absences(
    categories: Sequence[str],
    found: Sequence[Finding],
    *,
    complete: bool,
    analyst: Literal["rules", "model"],
    read: str,
    reason: str = "",
) -> list[Finding]:
    """One finding without evidence for each category of which nothing was found, in the order of `categories`.

    `read` names what was read ("12 of 12 pages, 3 of 3 chunks"), `reason` why that is not everything. A model that read everything makes
    it `not_present`; one that did not, `unclear`; patterns can only say `no_match`. A category with an unclear or unverified finding
    gets none: somebody claims that it is there, and that finding is its row.
    """
    known = {finding.category for finding in found}
    return [_absence(category, complete, analyst, read, reason) for category in categories if category not in known]


def _absence(category: str, complete: bool, analyst: str, read: str, reason: str) -> Finding:
    why = f"; {reason}" if reason else ""
    if analyst == "rules":
        gap = "" if complete else f", but not everything was read: {read}{why}"
        return Finding(category, "no_match", f"no pattern matched{gap}", ())
    if complete:
        return Finding(category, "not_present", f"not found in {read}", ())
    return Finding(category, "unclear", f"not found in what was read: {read}{why}", ())
