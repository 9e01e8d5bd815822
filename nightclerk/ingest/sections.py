"""First cut."""
from __future__ import annotations
from nightclerk.records import Section
from collections.abc import Sequence
def find_sections(text: str) -> list[Section]:
    return []
def clause_path_at(sections: Sequence[Section], offset: int) -> str:
    return ""
