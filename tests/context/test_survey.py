"""Definitions, uses and references on small texts; how well they do on whole contracts is in test_gold."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightclerk.context import Survey, Term, remarks, survey
from nightclerk.ingest.sections import find_sections

SIGNS = [
    "“",
    "”",
    '"',
    "(",
    ")",
    ", ",
    "\n",
    "\n\n",
    ". ",
    "5.",
    "---",
    "「",
    "」とは",
    "« ",
    " »",
    "§ ",
    "第5条",
    "4.2",
    "(b)",
    "(iii)",
    "1. ",
    "1.1 ",
]
WORDS = [
    "the ",
    "Term",
    " means ",
    "Section ",
    "Sections ",
    " and ",
    "Exhibit ",
    "A",
    "B-1",
    "Ünïçödé",
    " désigne ",
    "of the Act",
    " this ",
    "Abs. 2",
]
PIECES = st.sampled_from([*SIGNS, *WORDS])


def look(text: str, language: str = "en") -> Survey:
    """The survey of a text, its sections found as a run finds them."""
    return survey(text, find_sections(text), language)


def only_term(text: str, language: str = "en") -> Term:
    """The one term of a text."""
    (term,) = look(text, language).terms
    return term


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('"Net Sales" means what was paid.', "Net Sales"),
        ("“Net Sales” shall have the meaning set forth in the Plan.", "Net Sales"),
        ('The money that was paid (the "Net Sales") is due.', "Net Sales"),
        ('Alder Ltd. and Quill Inc. (each, a "Party") agree.', "Party"),
        ('The term "Net Sales" refers to what was paid.', "Net Sales"),
        ('Alder Ltd., hereinafter referred to as the "Seller", agrees.', "Seller"),
        ("What was paid (collectively with all interest on it, “Net Sales”) is due.", "Net Sales"),
        ('The party that discloses (the "disclosing party") agrees.', "disclosing party"),
        ("„Mietsache“ bezeichnet die Räume.", "Mietsache"),
        ("Die Erlenbach GmbH (nachfolgend „Vermieterin“ genannt) vermietet.", "Vermieterin"),
        ("La société Vallombre (ci-après dénommée le « Concédant ») vend.", "Concédant"),
        ("« Logiciel » désigne le programme.", "Logiciel"),
        ('La sociedad Olmo (en adelante, el "Vendedor") vende.', "Vendedor"),
        ('"Precio" significa lo pagado.', "Precio"),
        ("榛名商事（以下「甲」という。）は売る。", "甲"),
        ("「本件業務」とは、委託する業務をいう。", "本件業務"),
        ("تعني عبارة ما يلي، شركة النور (المشار إليها فيما يلي باسم «البائع») تبيع.", "البائع"),
    ],
)
def test_a_definition_is_found(text: str, name: str) -> None:
    """By meaning, in brackets or by what somebody is called, in six languages."""
    assert only_term(text).name == name


@pytest.mark.parametrize(
    "text",
    [
        'The box is marked "Fragile" on one side.',
        'He answered (and I quote) "never again" twice.',
        'Documents marked (for example, "confidential") are kept.',
        "The page shows (“see below”) in red.",
        'The so-called "best efforts" rule applies.',
    ],
)
def test_words_in_quotation_marks_are_not_all_definitions(text: str) -> None:
    """What is quoted, marked or spoken is no term."""
    assert look(text).terms == ()


def test_a_definition_ends_where_the_next_begins() -> None:
    """With the items of its list, and without the number of the next one."""
    text = "1. Definitions\n\n1.1 “Cost” means: (i) rent; and (ii) wages.\n\n1.2 “Price” means the sum.\n\n2. Sale\n\n2.1 All is due."
    cost, price = look(text).terms
    assert text[cost.char_start : cost.char_end] == "“Cost” means: (i) rent; and (ii) wages."
    assert text[price.char_start : price.char_end] == "“Price” means the sum."
    assert (cost.clause_path, price.clause_path) == ("1 > 1.1", "1 > 1.2")


def test_a_definition_in_brackets_is_its_sentence() -> None:
    """From the beginning of the sentence to the bracket."""
    text = "All is said. The money that was paid (the “Price”) is due."
    term = only_term(text)
    assert text[term.char_start : term.char_end] == "The money that was paid (the “Price”)"


@pytest.mark.parametrize(
    ("language", "name", "used"),
    [
        ("en", "Licensed Product", "Each Licensed\nProduct’s label shows it."),
        ("en", "Party", "The Parties agree."),
        ("en", "disclosing party", "A Disclosing Party may ask."),
        ("de", "Lizenziertes Material", "Nutzung des lizenzierten Materials."),
        ("ja", "許諾者", "本件の許諾者は売る。"),
    ],
)
def test_a_term_is_used_in_other_forms(language: str, name: str, used: str) -> None:
    """In the plural, the possessive, over a line end and in the cases of German."""
    found = survey(f"“{name}” means it. {used}", (), language)
    assert [use.name for use in found.uses] == [name, name]


def test_a_term_is_written_large() -> None:
    """A price is not the Price, and a Price List is no use of it where that is a term of its own."""
    found = look("“Price” means it. “Price List” means a list. A price and the Price List.")
    assert [use.name for use in found.uses] == ["Price", "Price List", "Price List"]


CONTRACT = """LEASE

