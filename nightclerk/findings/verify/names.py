"""Whether the parties and the capitalised terms of a claim stand in the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nightclerk.findings.verify import currencies
from nightclerk.findings.verify.dates import MONTHS
from nightclerk.findings.verify.facts import Facts
from nightclerk.findings.verify.languages import ROLES, Language
from nightclerk.findings.verify.lexicon import COMPANY, FORMS, PLACES, PLAIN
from nightclerk.findings.verify.passage import Passage
from nightclerk.findings.verify.quantities import scale_named
from nightclerk.findings.verify.reading import Reading, Token, stem, words_pattern
from nightclerk.findings.verify.units import unit_of
from nightclerk.records import Check
from nightclerk.text import fold

_SAME = {
    **dict.fromkeys(("us", "usa", "u.s", "u.s.a"), "united states"),
    **dict.fromkeys(("uk", "u.k"), "united kingdom"),
    **dict.fromkeys(("ny", "n.y"), "new york"),
}
_NAME = re.compile(
    r"(?<!\w)[^\W\d_a-zß-ÿ][\w&'’.-]*(?:[ ](?:(?:of|the|de|la|&)[ ])?[^\W\d_a-zß-ÿ][\w&'’.-]*)*"
    r"(?:,?[ ](?:Inc|INC|Ltd|LTD|LLC|L\.L\.C|Corp|CORP|Co|Limited|LIMITED|PLC|plc|LP|L\.P|LLP|GmbH|AG|SA|S\.A|N\.V|B\.V)\b\.?)*"
)
_SENTENCE = re.compile(r"(?:^[\"“(]?|[.!?:;]\s+[\"“(]?|\n\s*|[-–•*]\s+)$")


def check_party(party: str, passages: Sequence[Passage], facts: Facts) -> Check | None:
    """What is wrong with the party of an answer; None where the source names it, by its name or by what it is called there."""
    wanted = _words(party)
    if not wanted:
        return None
    context = " ".join(passage.context for passage in passages)
    if _stand(wanted, context):
        return None
    called = {alias for alias, name in facts.aliases.items() if _same_name(wanted, _words(name)) or _same_name(wanted, _words(alias))}
    called |= {name for alias, name in facts.aliases.items() if _same_name(wanted, _words(alias))}
    if any(_stand(_words(name), context) for name in called):
        return None
    others = [
        alias for alias, name in facts.aliases.items() if alias not in called and _is_party(alias, name) and _stand(_words(alias), context)
    ]
    if others and (called or (_known_form(party) and facts.names(wanted))):
        # the document knows who is meant, and speaks of somebody else here
        return Check("party", "contradicted", party, others[0], f"the answer names {party!r}, the source {others[0]!r}")
    return Check("party", "unverified", party, "", f"the answer names {party!r}, the source does not")


def check_names(answer: str, reading: Reading, passages: Sequence[Passage], facts: Facts, clause_path: str) -> Iterator[Check]:
    """The names and capitalised terms of an answer that the source does not have."""
    context = " ".join([*(passage.context for passage in passages), fold(clause_path).text])
    language = reading.language
    stems = {stem(word) for word in re.findall(r"[^\W\d_]+", context)}
    for name in _names(answer, language):
        missing = [word for word in _words(name) if stem(word) not in stems and word not in context and not _common(word, language)]
        if not missing or check_party(name, passages, facts) is None:
            continue
        if _translated(name, missing, language, passages, facts):
            continue
        yield _missing(name, passages, facts)


def _is_party(alias: str, name: str) -> bool:
    """Whether a short name is a party's: it stands for a company, or names a role."""
    return alias.removeprefix("the ") in ROLES or bool(COMPANY & {word.strip(".,") for word in name.split()})


def _translated(name: str, missing: Sequence[str], language: Language | None, passages: Sequence[Passage], facts: Facts) -> bool:
    """Whether an answer in another language than the source may have put a common name or a role into its own words."""
    other = all(passage.language != language for passage in passages)
    return other and not _known_form(name, roles=False) and not facts.names(missing)


def _missing(name: str, passages: Sequence[Passage], facts: Facts) -> Check:
    found = check_party(name, passages, facts)
    if found and found.result == "contradicted":
        return found
    return Check("term", "unverified", name, "", f"the answer names {name!r}, the source does not")


