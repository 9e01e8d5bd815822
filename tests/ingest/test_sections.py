"""Sections: what a lawyer would cite, found in sequence, whatever the lines look like."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk import ingest
from nightclerk.ingest.marks import find_marks
from nightclerk.ingest.sections import clause_path_at, find_sections

CONTRACT = """CREDIT AGREEMENT

TABLE OF CONTENTS

ARTICLE I DEFINITIONS ........ 1
1.01 Defined Terms ........ 1
1.02 Accounting Terms ........ 9
ARTICLE II THE LOANS ........ 10
2.01 Commitments ........ 10
SCHEDULE 1 Commitments

This Credit Agreement is made between the Borrower and the Lender.

RECITALS

A. The Borrower needs money.

B. The Lender has it.

NOW, THEREFORE, the parties agree:

ARTICLE I

DEFINITIONS

1.01 Defined Terms. "Loan" has the meaning given in
Section 2.01 of this Agreement. It bears interest at
2.5 Percent a year, or as
1. The Lender decides.

1.02 Accounting Terms. As in Article II hereof.

ARTICLE II

THE LOANS

Section 2.01. Commitments. The Lender lends:

(a) on the first day;

(b) on request, if

(i) the request is written;

(ii) no Default exists; and

(c) once a month.

Section 2.02. Covenants.

(a) The Borrower pays. See Section 2.01(b).

(h) This letter follows no other.

Section 2.05. Events of Default (numbers 2.03 and 2.04 are gone).

IN WITNESS WHEREOF, the parties have signed.

SCHEDULE 1

1. First lender.

2. Second lender.
"""


def _paths(text: str) -> list[str]:
    return [section.clause_path for section in find_sections(text)]


def test_contract() -> None:
    """Articles, sections, clauses and schedules nest; references, figures and the table of contents open nothing."""
    assert _paths(CONTRACT) == [
        "",
        "Table of Contents",
        "",
        "Recitals",
        "Recitals > A.",
        "Recitals > B.",
        "Article I",
        "Article I > 1.01",
        "Article I > 1.02",
        "Article II",
        "Article II > 2.01",
        "Article II > 2.01 > (a)",
        "Article II > 2.01 > (b)",
        "Article II > 2.01 > (b) > (i)",
        "Article II > 2.01 > (b) > (ii)",
        "Article II > 2.01 > (c)",
        "Article II > 2.02",
        "Article II > 2.02 > (a)",
        "Article II > 2.05",
        "Signatures",
        "Schedule 1",
        "Schedule 1 > 1",
        "Schedule 1 > 2",
    ]


def test_titles_and_kinds() -> None:
    """A section has the words of its heading, and its kind."""
    found = {section.clause_path: (section.kind, section.title) for section in find_sections(CONTRACT)}
    assert found["Article I"] == ("definitions", "DEFINITIONS")
    assert found["Article I > 1.01"] == ("definitions", "Defined Terms")
    assert found["Article II"] == ("article", "THE LOANS")
    assert found["Article II > 2.01"] == ("clause", "Commitments")
    assert found["Article II > 2.01 > (b)"] == ("paragraph", "")
    assert found["Schedule 1"][0] == "exhibit"
    assert found["Signatures"][0] == "signature"


def test_one_line() -> None:
    """A contract in a single line has its clauses after the ends of sentences and after the blanks that were line breaks."""
    text = (
        "SERVICE AGREEMENT   This Agreement is made between the parties.   1. Services.  The Provider serves as follows:   "
        "1.1 Standard. As is usual, and for 2.5 percent more under Section 2.1 of this Agreement.   1.2 Place. "
        "In Paris. (a) Early; (b) late. "
        "2. Term.   2.1 Begin. The term begins at once. Section 1.2 applies. 2.2 End. It ends in 2030.   EXHIBIT A   FEES   None."
    ) + " Filler words that say nothing." * 20
    assert _paths(text) == ["", "1", "1 > 1.1", "1 > 1.2", "1 > 1.2 > (a)", "1 > 1.2 > (b)", "2", "2 > 2.1", "2 > 2.2", "Exhibit A"]


FILING = """FORM 10-K

