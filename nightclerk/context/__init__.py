"""Context: the definitions and cross-references of a document, found offline, and what of them a chunk needs beside it."""

from nightclerk.context.checks import Remark, remarks
from nightclerk.context.model import Reference, Term, Use
from nightclerk.context.shelf import passages
from nightclerk.context.survey import Survey, survey

__all__ = ["Reference", "Remark", "Survey", "Term", "Use", "passages", "remarks", "survey"]