def _names(answer: str, language: Language | None) -> Iterator[str]:
    """The names in an answer; at the beginning of a sentence one capital is no name, and in German a noun is none."""
    if language is not None and not language.spaced:
        yield from (role for role in ROLES if len(role) > 0 and role in answer and not role.isascii() and role in language.roles)
        return
    if language is not None and language.code == "ar":
        yield from (role for role in language.roles if role in answer.split())
        return
    whole = answer.strip().strip(" .\"'“”")
    figure = re.search(r"[\d$€£¥%]", whole)
    if (
        not figure
        and len(whole.split()) <= 8
        and whole[:1].isupper()
        and _all_capital(whole)
        and (language is None or language.code != "de" or _known_form(whole))
    ):
        yield whole
        return
    for found in _NAME.finditer(answer):
        name = found[0].rstrip(".'’-")
        if answer[found.end() : found.end() + 1] in ("$", "€", "£"):
            continue
        if name == whole or not (_SENTENCE.search(answer[: found.start()]) or not answer[: found.start()].strip()):
            if language is None or language.code != "de" or _known_form(name):
                yield name
        elif " " in name:
            _, _, rest = name.partition(" ")
            yield name if _known_form(name) else rest.removeprefix("of ").removeprefix("the ").removeprefix("and ")
        elif name.casefold() in ROLES or name.casefold() in PLACES:
            yield name


def _all_capital(text: str) -> bool:
    """Whether each word is capitalised, but for little words and forms: a name and nothing else, such as `State of New York`."""
    return all(word[0].isupper() or word.casefold().strip(".,") in FORMS or not word[0].isalpha() for word in text.split())


def _known_form(name: str, *, roles: bool = True) -> bool:
    words = [word.strip(".,").casefold() for word in name.split()]
    return bool(set(words) & COMPANY) or (roles and any(word in ROLES for word in words))


def _words(name: str) -> list[str]:
    folded = _full(fold(name).text)
    words = re.findall(r"[^\W_]+", folded)
    # the Company is called so
    return [word for word in words if word not in FORMS] or [word for word in words if word not in ("the", "and", "of")]


def _stand(words: Sequence[str], context: str) -> bool:
    known = set(re.findall(r"[^\W_]+", context)) | set(re.findall(r"[^\W_]+", _full(context)))
    stems = {stem(word) for word in known}
    return all(word in known or stem(word) in stems or (_unspaced(word) and word in context) for word in words)


def _unspaced(word: str) -> bool:
    return bool(re.search("[\u3040-\u30ff\u4e00-\u9fff]", word))


def _full(folded: str) -> str:
    """Countries by their names: US is the United States."""
    return " ".join(_SAME.get(word.strip(".,;:()'\""), word) for word in folded.split())


def _same_name(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a name that is asked for (one) is a known name, or short for it."""
    return bool(one) and bool(other) and (set(one) <= set(other) or (set(other) <= set(one) and 2 * len(set(other)) > len(set(one))))


def _common(word: str, language: Language | None) -> bool:
    """Whether a word says that something is, is not or may be, and names nothing."""
    if len(word) < 2 or language is None:
        return len(word) < 2
    known = "|".join([language.negatives, *language.cues.values(), *(phrases for _, phrases in language.operators if phrases)])
    if word in MONTHS or word in PLAIN or word in language.numbers or scale_named(word) or unit_of(word) or currencies.codes(word):
        return True
    return word in language.function_words or bool(words_pattern(known, spaced=language.spaced).fullmatch(word))


def changed_names(ours: Sequence[Token], theirs: Sequence[Token], claim: Reading, source: Reading, what: str) -> Iterator[Check]:
    """Where a copy names another party than its source."""
    if not claim.language:
        return
    mine, others = (roles(side, reading) for side, reading in ((ours, claim), (theirs, source)))
    if mine and others and not mine & others:
        one, other = " ".join(sorted(mine)), " ".join(sorted(others))
        yield Check("party", "contradicted", one, other, f"the {what} names {one!r}, the source {other!r}")
    elif mine and not others:
        yield Check(
            "party", "unverified", " ".join(sorted(mine)), "", f"the {what} names {' '.join(sorted(mine))!r} where the source does not"
        )


def roles(tokens: Sequence[Token], reading: Reading) -> set[str]:
    """The parties by their roles (seller, Mieter, 甲) that some tokens name."""
    if reading.language and not reading.language.spaced:
        part = reading.text[tokens[0].start : tokens[-1].end] if tokens else ""
        return {role for role in reading.language.roles if role in part}
    words = (reading.text[token.start : token.end].removesuffix("'s").lstrip("لوبف") for token in tokens if token.kind == "word")
    return {word for word in words if word in ROLES or "ال" + word in ROLES or word.rstrip("s") in ROLES}
