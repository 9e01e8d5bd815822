"""From a file to a Document: finding files, telling what they are, and reading each in a child process with limits."""

from nightclerk.ingest.blocks import unpack
from nightclerk.ingest.discover import Found, allowed, discover, inspect, shown
from nightclerk.ingest.readers import Options, gains_ocr, reader_fingerprint, view_of
from nightclerk.ingest.sandbox import Limits, read
from nightclerk.ingest.sections import clause_path_at

__all__ = [
    "Found",
    "Limits",
    "Options",
    "allowed",
    "clause_path_at",
    "discover",
    "gains_ocr",
    "inspect",
    "read",
    "reader_fingerprint",
    "shown",
    "unpack",
    "view_of",
]
