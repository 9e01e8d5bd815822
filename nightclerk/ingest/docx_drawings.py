"""What lies over or beside the words of a DOCX: text boxes, diagrams, charts, watermarks, embedded files, pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from nightclerk.errors import SkipDocument
from nightclerk.ingest.docx_package import Element, Package, R, W
from nightclerk.ingest.docx_styles import number, value
from nightclerk.ingest.manuscript import Change, Manuscript, counted

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
VML, OFFICE_VML = "{urn:schemas-microsoft-com:vml}", "{urn:schemas-microsoft-com:office:office}"
# of a chart's series and categories; more is no longer something that a person reads off
MOST_POINTS = 2_000
# from this share of a page on, a picture is taken for a scan of one
LARGE_SHARE = 0.5
EMU_PER_TWIP = 635
LETTER_TWIPS = (12240, 15840)
MOST_NAMED = 5
# shorter ones are names, which Word makes up
LEAST_DESCRIPTION, LONGEST_DESCRIPTION = 20, 2_000
MOST_DIGITS = 15
Handler = Callable[[Element], None]
DESCRIBED = Change("note", lead="words instead of a picture: ")


class Drawings:
    """Queues the text of boxes, which follows the paragraph that they are anchored in, and counts what cannot be read."""

    def __init__(self, script: Manuscript, package: Package, story: Handler) -> None:
        self.embedded: Counter[str] = Counter()
        self.pictures = self.large_pictures = 0
        self.part = ""
        self._script = script
        self._package = package
        self._story = story
        self._boxes: list[Callable[[], None]] = []
        self._page_area = LETTER_TWIPS[0] * LETTER_TWIPS[1] * EMU_PER_TWIP**2

    def handlers(self) -> dict[str, Handler]:
        """Who answers for which element."""
        return {
            f"{W}txbxContent": self._box,
            f"{A}txBody": self._lines,
            f"{VML}textpath": self._text_path,
            f"{DGM}relIds": self._diagram,
            f"{C}chart": self._chart,
            f"{OFFICE_VML}OLEObject": self._object,
            f"{W}control": lambda node: self._embed("ActiveX control"),
            f"{WP}docPr": self._described,
            f"{A}blip": self._picture,
            f"{VML}imagedata": self._picture,
        }

    def page(self, section: Element | None) -> None:
        """Learn the size of the pages."""
        size = section.find(f"{W}pgSz") if section is not None else None
        if size is not None:
            width, height = (number(value(size, name), default) for name, default in zip("wh", LETTER_TWIPS, strict=True))
            self._page_area = max(width * height, 1) * EMU_PER_TWIP**2

    def boxes(self) -> None:
        """Write what the last paragraph had anchored in it; what stands in the text does not go aside with a later paragraph that does."""
        while self._boxes and not self._script.aside_now:
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                start = self._script.here
                box()
                self._script.block("text_box", start)

    def _later(self, walk: Callable[[], None]) -> None:
        if self._script.aside_now:
            # the text of a box that was deleted belongs to the deletion
            self._script.pieces.append("\n")
            walk()
            return
        changes = self._script.open_changes
        self._boxes.append(lambda: self._script.all_changed(changes, walk))

    def _box(self, node: Element) -> None:
        self._later(lambda: self._story(node))

    def _lines(self, node: Element) -> None:
        """DrawingML text, a line per paragraph."""
        self._later(lambda: self._write(_texts(node)))

    def _write(self, lines: Iterator[str] | list[str]) -> None:
        for line in lines:
            if line.strip():
                self._script.pieces.append(f"{line}\n")

    def _described(self, node: Element) -> None:
        """What is said instead of a picture, to those who do not see it."""
        words = " ".join(f"{node.get('title', '')} {node.get('descr', '')}".split())[:LONGEST_DESCRIPTION]
        if sum(1 + (one >= "\u2e80") for one in words if one.isalpha()) >= LEAST_DESCRIPTION:
            self._script.beside(DESCRIBED, words)

    def _text_path(self, node: Element) -> None:
        """Letters that are drawn: a watermark."""
        self._later(lambda: self._write([node.get("string", "")]))

    def _diagram(self, node: Element) -> None:
        root = self._part_of(node.get(f"{R}dm", ""))
        if root is not None:
            self._later(lambda: self._write(_texts(root)))

    def _chart(self, node: Element) -> None:
        root = self._part_of(node.get(f"{R}id", ""))
        if root is not None:
            self._later(lambda: self._write([*_texts(root), *_series(root)]))

    def _part_of(self, key: str) -> Element | None:
        target = self._package.relations(self.part).get(key, ("", ""))[1]
        try:
            root = self._package.xml(target) if target else None
        except SkipDocument:
            root = None
        if root is None:
            self._embed("diagram or chart")
        return root

    def _object(self, node: Element) -> None:
        self._embed(node.get("ProgID", "") or "object")

    def _embed(self, what: str) -> None:
        if not self._script.aside_now:
            self.embedded[what[:40]] += 1

    def _picture(self, node: Element) -> None:
        if self._script.aside_now:
            return
        self.pictures += 1
        frame = next(node.iterancestors(f"{WP}inline", f"{WP}anchor"), None)
        extent = frame.find(f"{WP}extent") if frame is not None else None
        if extent is not None:
            area = number(extent.get("cx", ""), 0) * number(extent.get("cy", ""), 0)
            self.large_pictures += area > self._page_area * LARGE_SHARE

    def gaps(self) -> list[str]:
        """What cannot be read here, with what to do about it."""
        found = []
        if self.embedded:
            named = ", ".join(what for what, _ in self.embedded.most_common(MOST_NAMED))
            found.append(f"{counted(self.embedded.total(), 'embedded object')} not read ({named})")
        if self.large_pictures:
            what = "pictures as large as half a page were" if self.large_pictures > 1 else "picture as large as half a page was"
            found.append(f"{self.large_pictures} {what} not read: save the document as PDF")
        return found


def _texts(root: Element) -> list[str]:
    """The paragraphs of DrawingML text in a part."""
    return ["".join(text.text or "" for text in line.iter(f"{A}t")) for line in root.iter(f"{A}p")]


def _series(root: Element) -> Iterator[str]:
    """The series of a chart as rows of a table: first the categories, then each series with its name."""
    left = MOST_POINTS
    headed = False
    for series in root.iter(f"{C}ser"):
        name = _points(series.find(f"{C}tx"))
        categories, values = (_points(series.find(f"{C}{one}")) for one in ("cat", "val"))
        if not headed and categories:
            yield " | ".join(["", *categories[:left]])
        headed = True
        if name or values:
            yield " | ".join([" ".join(name), *values[: max(left, 0)]])
        left -= len(values)


def _points(node: Element | None) -> list[str]:
    return [_plain(point.text or "") for point in node.iter(f"{C}v")] if node is not None else []


def _plain(text: str) -> str:
    """A number without the noise of its conversion from binary, 4.4000000000000004; anything else as it is."""
    try:
        return f"{float(text):.15g}" if len(text) > MOST_DIGITS else text
    except ValueError:
        return text
