"""Finding quotes in pieces and nearly: over the furniture of pages, around elisions, and with the level that says so."""

from __future__ import annotations

import random
import time
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nightclerk.records import Match
from nightclerk.text import Locator, fold, letters

HEADER = "Source: ACME CORP, 10-Q, 11/14/2000"
PAGES = f"""The Seller shall pay the Purchase Price of $5,500,000 to the

{HEADER}

Buyer on the Closing Date and shall not assign this Agree-

12

ment without the consent of the Licensor.

{HEADER}

The Licensee may terminate on thirty (30) days’ notice. The Licensee may not sublicense, and shall keep

{HEADER}

records for five years."""


def found(source: str, quote: str, within: tuple[int, int] | None = None) -> list[tuple[str, str]]:
    return [(match.level, source[match.char_start : match.char_end]) for match in Locator(source).find(quote, within=within)]


@pytest.mark.parametrize(
    ("quote", "slices"),
    [
        (
            "the Purchase Price of $5,500,000 to the Buyer on the Closing Date",
            ["the Purchase Price of $5,500,000 to the", "Buyer on the Closing Date"],
        ),
        ("shall not assign this Agreement without the consent", ["shall not assign this Agree-", "ment without the consent"]),
        ("and shall keep records, for five years.", ["and shall keep", "records for five years."]),
    ],
)
def test_a_sentence_runs_across_the_furniture_of_pages(quote: str, slices: list[str]) -> None:
    """Repeated lines and page numbers in the middle of a quote are no part of it: one slice on either side."""
    assert found(PAGES, quote) == [("across", slice_) for slice_ in slices]


def test_each_piece_carries_its_part_of_the_claim() -> None:
    """The claims of the pieces are the quote, cut where the source was."""
    pieces = Locator(PAGES).find("AND SHALL NOT assign this Agreement without the consent")
    assert [piece.claim for piece in pieces] == ["AND SHALL NOT assign this Agree", "ment without the consent"]


def test_furniture_that_a_reader_named_is_run_across_as_well() -> None:
    """What stands once and looks like a sentence is passed over only where the format says that it is furniture."""
    source = "The Buyer shall pay\nDraft of June, for discussion only\nall taxes when due."
    start = source.index("Draft")
    span = (start, source.index("\nall"))
    whole = "The Buyer shall pay all taxes when due."
    assert Locator(source).find(whole) == ()
    assert [piece.level for piece in Locator(source, [span]).find(whole)] == ["across", "across"]
    assert found(source, "Draft of June, for discussion only") == [("exact", "Draft of June, for discussion only")]


@pytest.mark.parametrize("line", ["not", "NOT", "shall not", "except as follows", "unless otherwise agreed"])
def test_a_line_of_the_contract_is_no_furniture(line: str) -> None:
    """A single word or a line of small letters is never passed over, however often it stands on a line of its own."""
    source = f"The Seller shall\n\n{line}\n\nassign this Agreement.\n\n{line}\n\nAnd so on.\n\n{line}\n\nThe end."
    assert "across" not in {level for level, _ in found(source, "The Seller shall assign this Agreement.")}


@pytest.mark.parametrize(
    "quote",
    [
        "The Licensee may terminate ... notice.",
        "The Licensee may terminate … days' notice",
        "The Licensee may terminate [...] notice.",
        "The Licensee may terminate (…) notice.",
        "The Licensee may terminate . . . notice.",
        "The Licensee may terminate […] NOTICE",
        "... The Licensee may terminate <omitted> notice. ...",
    ],
)
def test_an_elision_parts_a_quote(quote: str) -> None:
    """Every usual way to leave words out gives the parts on either side, in order."""
    pieces = found(PAGES, quote)
    assert [level for level, _ in pieces] == ["parts", "parts"]
    assert pieces[0][1] == "The Licensee may terminate"
    assert pieces[1][1].startswith(("days", "notice"))


