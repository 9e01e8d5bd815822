"""From an answer's text to findings: parsed item by item, placed on the page, merged, and the absences said."""

from nightclerk.findings.absence import absences
from nightclerk.findings.halves import join_halves
from nightclerk.findings.identity import finding_id
from nightclerk.findings.instructions import Planted, distrusted, planted_beside, planted_findings, planted_in
from nightclerk.findings.merge import merge
from nightclerk.findings.parse import Parsed, parse
from nightclerk.findings.place import evidence_at, place
from nightclerk.findings.readings import Ballot, Said
from nightclerk.findings.recognise import ABSENT, Known, fingerprint, recognised
from nightclerk.findings.severity import graded
from nightclerk.findings.verify import Verifier
from nightclerk.findings.vote import Tally, lost_line, majority, vote

__all__ = [
    "ABSENT",
    "Ballot",
    "Known",
    "Parsed",
    "Planted",
    "Said",
    "Tally",
    "Verifier",
    "absences",
    "distrusted",
    "evidence_at",
    "finding_id",
    "fingerprint",
    "graded",
    "join_halves",
    "lost_line",
    "majority",
    "merge",
    "parse",
    "place",
    "planted_beside",
    "planted_findings",
    "planted_in",
    "recognised",
    "vote",
]
