"""Documents that belong together: what a document says of itself, which other it changes, and which of two terms holds on a day."""

from nightclerk.findings.families.caption import CAPTION, Caption, caption
from nightclerk.findings.families.kin import Link, Paper, changes, families
from nightclerk.findings.families.operative import Member, Supersession, Term, supersessions
from nightclerk.findings.families.passages import Passage, passages
from nightclerk.findings.families.references import Reference

__all__ = [
    "CAPTION",
    "Caption",
    "Link",
    "Member",
    "Paper",
    "Passage",
    "Reference",
    "Supersession",
    "Term",
    "caption",
    "changes",
    "families",
    "passages",
    "supersessions",
]
