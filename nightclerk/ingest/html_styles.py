"""The style sheets of a page, written into the elements that they are about: the selectors are matched by the parser's own engine.

Only what decides about words is written: what is hidden, how lists are numbered, where pages break. Sheets in other files are not fetched.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import compress, count, islice

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from nightclerk.ingest.html_pieces import Page
from nightclerk.ingest.html_rows import LINE, PAGE
from nightclerk.ingest.html_tags import BREAKS, VOID, WHITE, declarations, is_white, name_of

# no page of a person has more that matter; each is matched against the whole page
MOST_RULES, MOST_MATCHES, MOST_SHEET = 300, 200_000, 200_000
MOST_ANCESTORS = 64
LEAST_WHITE, MOST_STEPS = 40, 100_000
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
MEDIA = re.compile(r"@media([^{}]*)\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}")
RULE = re.compile(r"([^{}@;]+)\{([^{}]*)\}")
DECIDING = re.compile(
    r"display\s*:|visibility\s*:|opacity\s*:\s*0|font-size\s*:\s*[01](?:px)?\s*(?:[;!}]|$)|text-indent\s*:\s*-|(?:left|top)\s*:\s*-|clip\s*:"
    r"|list-style|break-(?:before|after)",
    re.IGNORECASE,
)
# what holds only while somebody does something, and what stands before and behind an element
PASSING = re.compile(r":(?!root|first-child|last-child|nth-|not\(|only-child|first-of|last-of)")
RAW = frozenset(["script", "style", "template", "svg", "noscript", "noframes", "noembed", "iframe", "xmp", "plaintext"])
GROUND = re.compile(r"background(?:-color)?\s*:\s*([^;\"]+)", re.IGNORECASE)
WHITE_GROUND = re.compile(r"#fff(?:fff)?\b|white\b|transparent|none|inherit|rgb\(\s*255\s*,\s*255\s*,\s*255", re.IGNORECASE)


def prepared(tree: LexborHTMLParser, names: Collection[str], tags: Collection[str]) -> bool:
    """Write into a tree what its tags alone do not say; whether there was anything to write.

    That is: style sheets, breaks behind an element, raw text. `tags` are the tree's different tags, `names` those of its elements.
    """
    steps = [
        (not RAW.isdisjoint(names), _strip_raw),
        (any(tag.startswith("ol") and " reversed" in tag for tag in tags), _start_reversed),
        (any("break-after" in tag and not tag.startswith("hr") for tag in tags) or "style" in names, _mark_ends),
    ]
    asked = [step for is_asked, step in steps if is_asked]
    for step in asked:
        step(tree)
    return bool(asked)


def _start_reversed(tree: LexborHTMLParser) -> None:
    """Say where lists that count down begin: with the number of their items."""
    for node in tree.css("ol[reversed]:not([start])"):
        node.attrs["start"] = str(sum(child.tag == "li" for child in node.iter()))


def _strip_raw(tree: LexborHTMLParser) -> None:
    """Apply the style sheets, take out what is no text, and make text of what was raw text."""
    _apply_sheets(tree)
    tree.strip_tags(["script", "style", "template", "svg", "noscript", "noframes", "noembed", "iframe"])
    for node in tree.css("xmp, plaintext"):
        node.replace_with(LINE + (node.text() or "").replace("\n", LINE) + LINE)


def _apply_sheets(tree: LexborHTMLParser) -> None:
    """Write the rules of the page's own sheets before the styles of the elements that they match."""
    sheets = [node.text() for node in tree.css("style")]
    if not any(DECIDING.search(sheet) for sheet in sheets):
        return
    rules = sorted(_rules("\n".join(sheets)[:MOST_SHEET]), key=lambda rule: rule[0])[:MOST_RULES]
    found: dict[int, tuple[LexborNode, list[str]]] = {}
    matches = 0
    for _, selector, body in rules:
        for node in _matches(tree, selector):
            found.setdefault(node.mem_id, (node, []))[1].append(body)
            matches += 1
        if matches > MOST_MATCHES:
            break
    for node, bodies in found.values():
        own = node.attributes.get("style") or ""
        node.attrs["style"] = ";".join([*bodies, own])


