"""Numbers of lists and headings in an OpenDocument text, which are printed and not stored. After OpenDocument 1.3 part 3, 5.3 and 16.30."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nightclerk.ingest.container import Element
from nightclerk.ingest.numerals import formatted
from nightclerk.ingest.opendocument import attribute, local, styles_of, whole

LEVELS = 10
FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "": "none"} | {
    # LibreOffice names what the standard does not know by how it begins
    "1st": "ordinal", "One": "cardinalText", "First": "ordinalText", "01, 02, 03": "decimalZero", "*, †, ‡, §, **, ††": "chicago",
    "①, ②, ③": "decimalEnclosedCircle", "А, Б, .., Аа, Аб": "russianUpper", "а, б, .., аа, аб": "russianLower",
    "א, ב, ג": "hebrew2", "א, י, ק": "hebrew1", "أ, ب, ت": "arabicAlpha", "ا, ب, ج": "arabicAbjad",
    "क, ख, ग": "hindiConsonants", "ก, ข, ค": "thaiLetters", "ア, イ, ウ": "aiueoFullWidth", "イ, ロ, ハ": "irohaFullWidth",
    "ｱ, ｲ, ｳ": "aiueo", "ｲ, ﾛ, ﾊ": "iroha", "ㄱ, ㄴ, ㄷ": "chosung", "가, 나, 다": "ganada", "일, 이, 삼": "koreanCounting",
    "하나, 둘, 셋": "koreanLegal", "一, 二, 三": "chineseCountingThousand", "壱, 弐, 参": "japaneseLegal",
    "壹, 貳, 參": "ideographLegalTraditional", "壹, 贰, 叁": "chineseLegalSimplified", "子, 丑, 寅": "ideographZodiac",
    "甲, 乙, 丙": "ideographTraditional",
}  # fmt: skip
AROUND_LISTS = frozenset(["text", "table-cell", "text-box", "note-body"])
OUTLINE, NOBODY = "\0outline", "\0nobody"
# LibreOffice writes down what lies between the numbers of the levels, too: `%1%.%2%`
PLACE = re.compile(r"%(\d{1,2})%([^%]*)")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list style."""

    form: str
    prefix: str
    suffix: str
    start: int
    shown_levels: int
    pattern: str = ""


