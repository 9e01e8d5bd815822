"""Draws the pictures of `tests/golden/image`: `python tests/golden/build_images.py`."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent / "image"
NOTICE = "NOTICE OF RENT\n\n1. The Tenant pays USD 1,250 per month.\n2. The Tenant pays on the first day of the month."
RECEIPT = "RECEIPT\n\nReceived USD 1,250 for March 2025.\nThe Landlord"


def page(text: str) -> Image.Image:
    """A sheet of 6 by 4 inches at 150 dpi, in black and white."""
    sheet = Image.new("1", (900, 600), 1)
    ImageDraw.Draw(sheet).multiline_text((60, 80), text, fill=0, font=ImageFont.load_default(size=30), spacing=18)
    return sheet


def main() -> None:
    """Write one picture of each kind."""
    HERE.mkdir(exist_ok=True)
    page(NOTICE).save(HERE / "notice.png", dpi=(150, 150), optimize=True)
    page(NOTICE).convert("L").save(HERE / "notice.jpg", dpi=(150, 150), quality=60)
    page(NOTICE).save(HERE / "letters.tiff", dpi=(150, 150), compression="group4", save_all=True, append_images=[page(RECEIPT)])


if __name__ == "__main__":
    main()
