"""Families made of corpus contracts: amendments, restatements and distractors, with what has to come out of them."""

from __future__ import annotations

import calendar
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from kin.wordings import CITED, DAYS, OPENINGS, WORDINGS, Wording

MONTHS = list(calendar.month_name)
ASIDE = ("Document Name", "Parties", "Agreement Date", "Effective Date")
NEW = {
    "Governing Law": "This Agreement shall be governed by and construed in accordance with the laws of the State of Wyoming and {mark}.",
    "Cap On Liability": "In no event shall the aggregate liability of either party under this Agreement exceed USD 7,654,321 ({mark}).",
    "Insurance": "Each party shall maintain commercial general liability insurance of not less than USD 3,210,000 as {mark} provides.",
    "Anti-Assignment": "Neither party may assign this Agreement without the prior written consent of the other as {mark} provides.",
    "Audit Rights": "Each party may audit the books and records of the other once in each year as {mark} provides.",
}
OTHER = "For the purposes of this provision the parties shall follow {mark} in each year, and shall keep records of what was done."
FINDINGS = """
SELECT document, finding_id, category, clause_path, quote, char_start, char_end, document_id FROM findings_current
WHERE state = 'present' AND evidence_ordinal = 0 AND char_start IS NOT NULL ORDER BY document, char_start"""


@dataclass(frozen=True, slots=True)
class Target:
    """A finding of a base contract that an amendment can change: its clause as printed, and the clause's span."""

    finding_id: str
    category: str
    label: str
    heading: str
    span: tuple[int, int]
    quote: str


@dataclass(slots=True)
class Base:
    """A contract that amendments are written to; `others` are all its findings with their places."""

    name: str
    text: str
    title: str
    parties: list[str]
    dated: date | None
    targets: list[Target]
    others: list[tuple[str, tuple[int, int], str]]


@dataclass(frozen=True, slots=True)
class Case:
    """One instruction of one amendment, and what it does; `mark` is in its new wording."""

    wording: Wording
    target: Target
    document: str
    mark: str
    starts_on: date
    # the mark that it takes the place of, where an earlier amendment has changed the clause before
    after: str = ""
    former: str = ""
    changes: frozenset[str] = frozenset()


@dataclass(slots=True)
class Family:
    """A contract with its made amendments; `links` are (document, base) that have to be found."""

    base: Base
    cases: list[Case] = field(default_factory=list)
    links: list[tuple[str, str | None]] = field(default_factory=list)
    restated_on: date | None = None


