"""What a file says beside its text is kept beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from planted_documents import PLACES

from nightclerk import ingest

SAID = "These words stand beside the page & are for others."
KEPT = [(name, variant) for name in ("unseen", "comment", "metadata") for variant in PLACES[name] if variant[0] != "title"]


@pytest.mark.parametrize(("name", "variant"), KEPT, ids=lambda one: "" if isinstance(one, str) else f"{one[0]}{one[1]}")
def test_words_beside_the_page_are_kept(name: str, variant: tuple[str, str, object], tmp_path: Path) -> None:
    """Hidden words, comments, descriptions and words instead of pictures stand in a note, or in the text."""
    label, suffix, make = variant
    assert callable(make)
    path = tmp_path / f"{label}{suffix}"
    path.write_bytes(make(SAID))
    document = ingest.read(path, ingest.inspect(path).media_type, ingest.Limits())
    assert SAID in document.text + " ".join(one.text for one in document.annotations)
    assert name == "unseen" or SAID not in document.text


def test_labels_and_settings_are_not_kept(tmp_path: Path) -> None:
    """Short words instead of a picture, and what a page sets up, are no notes."""
    path = tmp_path / "page.html"
    head = '<meta name="viewport" content="width=device-width, initial-scale=1"><!-- [1] -->'
    path.write_text(f'<html><head>{head}</head><body><p>Fees are due.</p><img alt="logo of us"></body></html>', encoding="utf-8")
    assert ingest.read(path, ingest.inspect(path).media_type, ingest.Limits()).annotations == ()
