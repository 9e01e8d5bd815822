"""From a file to a Document: finding files, telling what they are, and reading each in a child process with limits."""

from nightclerk.ingest.access import Access, Inside, Origin
from nightclerk.ingest.attachments import Inner, Listing, clean_name, is_container, is_skipped
from nightclerk.ingest.blocks import unpack
from nightclerk.ingest.detect import ZIP, detect
from nightclerk.ingest.discover import Found, allowed, discover, inspect, shown, uri_of
from nightclerk.ingest.ocr_engines import Answers, PageAnswer
from nightclerk.ingest.ocr_outgoing import OcrForm, ocr_content, ocr_form
from nightclerk.ingest.places import Place, Url, place, shortened, under
from nightclerk.ingest.readers import Options, gains_ocr, reader_fingerprint, same_reader, view_of
from nightclerk.ingest.remote import Remote
from nightclerk.ingest.remote import check as check_url
from nightclerk.ingest.remote import walk as walk_store
from nightclerk.ingest.sandbox import Limits, read
from nightclerk.ingest.sections import clause_path_at
from nightclerk.ingest.spool import Spool
from nightclerk.ingest.web import Web

__all__ = [
    "ZIP",
    "Access",
    "Answers",
    "Found",
    "Inner",
    "Inside",
    "Limits",
    "Listing",
    "OcrForm",
    "Options",
    "Origin",
    "PageAnswer",
    "Place",
    "Remote",
    "Spool",
    "Url",
    "Web",
    "allowed",
    "check_url",
    "clause_path_at",
    "clean_name",
    "detect",
    "discover",
    "gains_ocr",
    "inspect",
    "is_container",
    "is_skipped",
    "ocr_content",
    "ocr_form",
    "place",
    "read",
    "reader_fingerprint",
    "same_reader",
    "shortened",
    "shown",
    "under",
    "unpack",
    "uri_of",
    "view_of",
    "walk_store",
]
