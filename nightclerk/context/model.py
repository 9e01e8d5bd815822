"""What is found in a document that its clauses need: defined terms, what points where, and what a question is shown of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# `here`: a clause of this document; `elsewhere`: of another document; `nowhere`: of this one, which has no such clause
Where = Literal["here", "elsewhere", "nowhere"]


@dataclass(frozen=True, slots=True)
class Term:
    """One definition: `text[char_start:char_end]` says what `name` means, and names it at `text[name_start:name_end]`.

    `how` is `means` ("X" means ...), `called` (the "X"), or `points`: the words only say where it is defined. `group` is the place of the
    first name where several are defined at once ("Sale", "Sold" means ...).
    """

    name: str
    name_start: int
    name_end: int
    char_start: int
    char_end: int
    clause_path: str
    how: Literal["means", "called", "points"]
    group: int


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a defined term stands, in any of its forms: `text[char_start:char_end]`; `name` is the term's."""

    name: str
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Reference:
    """Words that point at a clause or an exhibit: `text[char_start:char_end]` is the number, one reference per number that is named.

    `word` is section, article or clause, or what an exhibit is called (Exhibit, Schedule, ...); `label` is the printed number
    (`9.2(b)(iii)`, `B`); `text[phrase_start:char_end]` begins with the word. The span of the clause that it leads to
    is `target_start:target_end`, empty where `where` is not `here`. `exact` is false where only a clause around it was found.
    """

    char_start: int
    char_end: int
    phrase_start: int
    word: str
    label: str
    where: Where
    clause_path: str = ""
    target_start: int = 0
    target_end: int = 0
    exact: bool = True
    is_exhibit: bool = False
