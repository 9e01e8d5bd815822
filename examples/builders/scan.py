"""Pages as a flatbed scanner leaves them: a black and white image, slightly askew and specked, and no text layer."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pypdfium2
from PIL import Image
from pypdf import PdfReader, PdfWriter

DPI = 200
SPECKS = 70
EPOCH = time.gmtime(946_684_800)  # a fixed creation date, so that the same pages make the same file


def scan_pdf(typeset: Path, target: Path) -> None:
    """Write a PDF of images of every page of a typeset PDF."""
    pdf = pypdfium2.PdfDocument(typeset)
    try:
        pages = [_scan(pdf[index], seed=index) for index in range(len(pdf))]
    finally:
        pdf.close()
    # a page in mode 1 is stored with CCITT group 4, which is what office scanners use and a tenth of the size
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, creationDate=EPOCH, modDate=EPOCH)


def replace_page(typeset: Path, scanned: Path, target: Path, index: int) -> None:
    """Write the typeset PDF with one page, counted from 0, taken from the scanned one."""
    with typeset.open("rb") as text_file, scanned.open("rb") as image_file:
        text_pages, image_pages = PdfReader(text_file).pages, PdfReader(image_file).pages
        writer = PdfWriter()
        for number, page in enumerate(text_pages):
            writer.add_page(image_pages[index] if number == index else page)
        writer.write(target)


def _scan(page: pypdfium2.PdfPage, *, seed: int) -> Image.Image:
    paper = page.render(scale=DPI / 72, grayscale=True).to_pil()
    paper = paper.rotate(0.45 if seed % 2 else -0.35, resample=Image.Resampling.BICUBIC, fillcolor=255)
    dust = random.Random(seed)
    for _ in range(SPECKS):
        x, y = dust.randrange(paper.width - 3), dust.randrange(paper.height - 3)
        paper.paste(0, (x, y, x + dust.randint(1, 2), y + dust.randint(1, 2)))
    return paper.point(lambda level: 255 if level > 150 else 0).convert("1", dither=Image.Dither.NONE)