The registrant is large.

PART I | 3
Item 1. | Business | 3
Item 1A. | Risk Factors | 9
PART II | 20
Item 7. | Management's Discussion | 21

PART I

Item 1. Business

We sell. See Item 7 below and
Item 1A of Part I.

(1) A footnote.

Item 1A. Risk Factors

Many.

PART II

Item 7. Management's Discussion

Net sales rose.

Item 8. Financial Statements

Note 1. Basis

GAAP.

Note 2. Leases

Many.

SIGNATURES

Pursuant to the requirements
"""


def test_filing() -> None:
    """A filing has Parts and Items; its table of contents, its footnotes and what is said about items open none."""
    assert _paths(FILING) == [
        "",
        "Table of Contents",
        "Part I",
        "Part I > Item 1",
        "Part I > Item 1A",
        "Part II",
        "Part II > Item 7",
        "Part II > Item 8",
        "Part II > Item 8 > Note 1",
        "Part II > Item 8 > Note 2",
        "Signatures",
    ]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (
            "## Abschnitt 1 - A\n\n### § 5 B\n\n(1) C\n\n(1a) D\n\n1. E\n\n2. F\n\n### § 5a G\n\nH",
            ["Abschnitt 1", "(1)", "(1a)", "1", "2", "§ 5a"],
        ),
        ("Article premier\n\nObjet\n\nArticle 2\n\nDurée\n", ["Article Premier", "Article 2"]),
        ("Cláusula primera. Objeto\n\nUno.\n\nCláusula segunda. Plazo\n\nDos.\n", ["Cláusula Primera", "Cláusula Segunda"]),
        ("第一章 総則\n\n第1条（目的）\n本契約\n\n第2条（期間）\n一年\n", ["第一章", "第1条", "第2条"]),
        ("Art. 1 Zweck\n\nText.\n\nArt. 2 Sitz\n\nText.\n", ["Art. 1", "Art. 2"]),
    ],
)
def test_languages(text: str, paths: list[str]) -> None:
    """Statutes and contracts in other languages are cited as they are cited there."""
    found = [path.rpartition(" > ")[2] for path in _paths(text)]
    assert [path for path in found if path in paths] == paths


TITLE_PAGE = "Between the parties, of whom there are two, and who have agreed as is written below, on this day and in this place.\n\n"
# `|` stands for the blank line between paragraphs
CITED = {
    "German statute": (
        (
            "§ 1 Gegenstand|(1) Er haftet nach § 5.|(2) Der Kunde zahlt:|1. den Preis;|2. die Fracht.|"
            "§ 2 Laufzeit|(1) Ein Jahr.|a) einmal;|b) zweimal.|Anlage 1|Preise\n"
        ),
        [
            "§ 1",
            "§ 1 > (1)",
            "§ 1 > (2)",
            "§ 1 > (2) > 1",
            "§ 1 > (2) > 2",
            "§ 2",
            "§ 2 > (1)",
            "§ 2 > (1) > a)",
            "§ 2 > (1) > b)",
            "Anlage 1",
        ],
    ),
    "Swiss contract": (
        "Ziff. 1 Gegenstand|Text.|Ziff. 2 Dauer|Nach Art. 5 Abs. 2.\n",
        ["Ziff. 1", "Ziff. 2"],
    ),
    "Swiss statute": (
        "Art. 1 Frist|Abs. 1 Eins.|Abs. 2 Zwei.|Art. 2 Form\n",
        ["Art. 1", "Art. 1 > Abs. 1", "Art. 1 > Abs. 2", "Art. 2"],
    ),
    "French code": (
        (
            "Article L.123-4|Texte.|Article L.123-5|Par dérogation à l'article L.123-4 :|1° Les sociétés ;|2° Les associations :|"
            "a) déclarées ;|b) reconnues.|Article R. 210-1|Texte.\n"
        ),
        [
            *("Article L.123-4", "Article L.123-5", "Article L.123-5 > 1°", "Article L.123-5 > 2°"),
            *("Article L.123-5 > 2° > a)", "Article L.123-5 > 2° > b)", "Article R. 210-1"),
        ],
    ),
    "French contract": (
        "Article 1er - Objet|Texte.|Article 2 - Durée|2.1 Un an.|Art. 3 bis|Texte.|Art. 4|Texte.\n",
        ["Article 1er", "Article 2", "Article 2 > 2.1", "Art. 3 bis", "Art. 4"],
    ),
    "Spanish contract": (
        "CLÁUSULAS|PRIMERA.- OBJETO|Texto.|SEGUNDA.- PLAZO|2.1 Prórroga. Otro año.|TERCERA.- PRECIO|a) Mensual.|b) Anual.\n",
        ["Primera", "Segunda", "Segunda > 2.1", "Tercera", "Tercera > a)", "Tercera > b)"],
    ),
    "Portuguese contract": (
        "CLÁUSULA PRIMEIRA - OBJETO|Texto.|CLÁUSULA SEGUNDA - PRAZO|§ 1º O prazo.|§ 2º Outro.|CLÁUSULA TERCEIRA - PREÇO\n",
        ["Cláusula Primeira", "Cláusula Segunda", "Cláusula Segunda > § 1º", "Cláusula Segunda > § 2º", "Cláusula Terceira"],
    ),
    "Italian contract": (
        "Articolo 1\nOggetto|1. Uno.|2. Due.|Art. 2 - Durata|2.1 Un anno.|Art. 2-bis - Proroga|Testo.\n",
        ["Articolo 1", "Articolo 1 > 1", "Articolo 1 > 2", "Art. 2", "Art. 2 > 2.1", "Art. 2-bis"],
    ),
    "Dutch contract": (
        "Artikel 1 Definities|1.1 Stuk.|Artikel 2 Duur|2.1 Een jaar.|a. lang;|b. kort.|Bijlage 1|Prijzen\n",
        ["Artikel 1", "Artikel 1 > 1.1", "Artikel 2", "Artikel 2 > 2.1", "Artikel 2 > 2.1 > a.", "Artikel 2 > 2.1 > b.", "Bijlage 1"],
    ),
    "Japanese contract": (
        "第1条（目的）\n本契約。|第2条（期間）\n1 一年とする。\n2 延長できる。\n(1) 書面\n(2) 電子|第3条 乙は第2条第1項に従う。\n",
        ["第1条", "第2条", "第2条 > 1", "第2条 > 2", "第2条 > 2 > (1)", "第2条 > 2 > (2)", "第3条"],
    ),
    "Japanese statute": (
        "第一条 この法律は、目的とする。\n２ 前項の規定は、適用しない。\n一 国\n二 地方\n第二条 定義。\n",
        ["第一条", "第一条 > ２", "第一条 > ２ > 一", "第一条 > ２ > 二", "第二条"],
    ),
    "Chinese contract": (
        "第一条 目的|为了。|第二条 定义|（一）甲方；|（二）乙方。|第三条 期限|3.1 一年。\n",
        ["第一条", "第二条", "第二条 > （一）", "第二条 > （二）", "第三条", "第三条 > 3.1"],
    ),
    "Arabic contract": (
        "المادة 1: التعريفات|نص.|المادة ٢: المدة|١- سنة.|٢- سنتان.|المادة (3) القانون|البند 1: السعر|نص.\n",
        ["المادة 1", "المادة ٢", "المادة ٢ > ١-", "المادة ٢ > ٢-", "المادة (3)", "المادة (3) > البند 1"],
    ),
    "English schedules": (
        (
            "1 Definitions|1.1 Text.|2 Supply|2.1 Text.|SCHEDULE 1|PART 1|Services|1. First|1.1 Detail.|PART 2|Fees|"
            "1. Fee|SCHEDULE 2|Paragraph 1|Text.|Paragraph 2|Text.|ANNEX A|Forms\n"
        ),
        [
            *("1", "1 > 1.1", "2", "2 > 2.1", "Schedule 1", "Schedule 1 > Part 1", "Schedule 1 > Part 1 > 1"),
            *("Schedule 1 > Part 1 > 1 > 1.1", "Schedule 1 > Part 2", "Schedule 1 > Part 2 > 1"),
            *("Schedule 2", "Schedule 2 > Paragraph 1", "Schedule 2 > Paragraph 2", "Annex A"),
        ],
    ),
}


@pytest.mark.parametrize(("text", "paths"), CITED.values(), ids=CITED)
def test_citations_of_other_laws(text: str, paths: list[str]) -> None:
    """A path is what a lawyer of that country would cite, and nothing but the printed numbers opens a section."""
    assert [path for path in _paths(TITLE_PAGE + text.replace("|", "\n\n")) if path] == paths


SENTENCES = (
    "1. End\n\n1.3 A Party may end it: (a) if the other fails; or (b) if the price rises. All fees are due at once. "
    "This holds (i) for notices or (ii) for payments, under clauses (a) and (b) above. The rest stays.\n\n"
    "1.4 Form. In writing, by ABC Inc. or its heirs.\n"
)


def test_lists_inside_sentences() -> None:
    """A list ends with its sentence, and what follows belongs to the clause around it; a reference to an item opens nothing."""
    sections = find_sections(SENTENCES)
    paths = ["1", "1 > 1.3", "1 > 1.3 > (a)", "1 > 1.3 > (b)", "1 > 1.3 > (i)", "1 > 1.3 > (ii)", "1 > 1.4"]
    assert [section.clause_path for section in sections] == paths
    for words, path in {"if the price": "1 > 1.3 > (b)", "All fees": "1 > 1.3", "for pay": "1 > 1.3 > (ii)", "The rest": "1 > 1.3"}.items():
        assert clause_path_at(sections, SENTENCES.index(words)) == path


def test_text_behind_a_list_of_paragraphs() -> None:
    """A paragraph without a number belongs to the clause behind the last item of `...; and (b) ...`, and to the item elsewhere."""
    text = "1. A\n\nThe Seller:\n\n(a) sells; and\n\n(b) delivers.\n\nBoth at once.\n\n2. B\n\n(a) One.\n\n(b) Two.\n\nMore.\n\n(c) C.\n"
    sections = find_sections(text)
    assert clause_path_at(sections, text.index("Both")) == "1"
    assert clause_path_at(sections, text.index("More.")) == "2 > (b)"


def test_repeated_letters_follow_z() -> None:
    """Definitions are lettered (z), (aa), (zz), (aaa)."""
    letters = [letter * times for times in (1, 2, 3) for letter in "abcdefghijklmnopqrstuvwxyz"]
    text = "1. Terms\n\n" + "\n\n".join(f"({letter}) Word." for letter in letters)
    assert _paths(text)[1:] == [f"1 > ({letter})" for letter in letters]


def test_letters_and_roman_numbers() -> None:
    """`(i)` after `(h)` is a letter, after `(a)` it is the first Roman number below it."""
    letters = "1. List\n\n" + "\n\n".join(f"({letter}) x" for letter in "abcdefghij")
    assert _paths(letters)[-2:] == ["1 > (i)", "1 > (j)"]
    assert _paths("1. List\n\n(a) x\n\n(i) y\n\n(ii) y\n\n(b) x")[-3:] == ["1 > (a) > (i)", "1 > (a) > (ii)", "1 > (b)"]


HEADED = """SERVICE AGREEMENT

