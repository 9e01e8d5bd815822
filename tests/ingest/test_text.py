"""Plain text: exactly the file's characters, whatever encoding they are in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.ingest.encoding import decoded
from nightclerk.ingest.reading import FOLDS, fold, storable
from nightclerk.records import Document

GERMAN = "Der Verkäufer übergibt die Ware. Die Gefahr geht mit der Übergabe auf den Käufer über; § 447 gilt größtenteils nicht. " * 20
JAPANESE = "本契約は、甲と乙との間で締結される。乙は、甲に対し、製品を供給するものとする。" * 20
RUSSIAN = "Настоящий договор вступает в силу с момента подписания. Стороны обязуются соблюдать его условия. " * 20


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\x1b\ufeff")))
def test_utf8_is_kept_exactly(text: str) -> None:
    """Every character of a UTF-8 file is kept, line ends and form feeds included."""
    assert decoded(text.encode()) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32-be"),
        (JAPANESE, "utf-16-le"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "iso2022_jp"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
    ],
)
def test_encodings(text: str, encoding: str) -> None:
    """Legacy encodings and UTF-16/32 with and without a mark come out as they went in."""
    assert decoded(text.encode(encoding)) == text


def test_broken_utf8_stays_utf8() -> None:
    """A file cut in the middle of a character loses that character, not all of its umlauts."""
    assert decoded(GERMAN.encode() + "ü".encode()[:1]) == GERMAN + "\ufffd"


def test_declared_encodings() -> None:
    """An HTML file may name its encoding; a name that is wrong or unknown is not believed."""
    page = f'<meta charset="iso-8859-1"><p>{GERMAN}“Zitat”</p>'
    assert decoded(page.encode("cp1252"), declared=True) == page
    for wrong in ("nonsense", "zlib", "rot13", "undefined", "utf-8"):
        assert "Verkäufer" in decoded(f'<meta charset="{wrong}"><p>{GERMAN}'.encode("cp1252"), declared=True)
    assert "Verkäufer" in decoded(f'<meta charset="iso-8859-1"><p>{GERMAN}'.encode(), declared=True)


def test_pages_and_nul(read_bytes: Callable[..., Document]) -> None:
    """Form feeds end pages and stay; a NUL becomes one replacement character, so that no offset moves."""
    document = read_bytes("a.txt", b"one\r\n\ftwo\x00 \t \n\n\n\nend\r")
    assert document.text == "one\r\n\ftwo\ufffd \t \n\n\n\nend\r"
    assert [(page.char_start, page.char_end) for page in document.pages] == [(0, 6), (6, 21)]


def test_text_without_letters_is_empty(read_bytes: Callable[..., Document]) -> None:
    """A file of blanks and rules is a document without words, and says so."""
    document = read_bytes("a.txt", b" \n---\n\n")
    assert (document.status, document.reason, len(document.pages)) == ("empty", "there are no letters in it", 1)


@given(st.text())
def test_fold_is_stable_and_storable(text: str) -> None:
    """Folded text has no layout left to fold, and nothing that a database refuses."""
    folded = fold(text)
    assert fold(folded) == folded
    assert "\0" not in folded
    assert "\u00a0" not in folded
    storable(folded).encode()


def test_fold() -> None:
    """Blanks, tabs and NBSP become one blank, blank lines one, and invisible characters none."""
    assert fold("a\u00a0\u00a0 b\tc \r\n\r\n \r\n\r\nd\u00ade\u200bf\x07\x0bg") == "a b c\n\ndef\ng"


@given(st.text(alphabet=st.sampled_from("ab \t\n\r\x0b\f\x85\u00a0\u2003\u3000\u2028\u200b\u00ad\0\ufeff\U0001f600"), max_size=60))
def test_fold_is_its_patterns(text: str) -> None:
    """The quick way of folding gives what the patterns give that other readers keep places by."""
    expected = text
    for pattern, replacement in FOLDS:
        expected = pattern.sub(replacement, expected)
    assert fold(text) == expected
