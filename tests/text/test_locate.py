"""Locating quotes: found wherever the source says it, and nowhere else."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from nightclerk.records import Match
from nightclerk.text import Locator, clean_span, fold, letters

CONTRACT = """7.2 The Purchase Price is $5,500,000 payable at Closing. 7.3 The Seller shall not assign this
Agree-\nment without the Buyer’s “prior written consent”. 8. The Buyer may terminate on thirty (30) days’ notice — or sooner.
Licensor grants a non-exclusive, un-\nlimited, royalty-free licence until 2020-12-31 at a fee of 1.5% or 15 percent."""

WORDS = """the Seller shall not assign Agreement well-known “prior” Straße ﬁnal Café cafe\u0301 契約 期間 العقد كِتاب
§ 5,000 $3.5 1999–2020 (30) क्षेत्र Iİ x"""
words = st.sampled_from(WORDS.split())
sentences = st.lists(words, min_size=1, max_size=25).map(" ".join)


def said(source: str, quote: str, within: tuple[int, int] | None = None) -> str | None:
    match = Locator(source).locate(quote, within=within)
    return match and source[match.char_start : match.char_end]


def skeleton(text: str) -> str:
    return letters(fold(text)).text


@pytest.mark.parametrize(
    ("quote", "level", "slice_"),
    [
        ("The Seller shall not assign", "exact", "The Seller shall not assign"),
        ("shall  not\tassign THIS AGREEMENT", "folded", "shall not assign this\nAgree-\nment"),
        ('the Buyer\'s "prior written consent".', "folded", "the Buyer’s “prior written consent”."),
        ("terminate on thirty 30 days notice", "letters", "terminate on thirty (30) days’ notice"),
        ("(30) days notice", "letters", "(30) days’ notice"),
        ("“prior, written consent”.", "letters", "“prior written consent”."),
        ("nonexclusive unlimited", "letters", "non-exclusive, un-\nlimited"),
        ("  7.2 The Purchase Price is $5,500,000\n", "exact", "7.2 The Purchase Price is $5,500,000"),
    ],
)
def test_a_quote_is_found_at_the_level_of_its_changes(quote: str, level: str, slice_: str) -> None:
    """The slice is the source's own words, trimmed, with the closing punctuation that quote and source share."""
    match = Locator(CONTRACT).locate(quote)
    assert match is not None
    assert (match.level, CONTRACT[match.char_start : match.char_end]) == (level, slice_)


@pytest.mark.parametrize(
    "quote",
    [
        "The Purchase Price is $5,000,000 payable at Closing",
        "The Purchase Price is €5,500,000 payable at Closing",
        "The Purchase Price is $5,500",
        "The Purchase Price is $5",
        "500,000 payable at Closing",
        "The Seller shall assign this Agreement",
        "The Seller may not assign this Agreement",
        "terminate on sixty (60) days’ notice",
        "terminate on thirty (60) days’ notice",
        "exclusive, unlimited",
        "exclusive",
        "limited, royalty-free licence",
        "royalty",
        "licence until 2020",
        "a fee of 15% or 15 percent",
        "a fee of 1.5 or 15 percent",
        "a fee of 1.5% or 1.5 percent",
        "at a fee of 1",
        "or 15",
        "Governing law is New York",
        "Net (loss",
        "Agree",
        "The Purchase Price ... payable at Closing",
        "The Purchase Price [...] payable at Closing",
        "",
        " \n\t\u200b",
        "—",
        ".",
    ],
)
def test_what_the_source_does_not_say_is_not_found(quote: str) -> None:
    """A changed figure, currency or date, a lost or changed word, and a cut that changes the meaning are found at no level."""
    assert Locator(CONTRACT).locate(quote) is None