This Agreement is made between the parties, who agree about the service of the machine and its price, and about all that follows here.

SERVICES

The provider will bring:

          1. a machine;

          2. a man.

PAYMENT

At once.

LIABILITY

None.

TERM

A year.
"""


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        # headings without numbers are the outline, and a list stands below its heading
        (HEADED, ["", "SERVICES", "SERVICES > 1", "SERVICES > 2", "PAYMENT", "LIABILITY", "TERM"]),
        # numbers below letters, where the letters go on behind them
        (
            f"{CONTRACT}\nSCHEDULE 2\n\nA. Lender shall:\n\n1. Pay;\n\n2. Ask.\n\nB. Borrower shall not.\n",
            [*("Schedule 2", "Schedule 2 > A.", "Schedule 2 > A. > 1", "Schedule 2 > A. > 2", "Schedule 2 > B.")],
        ),
        # numbers below the last letter, as below the letter before it
        (
            "Article 2 - Scope\n\na. Grant.\n\n1. Share;\n\n2. Adapt.\n\nb. Other.\n\n1. Moral;\n\n2. Patent.\n\nArticle 3 - End\n",
            [
                "Article 2 > a.",
                "Article 2 > a. > 1",
                "Article 2 > a. > 2",
                "Article 2 > b.",
                "Article 2 > b. > 1",
                "Article 2 > b. > 2",
                "Article 3",
            ],
        ),
        # the clauses that a reader left behind the signatures
        ("1. A\n\n1.1 B\n\nIN WITNESS WHEREOF, signed\n\n1.2 C\n\n2. D\n", ["1", "1 > 1.1", "Signatures", "1 > 1.2", "2"]),
        # a first number that was lost does not cost the others
        ("5. Term. 5.1 Begin. At once.\n\n6. End. 6.1 Never. Not.\n", ["5", "5 > 5.1", "6", "6 > 6.1"]),
        ("1. A\n\n1.4 To 1.2 Brands. As in 1.3 Brands.\n\n1.5 B\n", ["1", "1 > 1.4", "1 > 1.5"]),
        ("9. A\n\n9.4 The parties agree on such violation 9.5 After the end this holds, whatever the other clauses say.\n", ["9.4", "9.5"]),
        ("1. A\n\n(h) x:\n\n", ["1"]),
        ("The day was\n30.4.98\n\n1. A\n\n2. B\n", ["", "1", "2"]),
        ("1. A\n\nUnder the statute (42 U.S.C. § 1320a-7b) and 5 U.S.C. § 552 of that year nothing more is said.\n\n2. B\n", ["1", "2"]),
        ("16. A\n\n", [""]),
        (
            "PART IV\n\nItem 14: Exhibits\n\nItem 14(a)(1):\n\nx\n\nItem 15. B\n",
            ["Part IV", "Part IV > Item 14", "Part IV > Item 14(a)(1)", "Part IV > Item 15"],
        ),
        ("Section 5—Governance\n\nItem 5.07 Votes\n\nx\n", ["Section 5", "Section 5 > Item 5.07"]),
        ("المادة الأولى: التعريفات\n\nنص.\n\nالمادة الثانية: المدة\n\nنص.\n", ["المادة الأولى", "المادة الثانية"]),
        ("第九条の二（目的）\n本契約\n\n第十条（期間）\n一年\n", ["第九条の二", "第十条"]),
        ("Article 1er - Objet\n\nTexte.\n\nArticle 2 - Durée\n", ["Article 1er", "Article 2"]),
    ],
)
def test_layouts(text: str, paths: list[str]) -> None:
    """What real documents do with their numbers: each of these cost citations once."""
    found = _paths(text)
    assert found[-len(paths) :] == paths, found


def test_letters_in_brackets_that_count_nothing() -> None:
    """A line that begins with letters in brackets that are no count, as the number of a regulation may, opens no section."""
    text = "1. Data\n\n(EU) 2016/679 applies.\n\n2. Term\n\n(vx) Two years.\n"
    assert [section.clause_path for section in find_sections(text)] == ["1", "2"]


NAMED = {
    "signature": (
        *("IN WITNESS WHEREOF, the parties", "Signatures", "[Signature page follows]", "(Signature page)", "Executed as a deed"),
        *("By: /s/ A. Smith", "/s/ A. Smith", "\\s\\ A. Smith"),
    ),
    "recitals": ("RECITALS", "R E C I T A L S", "BACKGROUND", "Preamble", "WITNESSETH", "W I T N E S S E T H", "WHEREAS, it"),
    "definitions": ("CERTAIN DEFINITIONS", "Definitions", "DEFINED TERMS"),
}
COUNTED = (
    "PRIMERA segunda Tercera Cuarta quinta SEXTA Séptima Setima Octava novena Nona Décima Decima Undécima Duodecima Vigésima Primeira "
    "Terceira Quarta Oitava"
)


@pytest.mark.parametrize(("line", "kind"), [(line, kind) for kind, lines in NAMED.items() for line in lines])
def test_names_of_parts(line: str, kind: str) -> None:
    """A part without a number is told by its name."""
    assert next(find_marks(line)).kind == kind


@pytest.mark.parametrize("word", COUNTED.split())
def test_clauses_counted_by_words(word: str) -> None:
    """A Spanish or Portuguese clause is told by its ordinal."""
    assert [mark.label for mark in find_marks(f"{word}.- Del precio")] == [word.capitalize()]


@pytest.mark.parametrize("page", ["12", "١٢"])
def test_page_number_before_an_entry(page: str) -> None:
    """In a table of contents that is one line, an entry begins after the number of a page, in whatever digits it is written."""
    line = f"{'Words of a line that is long enough to be looked into. ' * 2}Term {page} 2. Fees of it"
    assert [mark.label for mark in find_marks(line)] == ["2"]


def test_clause_path_at() -> None:
    """An offset lies in the deepest section around it; outside of the text there is none."""
    sections = find_sections(CONTRACT)
    assert clause_path_at(sections, CONTRACT.index("written")) == "Article II > 2.01 > (b) > (i)"
    assert clause_path_at(sections, CONTRACT.index("Section 2.01 of")) == "Article I > 1.01"
    assert clause_path_at(sections, len(CONTRACT)) == ""
    assert clause_path_at([], 0) == ""


PARTS = [
    *("\n", "\n\n", "\r\n", "\f", " ", "  ", ". ", "Words", "words", "....... 3", "TABLE OF CONTENTS", "WHEREAS", "IN WITNESS WHEREOF"),
    *(
        "Article I",
        "ARTICLE II",
        "Section 2.1",
        "1.",
        "1.1",
        "2.",
        "(a)",
        "(i)",
        "(b)",
        "; and (b) x. Y",
        "(i) x or (ii) y",
        "NOW, THEREFORE",
        "EXHIBIT A",
        "Item 1.",
        "PART I",
        "# x",
        "§ 5",
        "第1条",
    ),
]


@given(st.lists(st.sampled_from(PARTS), max_size=60).map("".join))
def test_sections_are_a_tree_that_covers_the_text(text: str) -> None:
    """Whatever the text: top sections tile it, each section lies in its parent, none is empty, and ordinals count up."""
    sections = find_sections(text)
    assert [section.ordinal for section in sections] == list(range(len(sections)))
    tops = [section for section in sections if section.depth == 0]
    assert "".join(text[section.char_start : section.char_end] for section in tops) == text
    ends = [len(text)]
    starts = [0]
    for section in sections:
        assert section.depth < len(ends)
        del ends[section.depth + 1 :], starts[section.depth + 1 :]
        assert starts[-1] <= section.char_start < section.char_end <= ends[-1]
        ends.append(section.char_end)
        starts.append(section.char_start)
    for offset in range(0, len(text), 7):
        deepest = [section for section in sections if section.char_start <= offset < section.char_end][-1]
        assert clause_path_at(sections, offset) == deepest.clause_path


UNITS = [
    *"a .(I\n\t§第",
    ". ",
    "(a) ",
    "1.",
    "1.1 ",
    "1. A\n\n",
    "Section 1.1 A\n\n",
    "EXHIBIT A\n\n",
    "A. ",
    "| ",
    "# ",
    "A B ",
    "w i t n e s s ",
    "1. A of ",
    ". . ",
    "4 13. ",
    "A 2 ",
    "By: /s/ ",
    "x (a) b (b) c ",
    "x; and (b) y ",
    "(i) x (ii) ",
    "(aaaa) ",
    "1 A\n",
    "Segunda.- ",
    "Recitals\n\n",
    "第1条 ",
    "(Signature Page ",
]
BLANKS = " " * 300_000


@pytest.mark.parametrize("start", ["RECITALS", "1. A", "Section 2", "A 12", "....", "(a)", "EXHIBIT A", "R E C I T A L S :"])
def test_time_is_linear_in_blanks(start: str) -> None:
    """Nor does it take long where a mark is followed by a third of a megabyte of blanks."""
    started = time.process_time()
    find_sections(f"{start}{BLANKS}x\n{start}{BLANKS}")
    assert time.process_time() - started < 10


@pytest.mark.parametrize("unit", UNITS)
def test_time_is_linear(unit: str) -> None:
    """A third of a megabyte of anything takes a second or two on a busy machine, where squares and powers would take hours."""
    text = unit * (300_000 // len(unit))
    started = time.process_time()
    find_sections(text)
    assert time.process_time() - started < 10


def test_corpus_filings(corpus: Path) -> None:
    """Real filings have the Items they list, each once in its Part, none from the table of contents."""
    counts = {}
    for path in sorted((corpus / "sec").glob("10*.html")):
        sections = ingest.read(path, "text/html", ingest.Limits()).sections
        items = [section.clause_path for section in sections if section.kind == "item"]
        assert len(items) == len(set(items)), path.name
        assert all(path.startswith("Part ") for path in items)
        counts[path.stem] = len(items)
    assert counts == {
        "10K_0000950153-99-001234": 18,
        "10K_ibm-10-k-2025-02-25": 23,
        "10K_nflx-10-k-2025-01-27": 23,
        "10Q_aapl-10-q-2025-08-01": 11,
        "10Q_pg-10-q-2025-04-24": 9,
    }


def test_corpus_contracts(corpus: Path) -> None:
    """In real contracts nearly every labelled clause lies in a section that has a path."""
    paths = []
    for document in sorted((corpus / "cuad" / "txt").glob("*.txt"))[::3]:
        text = document.read_bytes().decode()
        sections = find_sections(text)
        for line in (corpus / "cuad" / "gold.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["document"] == document.stem and row["char_start"] > len(text) * 0.1:
                paths.append(clause_path_at(sections, row["char_start"]))
    assert sum(map(bool, paths)) > 0.9 * len(paths)


def test_a_table_of_defined_terms_opens_no_clause() -> None:
    """Numbers of other Articles in a list of where terms are defined are references: what follows is still in this Article."""
    text = (
        "ARTICLE I\nDEFINITIONS\n\n1.1 Certain Definitions. Words mean this.\n\n1.2 Additional Definitions. These are defined where it"
        " says:\n\nExpiration Date   2.1(c)\nOffer   Recitals\nTermination Date   \n2.1 (c)\nTrade Secrets   1.1(e)\n\n"
        "1.3 Interpretation. Headings mean nothing.\n\nARTICLE II\nTHE OFFER\n\n2.1 The Offer. It is made.\n\n2.2 Actions. They follow.\n"
    )
    sections = find_sections(text)
    assert clause_path_at(sections, text.index("Headings mean")) == "Article I > 1.3"
    assert clause_path_at(sections, text.index("It is made")) == "Article II > 2.1"