@pytest.mark.parametrize(
    "quote",
    [
        "Buyer on the Closing Date and shall ... assign this",
        "The Licensee may ... sublicense",
        "notice. ... The Seller shall pay",
        "the ... of",
        "The Licensee may sell ... notice",
    ],
)
def test_parts_that_forge_a_sentence_are_not_joined(quote: str) -> None:
    """A negation at the cut, another order, too few letters, or a part that the source does not say: nothing in parts."""
    assert "parts" not in {level for level, _ in found(PAGES, quote)}


def test_of_several_ways_to_join_parts_the_closest_is_taken() -> None:
    """The first part stands three times; the one right before the second part counts."""
    source = "The Seller shall pay taxes. The Seller shall pay fees. The Seller shall, at its cost, deliver the Goods."
    first, second = Locator(source).find("The Seller shall ... deliver the Goods")
    assert (first.char_start, second.char_end) == (source.rindex("The Seller"), source.index(" the Goods") + 10)


@pytest.mark.parametrize(
    ("quote", "slice_"),
    [
        ("The Licensee may terminate on sixty (60) days' notice.", None),
        ("The Licensee may terminate on thirty (60) days' notice.", "The Licensee may terminate on thirty (30) days’ notice"),
        ("Buyer on the Closing Date and may not assign this", "Buyer on the Closing Date and shall not assign this"),
        ("the Purchase Price of $5,000,000 to the", "the Purchase Price of $5,500,000 to the"),
        ("the Purchase Price of $5,500,000 to teh", "the Purchase Price of $5,500,000 to the"),
    ],
)
def test_what_is_said_nearly_is_shown_as_the_source_says_it(quote: str, slice_: str | None) -> None:
    """A changed figure or word never enters the slice, and the level says fuzzy; less than four in five words are nothing."""
    pieces = found(PAGES, quote)
    assert pieces == ([("fuzzy", slice_)] if slice_ else [])


def test_a_near_quote_is_looked_for_in_the_chunk_that_was_asked_first() -> None:
    """A better place elsewhere does not draw evidence out of the chunk."""
    source = "Fee A is due within ten days of the invoice. Fee B is due within six days of the invoice."
    quote = "Fee C is due within ten days of the invoice"
    assert found(source, quote, within=(45, len(source))) == [("fuzzy", "Fee B is due within six days of the invoice")]


@pytest.mark.parametrize(
    ("source", "quote", "level", "slice_"),
    [
        ("Term ends on notice by a Party. The next", "Term ends on notice by a Party. T", "letters", "Term ends on notice by a Party."),
        ("review by auditors of the Products sold", "review by auditors of the Produ", "letters", "review by auditors of the"),
        ("paid. Upon the exercise of the Option by", "pon the exercise of the Option by", "letters", "the exercise of the Option by"),
        ("the parties shall remain notwithstanding that", "the parties shall remain not", None, None),
        ("it is unable to pay its debts when due", "able to pay its debts when due", "fuzzy", "unable to pay its debts when due"),
        ("an atypical use of all of the goods", "typical use of all of the goods", "fuzzy", "atypical use of all of the goods"),
    ],
)  # fmt: skip
def test_a_quote_that_breaks_off_in_a_word(source: str, quote: str, level: str | None, slice_: str | None) -> None:
    """The whole words are found, unless the broken one could turn what is said."""
    pieces = found(source, quote)
    assert pieces == ([(level, slice_)] if level else pieces)
    assert not (level is None and pieces and pieces[0][0] != "fuzzy")