Article I Rent

1.1 Rent is due (a) monthly; (b) in advance; and (c) in cash.

1.2 Nothing.

Article II Term

2.1 {}

2.2 Nothing.

EXHIBIT B

1.1 Another one.
"""


@pytest.mark.parametrize(
    ("said", "label", "where"),
    [
        ("Subject to Section 1.1(b), all is well.", "1.1(b)", "Article I > 1.1 > (b)"),
        ("AS SAID IN SECTION 1.2, ALL IS WELL.", "1.2", "Article I > 1.2"),
        ("As Article II says, all is well.", "2", "Article II"),
        ("As the plan in Exhibit B says, all is well.", "B", "Exhibit B"),
        ("As Exhibit C to this Agreement says, all is well.", "C", "nowhere"),
        ("As Section 1.9 says, all is well.", "1.9", "nowhere"),
        ("As Section 1.1 of the Credit Agreement says, all is well.", "1.1", "elsewhere"),
        ("As Section 1.1 of this Agreement says, all is well.", "1.1", "Article I > 1.1"),
        ("As Section 409A of the Code says, all is well.", "409A", "elsewhere"),
        ("As Exchange Act Section 1.1 says, all is well.", "1.1", "elsewhere"),
        ("As Schedule 1 thereto says, all is well.", "1", "elsewhere"),
    ],
)
def test_a_reference_leads_to_a_clause(said: str, label: str, where: str) -> None:
    """Of this document, to nowhere in it, or to another document."""
    found = [one for one in look(CONTRACT.format(said)).references if one.char_start > 100]
    assert [(one.label, one.clause_path or one.where) for one in found] == [(label, where)]


def test_a_list_of_numbers_is_a_reference_each() -> None:
    """Both ends of a range too, and items that go on from the number before."""
    found = look(CONTRACT.format("Sections 1.1(a) and (c), 1.2 and 2.1 through 2.2 survive."))
    assert [one.label for one in found.references] == ["1.1(a)", "1.1(c)", "1.2", "2.1", "2.2"]


def test_an_item_counts_from_where_it_is_named() -> None:
    """Clause (b) is that of the nearest clause around it that has one."""
    found = look("1. One\n\n(a) this;\n\n(b) that, as clause (a) above says.\n\n2. Two\n\n(a) this;\n\n(b) that.\n")
    assert [one.clause_path for one in found.references] == ["1 > (a)"]


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(PIECES, max_size=60))
def test_whatever_a_text_says_spans_stand_in_it(pieces: list[str]) -> None:
    """Every span is inside of the text and not empty, names are where they are said to be, and a second look finds the same."""
    text = "".join(pieces)
    found = look(text)
    again = look(text)
    assert (found.terms, found.references, found.uses) == (again.terms, again.references, again.uses)
    for term in found.terms:
        assert 0 <= term.char_start <= term.name_start < term.name_end <= term.char_end <= len(text)
    for one in found.references:
        assert 0 <= one.phrase_start <= one.char_start < one.char_end <= len(text)
        assert one.where != "here" or 0 <= one.target_start < one.target_end <= len(text)
    for use in found.uses:
        assert 0 <= use.char_start < use.char_end <= len(text)


HOSTILE = {
    "quotes": '"',
    "open quotes": "“",
    "brackets": "(",
    "sections": "Section ",
    "section numbers": "Sections 1.1, ",
    "items": "Section 4(a)(b)",
    "terms": '("T") ',
    "meanings": '"T" means ',
    "exhibits": "Exhibit A, ",
    "rules": "-",
    "one word": "Term ",
    "blanks": " ",
    "lines": "\n",
    "commas": '"T", ',
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_no_text_keeps_it_for_long(piece: str) -> None:
    """A hundred thousand characters of anything end within CPU seconds that any machine has to spare; a square would take minutes."""
    text = '"Term" means it. ' + piece * (100_000 // len(piece))
    start = time.process_time()
    remarks(survey(text, (), "en"))
    assert time.process_time() - start < 20