@dataclass(slots=True)
class Count:
    """Where a list stands: how far each of its levels has counted."""

    style: str
    counters: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The list styles of a document and the counts of its lists, in the order of the text."""

    def __init__(self, *parts: Element | None) -> None:
        """`parts` are the roots that hold styles, the content's own first."""
        self._lists: dict[str, dict[int, Level]] = {}
        self._of_paragraphs: dict[str, tuple[str, str, int]] = {}
        for style in (style for part in parts for style in styles_of(part)):
            name = attribute(style, "name")
            if local(style) == "list-style":
                self._lists.setdefault(name, _levels(style))
            elif local(style) == "outline-style":
                self._lists.setdefault(OUTLINE, _levels(style))
            elif local(style) == "style":
                depth = whole(attribute(style, "default-outline-level"), 0)
                self._of_paragraphs.setdefault(name, (attribute(style, "list-style-name"), attribute(style, "parent-style-name"), depth))
        self._last: dict[str, Count] = {}
        self._by_id: dict[str, Count] = {}
        self._outline = Count(OUTLINE)

    def begin(self, node: Element, outer: Count | None) -> Count:
        """The count of a `text:list`: its outer list's, one that it says it continues, else a new one."""
        if outer is not None:
            return outer
        style = attribute(node, "style-name")
        asked = attribute(node, "continue-list")
        continued = self._by_id.get(asked or NOBODY)
        # LibreOffice leaves out the name of some lists that others say they continue
        if continued is None and (asked or attribute(node, "continue-numbering") == "true"):
            continued = self._last.get(style)
        count = continued or Count(style)
        self._last[style] = self._by_id[attribute(node, "id")] = count
        return count

    def item(self, count: Count, depth: int, node: Element, paragraph_style: str) -> str:
        """The label of a list item at a depth from 0, with a blank behind it."""
        levels = self._levels_for(_own_style(node) or count.style or self.list_style(paragraph_style)[0])
        return self._label(count, levels, depth, whole(attribute(node, "start-value"), -1))

    def heading(self, node: Element) -> str:
        """The label of a `text:h` outside of lists: that of the outline, or of the list its style names."""
        depth = whole(attribute(node, "outline-level"), 1) - 1
        levels = self._levels_for(OUTLINE)
        return self._label(self._outline, levels, depth, -1) if attribute(node, "is-list-header") != "true" else ""

    def list_style(self, style: str) -> tuple[str, int]:
        """(list style, outline level from 1 or 0) that a paragraph's style or its nearest ancestor brings."""
        depth = 0
        for _ in range(LEVELS * 3):
            link, parent, own_depth = self._of_paragraphs.get(style, ("", "", 0))
            depth = depth or own_depth
            if link or not parent:
                return link, depth
            style = parent
        return "", depth

    def _levels_for(self, style: str) -> dict[int, Level]:
        return self._lists.get(style, {})

    def _label(self, count: Count, levels: dict[int, Level], depth: int, start: int) -> str:
        level = levels.get(depth)
        if level is None:
            return ""
        counters = count.counters
        counters[depth] = start if start >= 0 else counters.get(depth, level.start - 1) + 1
        for deeper in [other for other in counters if other > depth]:
            del counters[deeper]
        for higher in range(depth):
            # a level that was passed over counts as one that was there: the next of its kind is the second
            if higher in levels:
                counters.setdefault(higher, levels[higher].start)
        if level.form == "bullet":
            return "• "
        if level.pattern:
            text = PLACE.sub(lambda match: _placed(match, levels, counters), level.pattern)
            if level.form == "none":
                # without a number of its own a level shows what stands around all numbers
                text = level.pattern.partition("%")[0] + level.pattern.rpartition("%")[2]
            return f"{text} " if text.strip() else ""
        shown = range(max(0, depth - level.shown_levels + 1), depth + 1)
        numbers = [_number(levels.get(place), counters.get(place)) for place in shown] if level.form != "none" else []
        text = level.prefix + ".".join(number for number in numbers if number) + level.suffix
        return f"{text} " if text.strip() else ""


def _own_style(item: Element) -> str:
    """The list style that an item or the nearest list around it names; a list may go on with the numbers of one of another style."""
    name = attribute(item, "style-override")
    for parent in item.iterancestors():
        kind = local(parent)
        if name or kind in AROUND_LISTS:
            break
        if kind == "list":
            name = attribute(parent, "style-name")
    return name


def _placed(match: re.Match[str], levels: dict[int, Level], counters: dict[int, int]) -> str:
    """One number of a pattern and what stands between it and the next; nothing of both where that level has none."""
    place = int(match[1]) - 1
    number = _number(levels.get(place), counters.get(place))
    return number + match[2] if number or match.end() == len(match.string) else ""


def _number(level: Level | None, count: int | None) -> str:
    return formatted(level.start if count is None else count, level.form) if level and level.form != "bullet" else ""


def _form(node: Element) -> str:
    """The number format of a level, by its name in Word."""
    name = attribute(node, "num-format").partition(", ...")[0]
    if name in {"a", "A"} and attribute(node, "num-letter-sync") != "true":
        return f"{FORMS[name]}2"
    return FORMS.get(name, "decimal")


def _levels(style: Element) -> dict[int, Level]:
    levels = {}
    for node in style:
        kind = local(node)
        if kind.startswith(("list-level-style-", "outline-level-style")):
            numbered = kind.endswith(("number", "outline-level-style"))
            levels[whole(attribute(node, "level"), 1) - 1] = Level(
                form=_form(node) if numbered else "bullet",
                prefix=attribute(node, "num-prefix"),
                suffix=attribute(node, "num-suffix"),
                start=whole(attribute(node, "start-value"), 1),
                shown_levels=whole(attribute(node, "display-levels"), 1),
                pattern=attribute(node, "num-list-format") if numbered else "",
            )
    return levels