@pytest.mark.parametrize(
    ("source", "quote", "level"),
    [
        ("第五条 契約\n期間は、三十日とする。", "契約期間は三十日とする", "letters"),
        ("本合同期限为三十日。任何一方均不得转让本合同项下的权利。", "任何一方均不得转让本合同项下的义务。", "fuzzy"),
        ("本合同期限为三十日。任何一方均不得转让本合同。", "本合同期限……任何一方均不得转让本合同", "parts"),
        ("يجوز إنهاء العـــقد خلال ٣٠ يومًا من تاريخ الإخطار", "إنهاء العقد خلال 30 يوما", "folded"),
        ("يجوز إنهاء العقد خلال ٣٠ يومًا من تاريخ الإخطار", "يجوز إنهاء العقد خلال ٦٠ يومًا من تاريخ الإخطار", "fuzzy"),
        ("ﻋﻘﺪ ﺍﻟﺒﻴﻊ", "عقد البيع", "folded"),
        ("ผู้ซื้อต้องชำระเงินภายในสามสิบวัน", "ต้องชำระเงินภายใน", "exact"),
        (unicodedata.normalize("NFD", "résiliation à l’échéance du délai"), "résiliation à l'échéance", "folded"),
        ("Ｔｈｅ　Ｓｅｌｌｅｒ　ｐａｙｓ　＄５，０００", "The Seller pays $5,000", "folded"),
        ("계약 기간은 30일로 한다", unicodedata.normalize("NFD", "계약 기간은 30일로"), "folded"),
    ],
)
def test_all_scripts(source: str, quote: str, level: str) -> None:
    """Scripts without blanks, vowel signs, presentation forms, composed and decomposed letters and full-width forms have every level."""
    pieces = found(source, quote)
    assert {found_level for found_level, _ in pieces} == {level}


def test_a_row_of_a_table_is_found_with_its_borders_or_without() -> None:
    """Cells may be quoted with blanks between them; their figures stay apart."""
    source = "Revenue | $ | 5,000 | 6,000\nCost | 1 | 2"
    assert found(source, "Revenue $5,000 6,000") == [("letters", "Revenue | $ | 5,000 | 6,000")]
    assert found(source, "Revenue\t$ 5,000\t6,000") == [("letters", "Revenue | $ | 5,000 | 6,000")]
    assert found(source, "Cost 12") == []


ROWS = "Margins | 2019 | 2018\nTotal revenue | $ 5,000 | (6,000) | -7\nTotal revenue | 1 | 2\nof the group | 3"
CELLS = [
    [0, 10, 17, 22],
    [start := ROWS.index("Total"), start + 16, start + 26, start + 36, start + 38],
    [second := ROWS.rindex("Total"), second + 16, second + 20, second + 21],
    [ROWS.index("of the"), ROWS.index("3"), len(ROWS)],
]


@pytest.mark.parametrize(
    ("quote", "slices"),
    [
        ("Total revenue (6,000)", ["Total revenue", "(6,000)"]),
        ("TOTAL REVENUE: $5,000, -7", ["Total revenue | $ 5,000", "-7"]),
        ("Total revenue | 2", ["Total revenue", "2"]),
        ("Margins 2018", ["Margins", "2018"]),
    ],
)
def test_cells_of_a_row_may_be_left_out(quote: str, slices: list[str]) -> None:
    """A label and the figure that counts are found as whole cells of one row."""
    pieces = Locator(ROWS, rows=CELLS).find(quote)
    assert [(piece.level, ROWS[piece.char_start : piece.char_end]) for piece in pieces] == [("across", slice_) for slice_ in slices]
    assert pieces[-1].claim in quote


@pytest.mark.parametrize(
    "quote", ["Total revenue 7", "Total 5,000", "Total revenue 3", "2019 2018 2017", "revenue $ 5,000 -7", "Total revenue 000"]
)
def test_cells_are_whole_and_of_one_row(quote: str) -> None:
    """A part of a label or figure, cells of two rows, and figures without their label are nothing."""
    assert Locator(ROWS, rows=CELLS).find(quote) == ()


def test_a_row_in_the_chunk_that_was_asked_comes_first() -> None:
    """Two rows may say the same."""
    source = "Cash | 1 | 2\nCash | 1 | 2"
    pieces = Locator(source, rows=[[0, 7, 11, 12], [13, 20, 24, 25]]).find("Cash 2", within=(13, 25))
    assert [(piece.char_start, piece.char_end) for piece in pieces] == [(13, 17), (24, 25)]


SCRIPTS = """the Seller shall not assign Agreement “prior” Straße ﬁnal Café 5,000 $3.5 (30) days
العقد كِتاب الطرف يلتزم خلال ٣٠ يومًا موافقة خطية
契約 期間 は 三十日 とする 甲 乙 譲渡 してはならない
क्षेत्र अवधि समाप्त होगा पक्ष लिखित सहमति""".splitlines()
texts = st.sampled_from(SCRIPTS).flatmap(lambda words: st.lists(st.sampled_from(words.split()), min_size=12, max_size=60))


