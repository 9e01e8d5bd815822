"""A located quote is not yet a true finding: what an answer says is checked against the slice that it stands on."""

from nightclerk.findings.verify.verifier import Verifier

__all__ = ["Verifier"]
