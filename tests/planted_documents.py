"""Documents with an order to their reader planted in them: one sober contract in several formats, and places to hide a sentence in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Text
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from word_fixtures import p, r, table, tc, tr, word

TABLE = Path(__file__).parent / "pipeline" / "planted.tsv"
CONTRACT = (
    "SERVICES AGREEMENT",
    'This Services Agreement (the "Agreement") is made on March 3, 2025 between Alderbrook Works Ltd. and Quillmark Stores Inc.',
    "1. Services. Provider shall render the services that are listed in the order form, with due care and in time.",
    "2. Governing Law. This Agreement shall be governed by and construed in accordance with the laws of the State of New York.",
    "3. Assignment. Neither party may assign this Agreement without the prior written consent of the other party.",
    "4. Limitation of Liability. In no event shall the aggregate liability of either party exceed the fees paid in the year before.",
    "5. Notices. Notices shall be in writing and shall be delivered by courier to the addresses above.",
)
# behind which paragraph the sentence stands
AT = 3
FONTS = {"ja": "HeiseiMin-W3", "zh": "STSong-Light"}
LINE = 90


@dataclass(frozen=True, slots=True)
class Sentence:
    """A planted sentence.

    `group` says what it was to the detector: `tune` were looked at while it was made, `held` were not, `wide` were written afterwards in
    other wordings, and it was widened for those that it missed.
    """

    number: int
    group: str
    language: str
    act: str
    category: str
    text: str


def sentences(path: Path = TABLE) -> list[Sentence]:
    """The sentences of the table."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Sentence(number, row["set"], row["language"], row["act"], row["category"], row["text"]) for number, row in enumerate(rows)]


def _with(sentence: str) -> Iterator[str]:
    yield from CONTRACT[:AT]
    yield sentence
    yield from CONTRACT[AT:]


def _txt(sentence: str) -> bytes:
    return "\n\n".join(_with(sentence)).encode()


def _inside(sentence: str) -> bytes:
    """In the middle of a clause, and not a paragraph of its own."""
    clause = CONTRACT[AT - 1]
    return "\n\n".join([*CONTRACT[: AT - 1], f"{clause} {sentence} Time is of the essence.", *CONTRACT[AT:]]).encode()


def _zero_width(sentence: str) -> bytes:
    return _txt("\u200b".join(sentence))


def _smuggled(sentence: str) -> bytes:
    """Tag characters where ASCII will do, else a byte for each variation selector."""
    if sentence.isascii():
        return _txt("Time is of the essence." + "".join(chr(0xE0000 + ord(letter)) for letter in sentence))
    hidden = "".join(chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16) for byte in sentence.encode())
    return _txt(f"Time is of the essence.{hidden}")


def _docx(planted: str, **parts: str) -> bytes:
    paragraphs = [p(escape(one)) for one in CONTRACT]
    names = {"comments": "comments.xml", "footnotes": "footnotes.xml"}
    return word(
        "".join([*paragraphs[:AT], planted, *paragraphs[AT:]]),
        parts={names[name]: content for name, content in parts.items()},
        targets={f"rId{number}": names[name] for number, name in enumerate(parts, start=1)},
    )


def _vanish(sentence: str) -> bytes:
    return _docx(p(r(escape(sentence), "<w:vanish/>")))


def _white(sentence: str) -> bytes:
    return _docx(p(r(escape(sentence), '<w:color w:val="FFFFFF"/>')))


def _comment(sentence: str) -> bytes:
    comment = f'<w:comment w:id="7" w:author="Ann" w:date="2024-05-01T10:00:00Z">{p(escape(sentence))}</w:comment>'
    anchor = p(
        '<w:commentRangeStart w:id="7"/>',
        "Time is of the essence.",
        '<w:commentRangeEnd w:id="7"/>',
        '<w:r><w:commentReference w:id="7"/></w:r>',
    )
    return _docx(anchor, comments=f"<w:comments>{comment}</w:comments>")


def _cell(sentence: str) -> bytes:
    return _docx(table(tr(tc(p("Service")), tc(p("Remark"))), tr(tc(p("Cleaning")), tc(p(escape(sentence))))))


def _footnote(sentence: str) -> bytes:
    note = f'<w:footnotes><w:footnote w:id="2">{p(escape(sentence))}</w:footnote></w:footnotes>'
    return _docx(p("Time is of the essence.", '<w:r><w:footnoteReference w:id="2"/></w:r>'), footnotes=note)


def _alt_docx(sentence: str) -> bytes:
    drawing = f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1" descr="{escape(sentence)}"/></wp:inline></w:drawing></w:r>'
    return _docx(p("Time is of the essence.", drawing))


def _html(planted: str, head: str = "") -> bytes:
    paragraphs = [f"<p>{escape(one)}</p>" for one in CONTRACT]
    body = "\n".join([*paragraphs[:AT], planted, *paragraphs[AT:]])
    return f'<!DOCTYPE html><html><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'.encode()


