"""The language of documents: told from the text, empty where it cannot be told, and never by what a template left in the file."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightclerk import ingest
from nightclerk.ingest.language import language_of

GERMAN = "Der Auftraggeber kann den Vertrag mit einer Frist von drei Monaten zum Ende eines Quartals kündigen."
ENGLISH = "Either party may terminate this Agreement upon thirty days' prior written notice to the other party."
FRENCH = "Chacune des parties peut résilier le présent contrat moyennant un préavis de trois mois."


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (GERMAN, "", "de"),
        (ENGLISH, "", "en"),
        (FRENCH.upper(), "", "fr"),
        ("本契約は、甲乙間の合意により、これを解除することができる。通知は書面で行う。", "", "ja"),
        ("يجوز لأي من الطرفين إنهاء هذه الاتفاقية بموجب إشعار خطي مسبق مدته ثلاثون يوما.", "", "ar"),
        (GERMAN, "de-AT", "de"),
        # a template's language does not win over a text that says otherwise
        (GERMAN, "en", "de"),
        ("", "fr-CA", "fr"),
        ("R 12 | 3,400 | 12%", "de_CH", "de"),
        ("R 12 | 3,400 | 12%", "", ""),
        ("任何一方均可提前三十日以书面形式通知另一方终止本合同，并应承担由此产生的费用。", "", "zh"),
        ("כל צד רשאי לבטל הסכם זה בהודעה מוקדמת בכתב של שלושים יום לצד האחר.", "", "he"),
        # what the detector would refuse to look at
        (f"\x00\x7f\ufffe{GERMAN}\U0010ffff", "", "de"),
        # half and half
        (f"{GERMAN} {ENGLISH}", "", ""),
        ("Oregon", "", ""),
        ("", "", ""),
        ("", "x-klingon", ""),
        ("", "iw", "he"),
        ("", "nb-NO", "no"),
    ],
)
def test_language(text: str, declared: str, language: str) -> None:
    """A clear text decides; a short one leaves it to what was declared, normalised to ISO 639-1; else it is empty."""
    assert language_of(text, declared) == language


SENTENCES = [line.split("\t") for line in Path(__file__).with_name("languages.tsv").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("language", "sentence"), SENTENCES)
def test_one_sentence_is_enough(language: str, sentence: str) -> None:
    """A sentence of a contract is told in each of these languages, also where it is set in capitals."""
    assert [language_of(sentence), language_of(sentence.upper())] == [language, language]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.text(max_size=30))
def test_anything_has_a_code_or_none(text: str, declared: str) -> None:
    """Whatever the text and the declaration, the result is empty or two small letters."""
    found = language_of(text, declared)
    assert found == "" or (len(found) == 2 and found.isascii() and found.islower())


def test_cost_is_bounded() -> None:
    """Five million characters cost no more than a page or two."""
    started = time.process_time()
    language_of(ENGLISH * 50_000)
    assert time.process_time() - started < 0.1


def test_the_reading_process_tells_it(tmp_path: Path) -> None:
    """A document that was read has its language, whatever its format's header says."""
    path = tmp_path / "vertrag.html"
    path.write_text(f"<html lang='en'><body><p>{GERMAN}</p></body></html>", encoding="utf-8")
    assert ingest.read(path, "text/html", ingest.Limits()).language == "de"


def test_corpus(corpus: Path) -> None:
    """Real documents: five languages and a statute, and every contract of CUAD in English."""
    for path in sorted((corpus / "multilingual").glob("cc_*.html")):
        assert ingest.read(path, "text/html", ingest.Limits()).language == path.stem[-2:]
    assert language_of((corpus / "multilingual" / "de_statute_gmbhg.md").read_text(encoding="utf-8")) == "de"
    assert {language_of(path.read_text(encoding="utf-8")) for path in (corpus / "cuad" / "txt").glob("*.txt")} == {"en"}