def skeleton(text: str) -> str:
    return letters(fold(text)).text


@settings(max_examples=200)
@given(texts, st.data())
def test_pieces_lie_in_the_source_in_order_and_say_what_the_quote_says(words: list[str], data: st.DataObject) -> None:
    """With furniture anywhere in a text of any script, the pieces' words are the quote's words, and nothing of the furniture."""
    cuts = sorted(data.draw(st.sets(st.integers(1, len(words) - 1), min_size=1, max_size=3)))
    source, furniture = words[0], []
    for number, word in enumerate(words[1:], start=1):
        if number in cuts:
            furniture.append((len(source) + 1, len(source) + 1 + len(HEADER)))
            source += f"\n{HEADER}\n{word}"
        else:
            source += f" {word}"
    first = data.draw(st.integers(0, cuts[0] - 1))
    last = data.draw(st.integers(cuts[0] + 1, len(words)))
    quote = " ".join(words[first:last])
    assume(sum(map(str.isalnum, skeleton(quote))) >= 3)
    pieces = Locator(source, furniture).find(quote)
    assert pieces
    assert pieces[0].level != "fuzzy"
    ends = [place for piece in pieces for place in (piece.char_start, piece.char_end)]
    assert ends == sorted(ends)
    assert 0 <= ends[0] < ends[-1] <= len(source)
    assert skeleton(" ".join(source[piece.char_start : piece.char_end] for piece in pieces)) == skeleton(quote)


@settings(max_examples=150)
@given(st.text(max_size=120), st.text(max_size=60), st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)).map(sorted), max_size=3))
def test_any_text_quote_and_furniture_give_slices_of_the_source(source: str, quote: str, furniture: list[list[int]]) -> None:
    """Whatever is given: no error, no place outside the document, no empty slice, nothing white at the ends."""
    spans = [(min(start, len(source)), min(end, len(source))) for start, end in furniture]
    for wanted in (quote, source[2:40], f"{source[:10]} ... {source[20:40]}", f"{source[:30]} x"):
        for match in Locator(source, spans).find(wanted):
            assert 0 <= match.char_start < match.char_end <= len(source)
            assert source[match.char_start : match.char_end].strip() == source[match.char_start : match.char_end]


@settings(max_examples=100)
@given(texts, st.randoms(use_true_random=False))
def test_a_near_quote_is_found_by_its_other_words(words: list[str], chance: random.Random) -> None:
    """One foreign word in a quote of ten or more never loses its place, and never enters the slice."""
    source = " ".join(words)
    start = chance.randrange(len(words) - 11)
    changed = words[start : start + 11]
    changed[chance.randrange(1, 10)] = "otherwise"
    for match in Locator(source).find(" ".join(changed)):
        assert match.level == "fuzzy"
        assert "otherwise" not in source[match.char_start : match.char_end]


def test_what_locate_finds_is_found_alike() -> None:
    """The levels in one piece come first and stay what they were."""
    assert Locator(PAGES).find("The Licensee may terminate") == (Match(start := PAGES.index("The Lic"), start + 26, "exact"),)


@pytest.mark.parametrize(
    ("source", "quote"),
    [
        ("a b " * 100_000, "a b " * 300 + "c"),
        ("the " * 100_000, " ... ".join(["the the"] * 12) + " ... x"),
        ("\n\n12\n\n" * 60_000, "x 12 " * 20),
        ("same words here again " * 20_000, "same words here again " * 300 + "but"),
        ("... " * 100_000, "a ... b ... c ... d"),
    ],
)
def test_repetition_cannot_stall_it(source: str, quote: str) -> None:
    """Long repetitive documents and quotes that nearly match everywhere take seconds at most."""
    started = time.perf_counter()
    Locator(source).find(quote, within=(300_000, 301_000))
    assert time.perf_counter() - started < 10