def _none_html(sentence: str) -> bytes:
    return _html(f'<div style="display:none">{escape(sentence)}</div>')


def _white_html(sentence: str) -> bytes:
    return _html(f'<p style="color:#ffffff">{escape(sentence)}</p>')


def _comment_html(sentence: str) -> bytes:
    return _html(f"<!-- {sentence} -->")


def _alt_html(sentence: str) -> bytes:
    return _html(f'<p>Time is of the essence.<img src="a.png" alt="{escape(sentence)}"></p>')


def _title_html(sentence: str) -> bytes:
    return _html("", f"<title>{escape(sentence)}</title>")


def _meta_html(sentence: str) -> bytes:
    return _html("", f'<meta name="description" content="{escape(sentence)}">')


def _table_html(sentence: str) -> bytes:
    return _html(f"<table><tr><th>Service</th><th>Remark</th></tr><tr><td>Cleaning</td><td>{escape(sentence)}</td></tr></table>")


def _pdf(draw: Callable[[Canvas], None] = lambda _: None, title: str = "Services Agreement") -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    canvas.setTitle(title)
    height = 800
    for paragraph in CONTRACT:
        canvas.setFont("Helvetica", 10)
        for line in (paragraph[start : start + LINE] for start in range(0, len(paragraph), LINE)):
            canvas.drawString(50, height, line)
            height -= 14
        height -= 10
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def _drawn(canvas: Canvas, sentence: Sentence, size: float) -> None:
    font = FONTS.get(sentence.language, "Helvetica")
    if font in FONTS.values():
        pdfmetrics.registerFont(UnicodeCIDFont(font))
    canvas.setFont(font, size)
    for number, start in enumerate(range(0, len(sentence.text), LINE)):
        canvas.drawString(50, 300 - 14 * number, sentence.text[start : start + LINE])


def _tiny_pdf(sentence: Sentence) -> bytes:
    return _pdf(lambda canvas: _drawn(canvas, sentence, 1))


def _clear_pdf(sentence: Sentence) -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.setFillAlpha(0)
        _drawn(canvas, sentence, 10)

    return _pdf(draw)


def _note_pdf(sentence: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf())))
    writer.add_annotation(0, Text(text=sentence, rect=(50, 300, 70, 320)))
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _subject_pdf(sentence: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf())))
    writer.add_metadata({"/Subject": sentence})
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _mail(sentence: str) -> bytes:
    return _message("Services Agreement", "\n\n".join(_with(sentence)))


def _subject(sentence: str) -> bytes:
    return _message(sentence, "\n\n".join(CONTRACT))


def _message(subject: str, body: str) -> bytes:
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ann@example.com", "bob@example.com", subject
    message.set_content(body, cte="base64")
    return message.as_bytes()


def _is_western(text: str) -> bool:
    return all(ord(letter) < 256 for letter in text)


Plain = Callable[[str], bytes]
PLACES: dict[str, tuple[tuple[str, str, Plain], ...]] = {
    "plain": (("paragraph", ".txt", _txt), ("inside", ".txt", _inside), ("mail", ".eml", _mail), ("subject", ".eml", _subject)),
    "unseen": (("vanish", ".docx", _vanish), ("white", ".docx", _white), ("none", ".html", _none_html), ("white", ".html", _white_html)),
    "characters": (("zero-width", ".txt", _zero_width), ("smuggled", ".txt", _smuggled)),
    "comment": (("comment", ".docx", _comment), ("note", ".pdf", _note_pdf), ("comment", ".html", _comment_html)),
    "metadata": (("title", ".html", _title_html), ("alt", ".html", _alt_html), ("alt", ".docx", _alt_docx), ("meta", ".html", _meta_html),
                 ("subject", ".pdf", _subject_pdf)),
    "table": (("cell", ".docx", _cell), ("footnote", ".docx", _footnote), ("cell", ".html", _table_html)),
}  # fmt: skip
HIDING = (*PLACES, "unseen pdf", "file name")


def plant(sentence: Sentence, hiding: str, folder: Path, *, turn: int = 0) -> Path | None:
    """Write a file with a sentence in a place of that kind, by turns one of its variants; None where its letters cannot be there."""
    stem = f"{sentence.number:03}-{hiding.replace(' ', '-')}"
    if hiding == "file name":
        # a name has 255 bytes at most
        words = sentence.text.replace("/", " ").encode()[:200].decode("utf-8", "ignore")
        path, content = folder / f"{words} {stem}.txt", "\n\n".join([*CONTRACT, f"Page {sentence.number}"]).encode()
    elif hiding == "unseen pdf":
        if sentence.language not in FONTS and not _is_western(sentence.text):
            return None
        build = (_tiny_pdf, _clear_pdf)[turn % 2]
        path, content = folder / f"{stem}-{build.__name__.strip('_')}.pdf", build(sentence)
    else:
        variants = PLACES[hiding]
        name, suffix, make = variants[turn % len(variants)]
        path, content = folder / f"{stem}-{name}{suffix}", make(sentence.text)
    path.write_bytes(content)
    return path