@pytest.mark.parametrize(
    ("source", "quote"),
    [
        ("pay 15 days", "5 days"),
        ("pay 1 5 days", "pay 15 days"),
        ("5 000 000 EUR".replace(" ", "\u202f"), "5"),
        ("a sum of $5 million", "a sum of $5"),
        ("a sum of $5m", "a sum of $5"),
        ("5万円", "5"),
        ("Class A1 Notes", "Class A"),
        ("Exhibit A-1", "Exhibit A"),
        ("clause 5a", "clause 5"),
        ("a margin of 2½%", "a margin of 2"),
        ("on 12/31/2020", "on 12/31"),
        ("the Buyer can’t assign", "the Buyer can"),
        ("unable to pay", "able to pay"),
        ("a NonExclusive license", "Exclusive license"),
        ("a non exclusive license", "exclusive license"),
        ("il cedente non cede", "cede"),
        ("un\u00adable to pay", "able to pay"),
        ("resume\u0301 work", "resume"),
        ("a decrease of -5%", "5%"),
        ("株式会社", "式会社x"),
        ("㍿ Acme", "会社 Acme"),
        ("CHF 5'000.–", "CHF 5"),
        ("Vertrag über 5,5 Millionen Euro", "Vertrag über 5,5"),
    ],
)
def test_a_quote_never_ends_inside_a_word_or_figure(source: str, quote: str) -> None:
    """What is only a part of a word, a figure, a date or an identifier is not said by the source."""
    assert said(source, quote) is None


@pytest.mark.parametrize(
    ("source", "quote", "slice_"),
    [
        ("第五条 契約\n期間は、三十日とする。", "契約期間は三十日とする。", "契約\n期間は、三十日とする。"),
        ("本合同期限为三十日。", "合同期限", "合同期限"),
        ("يجوز إنهاء العـــقد خلال ٣٠ يومًا.", "إنهاء العقد خلال 30 يوما", "إنهاء العـــقد خلال ٣٠ يومًا"),
        ("Die Haf-\ntung des Verkäufers ist aus­geschlossen.", "die Haftung des VERKÄUFERS ist ausgeschlossen", None),
        ("Große Straße 5, Köln", "GROSSE STRASSE 5", "Große Straße 5"),
        ("İstanbul Mahkemeleri, sınır", "ISTANBUL MAHKEMELERİ, SINIR", "İstanbul Mahkemeleri, sınır"),
        ("l’acheteur n’est pas tenu", "acheteur n'est pas tenu", "acheteur n’est pas tenu"),
        ("the ﬁnal oﬀer", "final offer", "ﬁnal oﬀer"),
        ("𝐓𝐡𝐞 𝐒𝐞𝐥𝐥𝐞𝐫 pays", "The Seller", "𝐓𝐡𝐞 𝐒𝐞𝐥𝐥𝐞𝐫"),
        ("theLicensee shall pay.2.1Term of lease", "Licensee shall pay", "Licensee shall pay"),
        ("theLicensee shall pay.2.1Term of lease", "Term of lease", "Term of lease"),
        ("this agreement12 is", "this agreement", "this agreement"),
        ("कार्यकाल समाप्त होगा", "समाप्त होगा", "समाप्त होगा"),
        ("สัญญานี้สิ้นสุด", "สิ้นสุด", "สิ้นสุด"),
    ],
)
def test_languages_scripts_and_glued_text(source: str, quote: str, slice_: str | None) -> None:
    """Scripts without spaces, ligatures, case that changes the length, vowel signs and glued words are all located."""
    assert said(source, quote) == (slice_ or source.removesuffix("."))


def test_a_placeholder_is_a_quote() -> None:
    """Signs that stand for what was left open or redacted are found as they are."""
    assert said("DATED AS OF [●], 2020", "[●]") == "[●]"
    assert said("a fee of [***] per unit", "[***]") == "[***]"


def test_the_place_that_was_asked_about_comes_first() -> None:
    """An occurrence inside the window wins at whatever level, else the nearest one."""
    source = "The Seller pays. " * 3 + "THE  SELLER PAYS. " + "The Seller pays. " * 3
    locate = Locator(source).locate
    assert locate("The Seller pays.", within=(34, 51)) == Match(34, 50, "exact")
    assert locate("The Seller pays.", within=(51, 69)) == Match(51, 68, "folded")
    assert locate("The Seller pays.", within=(102, 103)) == Match(86, 102, "exact")
    assert locate("The Seller pays.", within=(0, 5)) == Match(0, 16, "exact")
    assert locate("The Seller pays.") == Match(0, 16, "exact")


