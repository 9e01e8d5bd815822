"""From an answer's text to findings: parsed item by item, placed on the page, merged, and the absences said."""

from nightclerk.findings.absence import absences
from nightclerk.findings.identity import finding_id
from nightclerk.findings.merge import merge
from nightclerk.findings.parse import Parsed, parse
from nightclerk.findings.place import place

__all__ = ["Parsed", "absences", "finding_id", "merge", "parse", "place"]
