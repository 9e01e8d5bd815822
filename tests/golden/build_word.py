"""Writes the golden Word document with tracked changes: `python tests/golden/build_word.py`. Run it only to change it.

The agreement is made up for these tests. Its three views differ in words, in numbers and in the rows of its table.
"""
# ruff: noqa: E501 - lines of documents stay whole

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
sys.dont_write_bytecode = True

from word_fixtures import BY_ANN, BY_BOB, deleted, inserted, numbered, numbers, p, r, table, tc, tr, word  # noqa: E402 - its folder has just been named

INS, DEL = f"<w:rPr><w:ins {BY_ANN}/></w:rPr>", f"<w:rPr><w:del {BY_BOB}/></w:rPr>"
STYLES = """<w:styles><w:style w:type="paragraph" w:default="1" w:styleId="Normal"/>
<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>"""
ONE = '<w:pStyle w:val="H1"/>'


def amended() -> bytes:
    """A contract that two people have worked on, each with a colour of their own."""
    body = "".join(
        [
            p("LOAN AGREEMENT"),
            p("Definitions", properties=ONE),
            p("The Loan is EUR ", deleted("1,000,000"), inserted("2,000,000"), ".", properties=numbered(1)),
            p(inserted("The Margin is "), inserted("2% a year."), properties=numbered(1) + INS),
            p("The Term ends on 31 December 2030.", properties=numbered(1)),
            p(deleted("Fees"), properties=ONE + DEL),
            p(deleted("The Borrower pays a fee."), properties=numbered(1) + DEL),
            p("Repayment", properties=ONE),
            p("The Borrower repays ", properties=numbered(1) + DEL),
            p("the Loan at the end of the Term.", properties=numbered(1)),
            p("It may repay early", properties=numbered(1) + INS),
            p(" without a premium.", properties=numbered(1)),
            p("Notices are given in writing.", properties=numbered(1, f"<w:ins {BY_ANN}/>")),
            p("by courier", properties=numbered(2) + f"<w:pPrChange {BY_BOB}><w:pPr>{numbered(1)}</w:pPr></w:pPrChange>"),
            p(
                f"<w:moveFrom {BY_ANN}>{r('This clause has moved.')}</w:moveFrom>",
                properties=numbered(1) + f"<w:rPr><w:moveFrom {BY_ANN}/></w:rPr>",
            ),
            p("Law", properties=ONE),
            p(
                f"<w:moveTo {BY_ANN}>{r('This clause has moved.')}</w:moveTo>",
                properties=numbered(1) + f"<w:rPr><w:moveTo {BY_ANN}/></w:rPr>",
            ),
            p(
                '<w:commentRangeStart w:id="1"/>',
                "The law of Ruritania",
                '<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>',
                r(" applies.", f"<w:b/><w:rPrChange {BY_BOB}><w:rPr/></w:rPrChange>"),
                properties=numbered(1),
            ),
            p(
                "The blanks [●] and [-] stay.",
                properties=numbered(1, '<w:numberingChange w:id="9" w:author="Bob" w:original="%1:7:0:.%2:5:4:)"/>'),
            ),
            table(
                tr("Year", "Rate", tc("Cap", f"<w:cellIns {BY_ANN}/>")),
                tr("2024", p(deleted("3%"), inserted("4%")), tc("5%", f"<w:cellIns {BY_ANN}/>")),
                tr(p(deleted("2025")), p(deleted("3%")), properties=f"<w:del {BY_BOB}/>"),
                tr(p(inserted("2026")), p(inserted("4%")), p(inserted("6%")), properties=f"<w:ins {BY_ANN}/>"),
            ),
            p("Signed", inserted(" and delivered")),
        ]
    )
    comments = (
        f'<w:comments><w:comment w:id="1" w:author="Ann" w:date="2024-05-03T08:00:00Z">{p("Is that agreed?")}</w:comment></w:comments>'
    )
    levels = numbers("upperRoman:Article %1", "%1.%2", "lowerLetter:(%3)").replace(
        '<w:lvlText w:val="%1.%2"/>', '<w:isLgl/><w:lvlText w:val="%1.%2"/>'
    )
    parts = {"styles.xml": STYLES, "numbering.xml": levels, "comments.xml": comments}
    return word(body, parts=parts, targets={f"rId{place}": name for place, name in enumerate(parts)})


if __name__ == "__main__":
    (HERE / "docx" / "amended.docx").write_bytes(amended())