@given(sentences, st.data())
def test_clean_slices_are_found_exactly(source: str, data: st.DataObject) -> None:
    """Whatever is cut from a text at clean borders is found as exact, at that very place when it is asked for."""
    starts = [at for at in range(len(source)) if not source[at].isspace() and clean_span(source, at, len(source))]
    start = data.draw(st.sampled_from(starts))
    ends = [at for at in range(start + 1, len(source) + 1) if not source[at - 1].isspace() and clean_span(source, start, at)]
    end = data.draw(st.sampled_from(ends))
    quote = source[start:end]
    assume(any(map(str.isalnum, quote)))
    assert Locator(source).locate(quote, within=(start, end)) == Match(start, end, "exact")
    anywhere = Locator(source).locate(quote)
    assert anywhere is not None
    assert source[anywhere.char_start : anywhere.char_end] == quote


def _disturbed(quote: str, random_: random.Random) -> str:
    """The same words as a model or another reader might write them."""
    quote = re.sub(r" ", lambda _: random_.choice([" ", "  ", "\n", "\u00a0", " \t\r\n ", "\u2009"]), quote)
    quote = re.sub(r"(?<=[a-z]{2})(?=[a-z]{2})", lambda _: random_.choice(["", "", "-\n", "\u00ad", "\u200b"]), quote)
    for group in ('“”"„', "‘’'", "-‑–—"):
        quote = re.sub(f"[{group}]", lambda _, group=group: random_.choice(group), quote)
    return "".join(c.upper() if random_.random() < 0.3 and skeleton(c.upper()) == skeleton(c) else c for c in quote)


@settings(max_examples=300)
@given(sentences, st.data(), st.randoms(use_true_random=False))
def test_disturbed_slices_are_located_with_the_same_letters(source: str, data: st.DataObject, random_: random.Random) -> None:
    """Changed white space, quotation marks, dashes, hyphenation and case never lose a quote, nor give other words for it."""
    marks = [0, *(match.end() for match in re.finditer(" ", source)), len(source) + 1]
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(marks) - 1)] * 2)))
    start, end = marks[first], marks[last] - 1
    assume(start < end and len([c for c in skeleton(source[start:end]) if c.isalnum()]) >= 3 and clean_span(source, start, end))
    quote = _disturbed(source[start:end], random_)
    match = Locator(source).locate(quote, within=(start, end))
    assert match is not None
    assert skeleton(source[match.char_start : match.char_end]) == skeleton(quote)


@given(st.text(max_size=80), st.text(max_size=20), st.one_of(st.none(), st.tuples(st.integers(-5, 90), st.integers(-5, 90))))
@example("\ud800 x", "\udfff", None)
def test_any_text_and_any_quote_give_a_trimmed_slice_or_none(source: str, quote: str, within: tuple[int, int] | None) -> None:
    """Arbitrary Unicode, lone surrogates and senseless windows raise nothing; what is found is a slice without blanks at its ends."""
    for wanted in (quote, source[3:12], source):
        match = Locator(source).locate(wanted, within=within)
        if match:
            found = source[match.char_start : match.char_end]
            assert 0 <= match.char_start < match.char_end <= len(source)
            assert found == found.strip() != ""
            assert skeleton(found) == skeleton(wanted.strip()) or fold(found).text == fold(wanted.strip()).text


@given(sentences, st.integers(0, 9), st.integers(0, 9))
def test_another_digit_is_another_quote(source: str, digit: int, other: int) -> None:
    """A quote in which one digit was changed is not found."""
    assume(digit != other)
    assert said(f"{source} due {digit}7 days after", f"due {other}7 days after") is None


@pytest.mark.parametrize(
    ("source", "quote"),
    [
        ("a" * 400_000, "a" * 20_000 + "b"),
        ("a" * 400_000, "a" * 200_000),
        ("1.5 " * 100_000, "1.5 " * 5_000 + "1"),
        ("5." * 200_000, "5"),
        ("a b " * 100_000, "a b " * 5_000 + "c"),
        ("- " * 200_000, "- " * 10_000 + "x"),
        ("\u0301" * 400_000, "\u0301" * 1_000 + "a"),
        ("non-" * 100_000, "non-" * 5_000 + "exclusive"),
    ],
)
def test_repetitive_text_cannot_stall_it(source: str, quote: str) -> None:
    """Text made of one repeated phrase, and a quote that nearly matches everywhere, take seconds at most."""
    started = time.perf_counter()
    Locator(source).locate(quote, within=(300_000, 301_000))
    assert time.perf_counter() - started < 10