def _matches(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return tree.css(selector)
    except (SelectolaxError, ValueError):
        # a selector that the engine does not know
        return []


def _rules(sheet: str) -> Iterator[tuple[tuple[int, int, int], str, str]]:
    """(specificity, selector, declarations) of each rule that decides about words on a screen."""
    text = MEDIA.sub(lambda media: media[2] if _on_screen(media[1]) else "", COMMENT.sub("", sheet))
    for match in RULE.finditer(text):
        if DECIDING.search(match[2]):
            for selector in match[1].split(","):
                plain = selector.strip()
                if plain and len(plain) < 300 and not PASSING.search(plain):
                    yield _specificity(plain), plain, match[2].strip()


def _on_screen(query: str) -> bool:
    return "print" not in query and "speech" not in query and "max-" not in query


def _specificity(selector: str) -> tuple[int, int, int]:
    classes = selector.count(".") + selector.count("[") + selector.count(":")
    return selector.count("#"), classes, len(re.findall(r"(?:^|[\s>+~])[a-zA-Z]", selector))


def _mark_ends(tree: LexborHTMLParser) -> None:
    """Write PAGE behind each element whose style breaks the page there; breaks before an element are told by its tag."""
    for node in tree.css('[style*="break-after" i]:not(hr)'):
        style = declarations(node.attributes.get("style") or "")
        if style.get("break-after", style.get("page-break-after")) in BREAKS:
            _outside(node).insert_after(PAGE)


def _outside(node: LexborNode) -> LexborNode:
    """The element itself, or for a part of a table, where text has no place, the table."""
    place, steps = node, 0
    while place.tag in {"tr", "td", "th", "tbody", "thead", "tfoot"} and place.parent is not None and steps < MOST_ANCESTORS:
        place, steps = place.parent, steps + 1
    return place


def white_characters(page: Page) -> int:
    """How many characters are written in white on white; stretches of a few, and facts for machines, are not counted.

    It is on white where neither it nor what it stands in has a ground of another colour, and no sheet of the page may have given it one.
    """
    tree = page.tree
    if not _may_be_white(page) or any("background" in node.text().lower() for node in tree.css("style")):
        return 0
    nodes = tree.css('[style*="#fff" i], [style*="white" i], [style*="rgb(255" i], font[color]')
    texts = [(node.text() or "").strip() for node in nodes if _is_white(node) and _on_white(node) and "<ix:" not in (node.html or "")]
    return sum(len(text) for text in texts if len(text) >= LEAST_WHITE)


def _may_be_white(page: Page) -> bool:
    """Whether there is enough in white to look at what it stands on, which takes a search of the whole tree."""
    tags = {tag for tag in page.tags if "color" in tag and is_white(tag)}
    if not tags or not RAW.isdisjoint(page.names):
        return bool(tags)
    white = {piece for piece, (tag, _, _) in page.parts.items() if tag in tags}
    left = MOST_STEPS
    for place in compress(count(), map(white.__contains__, page.pieces)):
        characters, steps = _characters(page, place, left)
        left -= steps
        if characters >= LEAST_WHITE or left <= 0:
            return True
    return False


def _characters(page: Page, place: int, most_steps: int) -> tuple[int, int]:
    """(how many characters stand in the element that begins at a piece, as far as that matters, steps taken to count them)."""
    name = name_of(page.parts[page.pieces[place]][0])
    characters = depth = steps = 0
    for piece in islice(page.pieces, place, place + most_steps):
        tag, _, text = page.parts[piece]
        steps += 1
        if name_of(tag) == name:
            depth += -1 if tag.startswith("/") else 1
        if depth <= 0 or characters >= LEAST_WHITE or name in VOID:
            break
        characters += len(text)
    return characters, steps


def _is_white(node: LexborNode) -> bool:
    given = node.attributes
    return WHITE.search(f"{given.get('style') or ''};color={given.get('color') or ''}") is not None


def _on_white(node: LexborNode) -> bool:
    place: LexborNode | None = node
    for _ in range(MOST_ANCESTORS):
        if place is None or not place.is_element_node:
            return True
        if (place.tag or "").startswith("ix:"):
            return False
        given = place.attributes
        ground = GROUND.search(given.get("style") or "")
        colour = ground[1] if ground else given.get("bgcolor") or given.get("background")
        if colour and not WHITE_GROUND.search(colour):
            return False
        if ground and WHITE_GROUND.match(ground[1].strip()) and not re.match("transparent|none|inherit", ground[1].strip(), re.IGNORECASE):
            return True
        place = place.parent
    return False