def bases(database: Path, corpus: Path) -> list[Base]:
    """The contracts with a title, two parties and a finding in a clause that has a number of its own."""
    labels: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in (corpus / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        labels[row["document"]][row["category"]].append(row["quote"])
    found = defaultdict(list)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as conn:
        for row in conn.execute(FINDINGS):
            found[row[0]].append(row[1:])
        texts = dict(conn.execute("SELECT id, text FROM documents"))
        sections = defaultdict(list)
        for document_id, *section in conn.execute("SELECT document_id, clause_path, title, char_start, char_end FROM sections"):
            sections[document_id].append(section)
    made = []
    for name, rows in sorted(found.items()):
        told = labels[Path(name).stem]
        names = list(dict.fromkeys(filter(_is_name, (" ".join(one.split()) for one in told["Parties"]))))[:3]
        title = " ".join(min(told["Document Name"], key=len, default="").split()).strip(" (,'")
        targets = list(_targets(rows, sections[rows[0][6]]))
        if title and "agreement" in title.lower() and "amend" not in title.lower() and len(names) >= 2 and targets:
            others = [(row[0], (row[4], row[5]), row[3]) for row in rows]
            made.append(Base(name, texts[rows[0][6]], title, names, _day(told["Agreement Date"]), targets, others))
    return made


def _is_name(words: str) -> bool:
    return bool(re.search(r"(?i)\b(?:inc|llc|corp|corporation|ltd|limited|company|l\.p|plc|gmbh|co|n\.a)\b", words)) and len(words) < 60


def _targets(rows: list[tuple], sections: list[list]) -> Iterator[Target]:
    labels = defaultdict(list)
    for path, title, start, end in sections:
        if label := printed(path):
            labels[label].append((path, title, start, end))
    seen = set()
    for finding_id, category, path, quote, start, end, _ in rows:
        label = printed(path)
        places = labels.get(label, [])
        # a number that stands twice in a contract names no clause by itself
        if category in ASIDE or not label or len(places) != 1 or label in seen:
            continue
        _, title, first, last = places[0]
        if first <= start and end <= last:
            seen.add(label)
            yield Target(finding_id, category, label, " ".join(title.split()) or "General", (first, last), quote)


def printed(path: str) -> str:
    """The number that a clause is cited by: `Article VII > 7.2 > (a)` is 7.2(a); empty for what lies in a schedule or has none."""
    label = ""
    for part in path.split(" > "):
        if match := re.fullmatch(r"(?:Section |Clause )?(\d+(?:\.\d+)*)\.?", part):
            label = match[1]
        elif re.fullmatch(r"\((?:[a-z]{1,4}|\d+)\)", part) and label:
            label += part
        elif re.fullmatch(r"Article .*|[IVXLC]+\.?", part):
            label = ""
        else:
            return ""
    return label


def _day(quotes: list[str]) -> date | None:
    for quote in quotes:
        words = " ".join(quote.split())
        for name, number in zip(MONTHS[1:], range(1, 13), strict=True):
            if (match := re.search(rf"{name} (\d{{1,2}})(?:st|nd|rd|th)?\s?, ?(\d{{4}})", words)) or (
                match := re.search(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: day of)? {name},? (\d{{4}})", words)
            ):
                return date(int(match[2]), number, int(match[1]))
    return None


def written(day: date, form: int) -> str:
    """A day in one of the ways of writing it."""
    th = "th" if 10 < day.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return DAYS[form % len(DAYS)].format(month=MONTHS[day.month], d=day.day, y=day.year, m=day.month, th=th)


def families(found: list[Base], folder: Path) -> list[Family]:
    """Write everything into a folder; each wording comes in turn, and comes again with other contracts."""
    turn = iter(range(10**6))
    made = []
    for number, base in enumerate(found):
        family = Family(base)
        _copy(folder / base.name, base.text)
        first, second = date(2024, 1 + number % 12, 1 + number % 28), date(2025, 1 + number % 12, 3 + number % 25)
        if base.dated:
            _amendment(folder, family, 1, number, first, base.targets[:4], turn)
            again = base.targets[:2] if number % 2 or len(base.targets) < 6 else base.targets[4:6]
            _amendment(folder, family, 2, number + 1, second, again, turn)
            if number % 5 == 0:
                _restatement(folder, family, date(2026, 1, 15))
            if number % 4 == 0 and base.dated.year < 2030:
                _twin(folder, family, number)
            if number % 3 == 0:
                _orphan(folder, family, number)
            made.append(family)
    return made


def _amendment(folder: Path, family: Family, n: int, number: int, day: date, targets: list[Target], turn: Iterator[int]) -> None:
    base, paragraphs = family.base, []
    name = f"{'amendment'}-{number % 7}-{Path(base.name).stem[:30]}-{n}.txt"
    for place, target in enumerate(targets):
        wording = WORDINGS[next(turn) % len(WORDINGS)]
        if wording.does == "definition":
            wording = WORDINGS[next(turn) % len(WORDINGS)]
        while wording.does == "definition":
            wording = WORDINGS[next(turn) % len(WORDINGS)]
        case = _case(family, wording, target, name, day, f"Protocol Q{number:02}{n}{place}")
        label = f"{CITED[number % len(CITED)]}".format(target.label)
        new = NEW.get(target.category, OTHER).format(mark=case.mark)
        text = wording.text.format(ref=label, num=target.label, head=target.heading.title(), new=new, old=case.former, words=case.mark)
        paragraphs.append(
            f"{place + 1}. {text}" if number % 2 else f"Section {place + 1}. {target.heading.title()}. {text}" if number % 3 else text
        )
        family.cases.append(case)
    opening = OPENINGS[(number + n) % len(OPENINGS)]
    told = {"n": n, "ORD": ("FIRST", "SECOND")[n - 1], "day": written(day, number), "base": written(base.dated, number + n)}
    head = opening.format(TITLE=base.title.upper(), Title=base.title.title(), parties=" and ".join(base.parties), **told)
    end = "All other terms of the Agreement remain unchanged and in full force and effect.\n\nIN WITNESS WHEREOF the parties have signed."
    _copy(folder / name, "\n\n".join([head, *paragraphs, end]))
    family.links.append((name, base.name))


def _case(family: Family, wording: Wording, target: Target, name: str, day: date, mark: str) -> Case:
    earlier = [case for case in family.cases if case.target == target and case.wording.does in ("whole", "words")]
    gone = any(case.target == target and case.wording.does == "delete" for case in family.cases)
    former = ""
    if wording.does == "words":
        former = earlier[-1].mark if earlier else _phrase(family.base, target)
        if not former or gone:
            wording = next(one for one in WORDINGS if one.does == "keep" and not one.held)
    changed = {"whole", "delete"} if wording.does in ("whole", "delete") else set()
    inside = [
        finding_id
        for finding_id, (start, end), quote in family.base.others
        if start < target.span[1]
        and target.span[0] < end
        and (changed or (wording.does == "words" and former and former in " ".join(quote.split())))
    ]
    return Case(wording, target, name, mark, day, earlier[-1].mark if earlier else "", former, frozenset(inside))


def _phrase(base: Base, target: Target) -> str:
    """Three words of a finding that stand once in its clause, without quotation marks."""
    clause = " ".join(base.text[slice(*target.span)].split())
    words = " ".join(target.quote.split()).split()
    for at in range(2, len(words) - 3):
        phrase = " ".join(words[at : at + 3])
        if re.fullmatch(r"[A-Za-z ]{12,}", phrase) and clause.count(phrase) == 1:
            return phrase
    return ""


def _restatement(folder: Path, family: Family, day: date) -> None:
    base = family.base
    name = f"new-{Path(base.name).stem[:30]}.txt"
    head = (
        f"AMENDED AND RESTATED {base.title.upper()}\n\nThis Amended and Restated {base.title.title()} is entered into as of {written(day, 0)} by "  # noqa: E501
        f"and between {' and '.join(base.parties)}, and amends and restates in its entirety that certain {base.title.title()} dated "
        f"{written(base.dated, 0)}.\n\n1. Governing Law. This Agreement shall be governed by the laws of the State of Ohio.\n"
    )
    _copy(folder / name, head)
    family.links.append((name, base.name))
    family.restated_on = day


def _twin(folder: Path, family: Family, number: int) -> None:
    """The same title and parties on another day, with an amendment of its own."""
    base = family.base
    other = base.dated.replace(year=base.dated.year + 2, day=min(base.dated.day, 28))
    name = f"twin-{Path(base.name).stem[:30]}.txt"
    head = (
        f"{base.title.upper()}\n\nThis {base.title.title()} is made as of {written(other, 0)} between {' and '.join(base.parties)}.\n\n"
        "1. Governing Law. This Agreement shall be governed by the laws of the State of Utah.\n"
    )
    _copy(folder / name, head)
    amends = OPENINGS[number % len(OPENINGS)].format(
        n=1,
        ORD="FIRST",
        TITLE=base.title.upper(),
        Title=base.title.title(),
        parties=" and ".join(base.parties),
        day=written(date(2024, 6, 6), 0),
        base=written(other, 0),
    )
    _copy(folder / f"twin-{number}-amended.txt", amends + '\n\nSection 1 is replaced by: "The laws of the State of Idaho govern."')
    family.links.append((f"twin-{number}-amended.txt", name))


def _orphan(folder: Path, family: Family, number: int) -> None:
    """An amendment of another agreement of the same parties, which is not there."""
    base = family.base
    title = ("Guaranty Agreement", "Stock Purchase Agreement", "Confidentiality Agreement")[number % 3]
    text = OPENINGS[number % len(OPENINGS)].format(
        n=1,
        ORD="FIRST",
        TITLE=title.upper(),
        Title=title,
        parties=" and ".join(base.parties),
        day=written(date(2024, 8, 8), 0),
        base=written(date(2021, 3, 4), 0),
    )
    _copy(folder / f"orphan-{number}.txt", text + f"\n\nSection {base.targets[0].label} is deleted in its entirety.")
    family.links.append((f"orphan-{number}.txt", None))


def _copy(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")
