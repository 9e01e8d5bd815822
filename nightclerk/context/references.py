"""What points where in a document: every printed number of a clause or an exhibit, and the section that it leads to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import pairwise

from nightclerk.context import pointers
from nightclerk.context.model import Reference, Where
from nightclerk.context.outline import Key, Outline, parse_key

BEFORE, AFTER = 60, 120
_NAMES_ITSELF = re.compile(r"[\s*_#“\"]*\Z")
_SENTENCE_GOES_ON = re.compile(r"[\w,;(&–—-]\s*\Z")
_LINE_END = re.compile(r"[\s*_]*(?:\n|\Z)")


def find_references(text: str, outline: Outline, own_names: Collection[str] = ()) -> list[Reference]:
    """Every reference in a text, in order. `own_names` are what the document calls itself, such as Agreement."""
    found = [*_clauses(text, outline, own_names), *_japanese(text, outline), *_exhibits(text, outline, own_names)]
    return sorted(found, key=lambda one: (one.char_start, one.char_end))


def _clauses(text: str, outline: Outline, own_names: Collection[str]) -> Iterator[Reference]:
    done = 0
    for match in pointers.CLAUSE.finditer(text):
        if match.start() < done or _is_heading(text, outline, match.start(), match.end()):
            continue
        word = next(name for name in ("section", "article", "clause") if match[name])
        part = pointers.PART.match(text, match.end())
        end = done = part.end() if part else match.end()
        where = _whose(text, match.start(), end, own_names)
        parts = tuple(filter(None, part.groups())) if part else ()
        itself = pointers.THIS.search(text, max(0, match.start() - 24), match.start()) is not None
        for start, stop, key in _keys(text, match.start("numbers"), match.end("numbers")):
            one = _reference(outline, (start, stop), word, (*key, *parts), where, match.start())
            yield _around(outline, one) if itself and one.where == "nowhere" else one


def _keys(text: str, start: int, end: int) -> Iterator[tuple[int, int, Key]]:
    """The numbers of a list with their places; `(b)` behind `4.2(a)` is one of 4.2."""
    if text[start] in "\"“'‘":
        yield start, end, (text[start + 1],)
        return
    found = list(pointers.ONE.finditer(text, start, end))
    joints = ["", *(text[one.end() : other.start()] for one, other in pairwise(found))]
    last_joined = max(number for number, joint in enumerate(joints) if not number or pointers.LINKED.search(joint))
    before: Key = ()
    for number, match in enumerate(found):
        key = parse_key(match[0])
        if match[0].startswith("(") and before:
            if (len(before) == 1 and before[0][0].isdigit()) or number > last_joined:
                # `Section 16.1, (2) any claim`: the next item of the sentence
                return
            key = (*_stem(before, key), *key)
        before = key
        yield match.start(), match.end(), key


def _stem(before: Key, key: Key) -> Key:
    """What the item before was one of: of `(a)(1)` behind it comes `(2)`, or `(b)`."""
    for length in range(len(before) - 1, 0, -1):
        if _like(before[length], key[0]):
            return before[:length]
    return before[:1] if before[0][0].isdigit() else ()


def _like(one: str, other: str) -> bool:
    return (one.isdigit(), one.isupper()) == (other.isdigit(), other.isupper())


def _reference(outline: Outline, span: tuple[int, int], word: str, key: Key, where: Where, at: int) -> Reference:
    label = key[0] + "".join(f"({part})" for part in key[1:]) if _is_headed(key) else "".join(f"({part})" for part in key)
    if where == "elsewhere" or (word == "section" and _is_headed(key) and not outline.is_numbered_like(key[0])):
        return Reference(*span, at, word, label, "elsewhere")
    section, exact = (outline.find(key, at, article=word == "article")) if _is_headed(key) else (outline.relative(key, at), True)
    if section is None:
        return Reference(*span, at, word, label, "nowhere" if _is_headed(key) else "elsewhere")
    return Reference(*span, at, word, label, "here", section.clause_path, section.char_start, section.char_end, exact)


def _around(outline: Outline, one: Reference) -> Reference:
    """`this Section 9` where the heading of 9 was not read: what was read around it."""
    place = outline.at(one.char_start)
    if place is None:
        return one
    section = outline.sections[place]
    return replace(
        one, where="here", clause_path=section.clause_path, target_start=section.char_start, target_end=section.char_end, exact=False
    )


def _is_headed(key: Key) -> bool:
    """Whether a number is complete: `9.2(b)`, and not `(b)`, which counts from where it stands."""
    return key[0][0].isdigit()


def _japanese(text: str, outline: Outline) -> Iterator[Reference]:
    for match in pointers.JAPANESE.finditer(text):
        if _is_heading(text, outline, match.start(), match.end()):
            continue
        before, behind = text[max(0, match.start() - BEFORE) : match.start()], text[match.end() : match.end() + AFTER]
        other = pointers.CODE_BEFORE.search(before) or pointers.OTHER_BEHIND.match(behind)
        key = parse_key(match["number"] + (match["parts"] or ""))
        yield _reference(outline, match.span(), "article", key, "elsewhere" if other else "here", match.start())


def _exhibits(text: str, outline: Outline, own_names: Collection[str]) -> Iterator[Reference]:
    for match in pointers.EXHIBIT.finditer(text):
        if _is_heading(text, outline, match.start(), match.end()) or _is_filed(text, match):
            continue
        where = _whose(text, match.start(), match.end(), own_names, is_exhibit=True)
        word = pointers.SINGULAR.sub("", match["word"]).capitalize()
        for one in pointers.EXHIBIT_ONE.finditer(text, match.start("numbers"), match.end("numbers")):
            if not pointers.FORMS.match(one[0]):
                yield _exhibit(outline, Reference(*one.span(), match.start(), word, one[0], where, is_exhibit=True))


def _is_filed(text: str, match: re.Match[str]) -> bool:
    """Whether it is the number under which this document was filed, a line of its table of contents, or itself (`this Exhibit`)."""
    if match.start() < pointers.FILED_WITHIN and pointers.FILED.match(match["numbers"]):
        return True
    return (
        pointers.CONTENTS_BEHIND.match(text, match.end()) is not None
        or text[max(0, match.start() - 5) : match.start()].casefold() == "this "
    )


def _exhibit(outline: Outline, one: Reference) -> Reference:
    section = outline.exhibit(one.label) if one.where == "here" else None
    if section is None:
        return one if one.where == "elsewhere" else replace(one, where="nowhere")
    return replace(one, clause_path=section.clause_path, target_start=section.char_start, target_end=section.char_end)


def _whose(text: str, start: int, end: int, own_names: Collection[str], *, is_exhibit: bool = False) -> Where:
    """Whether a reference is to this document, as far as the words around it tell."""
    before, behind = text[max(0, start - BEFORE) : start], text[end : end + AFTER]
    if pointers.CODE_BEFORE.search(before) or any(one.match(behind) for one in (pointers.CODE_BEHIND, pointers.ARABIC_OF, pointers.THEIRS)):
        return "elsewhere"
    if pointers.OURS.match(behind):
        return "here"
    owner = pointers.OWNER.match(behind)
    if owner is None or pointers.PART_OF_IT.match(owner["owner"]):
        return "here"
    name = owner["owner"].rstrip(".’'").casefold()
    if name in own_names or name in pointers.SELF:
        return "here"
    # behind an English `of` a capital says little, and the noun much
    is_document = (
        is_exhibit or owner["of"] not in {"of", None} or owner["owner"].isupper() or any(map(pointers.DOCUMENT.match, name.split()))
    )
    return "elsewhere" if is_document else "here"


def _is_heading(text: str, outline: Outline, start: int, end: int) -> bool:
    """Whether words are the number of a clause and not a reference to one: they begin a section, or stand alone on their line."""
    place = outline.at(start)
    if place is not None and _NAMES_ITSELF.match(text[outline.sections[place].char_start : start]):
        return True
    if text[start : start + 4].isupper() and pointers.TITLE_BEHIND.match(text, end):
        return not pointers.LINKED_BEFORE.search(text[max(0, start - 20) : start])
    line = max(text.rfind("\n", max(0, start - 400), start) + 1, start - 400, 0)
    if text[line:start].strip(' \t*_#“"'):
        return False
    if start < 40 or _LINE_END.match(text, end):
        return not _SENTENCE_GOES_ON.search(text[max(0, line - 80) : line].rstrip("\n \t")[-3:]) or start < 40
    before = text[max(0, line - 80) : line].rstrip()
    # `Section 5. Term` at the beginning of a line whose mark was not read
    return (not before or before[-1] in '.:;”"') and re.match(r"\s?[.:–—-]\s|\s{2,}[A-Z]", text[end : end + 6]) is not None
