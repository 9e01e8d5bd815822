"""Build the sample documents of `examples/inbox` anew from `examples/texts`: `python examples/build.py [FOLDER]`.

The same texts make the same files. Every name, place and figure in them is invented.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from builders.faults import build_photo, build_workbook, cut_off
from builders.pdf import build_pdf
from builders.scan import replace_page, scan_pdf
from builders.web import build_filing, build_page
from builders.word import build_docx

HERE = Path(__file__).parent
PASSWORD = "quayside-41"  # of the encrypted sample; nothing but its fresh build and the test of it needs to know


def text(name: str) -> str:
    """The source text of one document."""
    return (HERE / "texts" / name).read_text(encoding="utf-8")


def build(inbox: Path) -> None:
    """Write every sample document into a folder, which is made where it is missing."""
    (inbox / "signed").mkdir(parents=True, exist_ok=True)
    build_readable(inbox)
    with tempfile.TemporaryDirectory() as folder:
        build_troublesome(inbox, Path(folder))


def build_readable(inbox: Path) -> None:
    """Write the documents that can be read from the first page to the last."""
    build_pdf(text("services-agreement.md"), inbox / "services-agreement.pdf", "Master Services Agreement HF-2024-017", has_cover=True)
    build_docx(text("mutual-nda.md"), inbox / "mutual-nda.docx", numbered=True)
    build_docx(text("amendment-no-1.md"), inbox / "amendment-no-1.docx")
    build_pdf(text("credit-agreement-extract.md"), inbox / "credit-agreement-extract.pdf", "Credit Agreement of March 15, 2023 (extract)")
    build_filing(text("annual-report-10k.md"), inbox / "annual-report-10k.html", title="Harbourline Freight Holdings, Inc. - 10-K 2025")
    build_page(text("dienstleistungsvertrag.md"), inbox / "dienstleistungsvertrag.html", language="de")
    build_workbook(inbox / "rate-card.xlsx")
    for name in ("board-memo.md", "side-letter.txt"):
        shutil.copyfile(HERE / "texts" / name, inbox / name)


def build_troublesome(inbox: Path, scratch: Path) -> None:
    """Write the documents that cannot be read, or only in part, or were read before; `scratch` takes what leads up to them."""
    whole, scanned = scratch / "whole.pdf", scratch / "scanned.pdf"
    build_pdf(text("warehouse-lease.md"), whole, "Warehouse Lease, Shed 14")
    scan_pdf(whole, inbox / "scanned-lease.pdf")
    build_pdf(text("distribution-agreement.md"), whole, "Distribution Agreement")
    scan_pdf(whole, scanned)
    replace_page(whole, scanned, inbox / "distribution-agreement.pdf", index=1)
    build_pdf(text("insurance-policy.md"), whole, "Cargo Insurance Policy LM-CARGO-5521")
    cut_off(whole, inbox / "damaged.pdf", share=0.45)
    build_pdf(text("settlement-agreement.md"), inbox / "encrypted.pdf", "Confidential Settlement Agreement", password=PASSWORD)
    build_photo(inbox / "loading-dock.png")
    (inbox / "empty.txt").write_bytes(b"")
    shutil.copyfile(inbox / "services-agreement.pdf", inbox / "signed" / "MSA Tallowmere (counterpart).pdf")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "inbox")
