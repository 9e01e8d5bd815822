"""German and French amendments, and definitions, asked without a run: the rules analyst reads English contracts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kin.wordings import FOREIGN, WORDINGS


def foreign() -> dict[str, Any]:
    """Per language: is the amendment tied to its agreement, and is each instruction understood?"""
    from nightclerk.findings.families import Paper, caption, families

    told: dict[str, Any] = {"definitions": _definitions()}
    for language, (base, opening, instructions) in FOREIGN.items():
        links = families([Paper("base", caption(base)), Paper("amendment", caption(opening + next(iter(instructions))))])
        wrong = [text for text, (label, does) in instructions.items() if not understood(opening, text, label, does)]
        told[language] = {
            "tied": any(link.lineage_id == "amendment" and link.base_id == "base" for link in links),
            "instructions": len(instructions),
            "right": len(instructions) - len(wrong),
            "wrong": wrong,
        }
    return told


def understood(opening: str, text: str, label: str, does: str) -> bool:
    """Whether an instruction changes a finding of its clause as it says, and none of another clause."""
    quote = "Die Haftung ist auf EUR 500.000 begrenzt."
    paths = {"old": label, "other": "8"}
    found = _superseded(opening, text, {name: (path, quote) for name, path in paths.items()})
    if does == "keep":
        return not found
    if does == "part":
        return [(one.finding_id, one.certain) for one in found] == [("old", False)]
    reads = {one.finding_id: one.reads for one in found}
    return set(reads) == {"old"} and (does != "words" or "900.000" in reads["old"])


def _definitions() -> dict[str, Any]:
    wordings = [one for one in WORDINGS if one.does == "definition"]
    opening = "AMENDMENT NO. 1 TO SUPPLY AGREEMENT\n\nThis Amendment is made on May 2, 2024.\n\n"
    quotes = {"old": ("1.1", "“Maturity Date” means June 30, 2025."), "other": ("1.1", "“Closing Date” means June 30, 2020.")}
    wrong = [
        one.name
        for one in wordings
        if {found.finding_id for found in _superseded(opening, one.text.format(term="Maturity Date", new="June 30, 2027."), quotes)}
        != {"old"}
    ]
    return {"instructions": len(wordings), "right": len(wordings) - len(wrong), "wrong": wrong}


def _superseded(opening: str, text: str, quotes: dict[str, tuple[str, str]]) -> Sequence[Any]:
    from nightclerk.findings.families import Member, Term, caption, passages, supersessions

    terms = tuple(Term(name, "Category", 0, len(quote), path, quote) for name, (path, quote) in quotes.items())
    base = Member("base", "base", None, terms)
    told = caption(opening + text)
    return supersessions([base, Member("amendment", "amendment", told.effective_on, (), tuple(passages(opening + text)))])
