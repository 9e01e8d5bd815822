"""How amendments say what they do to a clause: verbs, what they govern, and the words that they quote."""

from __future__ import annotations

import re

from nightclerk.findings.families.quotes import HIDDEN, Quoted

_DELETE = (
    r"delet(?:e|es|ed|ing|ion)|remov(?:e|es|ed|ing)|str(?:ike|ikes|iking|uck)|cancel(?:l?ed|l?ing|s)?|omit(?:ted|ting|s)?|eliminat(?:e|ed|es|ing)"
    r"|gestrichen|gelöscht|entf(?:ä|ie)llt|aufgehoben|supprim(?:ée?s?|er|e)|abrog(?:ée?s?|er)|eliminad[oa]s?|suprimid[oa]s?|se\s+(?:suprime|elimina)n?|削除"
)
_REPLACE = (
    r"replac(?:e|es|ed|ing|ement)|amend(?:s|ed|ing)?|restat(?:e|es|ed|ing)|substitut(?:e|es|ed|ing)|modif(?:y|ies|ied|ying)|chang(?:e|es|ed|ing)"
    r"|supersed(?:e|es|ed|ing)|revis(?:e|es|ed|ing)|var(?:y|ies|ied|ying)|extend(?:s|ed|ing)?|increas(?:e|es|ed|ing)|reduc(?:e|es|ed|ing)"
    r"|(?:shall|will|to|now|so\s+as\s+to|it)\s+(?:now\s+|henceforth\s+|hereafter\s+)?reads?|reads?\s+(?:in\s+(?:its|their)\s+entirety\s+|in\s+full\s+)?as\s+follows"
    r"|deemed\s+to\s+be\s+(?:a\s+)?references?"
    r"|ersetzt|geändert|(?:neu\s?|neu\s+)gefasst|lautet|lauten|Fassung|remplac(?:ée?s?|er|e)|modifi(?:ée?s?|er|e)|rédigée?s?\s+comme\s+suit|sustituy?(?:id[oa]s?|en?)"
    r"|modific(?:ad[oa]s?|an?)|reemplaz(?:ad[oa]s?|an?)|改め|変更"
)
_ADD = (
    r"add(?:ed|s|ing|ition)?|insert(?:ed|s|ing)?|includ(?:e|ing)|supplement(?:ed|ing)?|eingefügt|hinzugefügt|angefügt|ajout(?:ée?s?|er)|insér(?:ée?s?|er)"
    r"|añad(?:id[oa]s?|e)|agreg(?:ad[oa]s?|a)|追加"
)
_DELETES = re.compile(rf"(?i)(?<!\w)(?:{_DELETE})(?!\w)")
_REPLACES = re.compile(rf"(?i)(?<!\w)(?:{_REPLACE})(?!\w)")
_ADDS = re.compile(rf"(?i)(?<!\w)(?:{_ADD})(?!\w)")
AMENDED = re.compile(r"(?i)\b(?:amended|modified|geändert|modifiée?s?)\b")
# Section 1.01 of the Agreement is amended as follows
LEAD = re.compile(
    r"(?i)\b(?:amended|modified|revised|changed|geändert|modifiée?s?)\b[^.;]{0,40}(?:as\s+follows|wie\s+folgt|comme\s+suit)[^.;:\w]*:?\s*\Z"
)
# verbs and words that make a sentence one that only speaks of changes
IDLE = re.compile(
    r"(?i:\b(?:nothing\s+(?:in|herein|contained)|not|no\s+(?:amend|chang|modif|replac|delet|part|provision|other)\w*|neither|nor|unless|if|except|provides?\s+that|states?\s+that"
    r"|requires?\s+that|might|would|cannot|could|previously|heretofore|waives?|waived|whereas|desires?|wish(?:es)?|remains?|bleib\w*|demeure\w*|nicht"
    r"|kein\w*|wenn|falls|unverändert|sauf|ne|restent|reste|sieht\s+vor|prévoit|dispone|salvo|capitali[sz]ed\s+terms?|has\s+been|have\s+been|was|were)\b)|\bmay\b"
)
# Section 5, as amended: that was another one; and what is named as a place or a reason is not what is changed
_AS_AMENDED = re.compile(
    r"(?i)\bas\s+(?:so\s+|further\s+|heretofore\s+|previously\s+|may\s+be\s+)*(?:amended|modified|supplemented|restated|changed)\b(?:,?\s+(?:and|or)\s+\w+)*"
)
_ASIDE = re.compile(
    r"(?i)(?:\b(?:pursuant\s+to|in\s+accordance\s+with|under|subject\s+to|notwithstanding|as\s+(?:defined|described|set\s+forth|contemplated)\s+in"
    r"|referred\s+to\s+in|accordance|permitted\s+by|provided\s+in|described\s+in|immediately\s+(?:after|before|following|preceding)|after|following|before"
    r"|prior\s+to|new|gemäß|nach|après|conformément\s+à|neuer?|nouvel(?:le)?|within\s+the\s+meaning\s+of|required\s+by|defined\s+in|unter)\s+"
    r"(?:the\s+|existing\s+|a\s+|l['’]|de\s+l['’]|(?:provisions|terms)\s+of\s+)*)\Z"
)
_OWN = re.compile(
    r"(?i)\A\s*(?:\([^)]{0,40}\)\s*)?(?:of\s+this|hereof|hereto|attached|to\s+this|of\s+the\s+(?:\w+\s+)?Amendment\b|dieses\s+Nachtrags|du\s+présent\s+avenant|above|below)\b"
)
_ADDED_AFTER = re.compile(r"(?i)(?:\bnew\s+|\bneuer?\s+|\bnouvel(?:le)?\s+|\bfolgender\s+|\bun\s+)(?:the\s+)?\Z")
_PART = re.compile(
    r"(?i)\bfollowing\s+(?:\w+\s+)?(?:sentences?|words?|paragraphs?|clauses?|phrases?)\s+(?:of|in|from|at)\b|\b(?:first|second|third|fourth|last|final|penultimate|initial|introductory)\s+(?:\w+\s+)?(?:sentence|paragraph|clause|line|row|bullet|proviso)"
    r"|\b(?:Satz|phrase)\s+\d|\b(?:erster|zweiter|letzter)\s+Satz|\b(?:proviso|table|preamble|lead-in)\s+(?:of|in|to|at)\b"
)
# an insertion at a place of the clause, which stays as it is
_PLACED = re.compile(
    r"(?i)\b(?:at\s+the\s+end|immediately\s+(?:after|before|following|prior)|in\s+(?:the\s+)?(?:appropriate\s+)?alphabetical|the\s+following\s+new|a\s+new|new\s+(?:sub-?)?(?:section|clause|paragraph|sentence|definition)s?)\b"
)
# heads of quotations that are no wording: (“Governing Law”), entitled “Governing Law”, (the “Agreement”)
_NAMED = re.compile(
    r"(?i)(?:\b(?:entitled|titled|headed|heading|captioned|caption|labell?ed|known\s+as|überschrieben|intitulée?)\s*:?\s*|\([^()“\"]{0,40})\Z"
)
_FOR = re.compile(r"(?i)\bfor\b|\bfür\b|\bpor\b|\bin\s+(?:place|lieu)\s+of\b|\binstead\s+of\b|\banstelle\b")
_WHOLE = re.compile(
    r"(?i)\bas\s+follows|\bfollowing(?!\s+(?:words?|phrases?|terms?|amounts?|figures?|sentences?\b(?=[^“\"]{0,60}[“\"]\ue000{1,400}[”\"]\s+(?:and|is|are)))\b)|\bread(?:s|ing)?\b|\bnew\b"
    r"|\bwie\s+folgt|\bfolgende|\bcomme\s+suit|\bsuivant|\bce\s+qui\s+suit|\bmarked\b|\bFassung|\bmean"
)
CLOSING = re.compile(
    r"\n\s*(?:IN\s+WITNESS|In\s+Witness|Except\s+as|EXCEPT\s+AS|All\s+other\s+(?:terms|provisions)|ALL\s+OTHER|[\d.]*\s*(?:Miscellaneous|Counterparts|No\s+Other\s+(?:Changes|Amendments))\b"
    r"|Im\s+Übrigen|Toutes\s+les\s+autres)"
)


def act(sentence: str) -> str:
    """What a sentence does: delete, replace, add, or nothing at all."""
    plain = _AS_AMENDED.sub(lambda match: " " * len(match[0]), sentence)
    deletes, adds = _DELETES.search(plain), _ADDS.search(plain)
    replaces = [match[0].lower() for match in _REPLACES.finditer(plain)]
    strong = [verb for verb in replaces if not verb.startswith(("amend", "modif", "chang"))]
    if deletes:
        return "replace" if strong or adds or re.search(r"(?i)\bin\s+(?:lieu|its\s+place|their\s+place)\b", plain) else "delete"
    if adds and not strong:
        return "add"
    if adds and _PLACED.search(plain) and not re.search(r"(?i)\bin\s+lieu\b|\bsubstitut|\breplac", plain):
        return "add"
    return "replace" if replaces else ""


def head(frame: str, start: int, end: int) -> int:
    """Where the instruction of a sentence ends and new wording begins that stands behind a colon, outside quotation marks."""
    verbs = [match.end() for match in (one.search(frame, start, end) for one in (_DELETES, _REPLACES, _ADDS)) if match]
    colon = frame.find(":", min(verbs), end) if verbs else -1
    behind = frame[colon + 1 : end].lstrip() if colon >= 0 else ""
    return colon + 1 if behind and behind[0] not in '“"„«‘' else end


def governed(sentence: str, citation: re.Match[str]) -> bool:
    """Whether a cited clause is one that a sentence changes: not one of this amendment, none that is only a reason or a place."""
    before, after = sentence[max(0, citation.start() - 60) : citation.start()], sentence[citation.end() : citation.end() + 60]
    return not (_ASIDE.search(before) or _OWN.match(after) or _ADDED_AFTER.search(before))


def words(told: Quoted, start: int, end: int, does: str, *, about: str) -> tuple[str, str, str]:
    """(act, former words, words that take their place); without former ones the latter are the new wording of the whole."""
    spans = _wording(told, start, end, about=about)
    frame = told.frame
    if not spans:
        return ("part" if _PART.search(frame, start, end) and does != "add" else does), "", ""
    first = spans[0]
    before, between = frame[start : first[0]], frame[first[1] : spans[1][0]] if len(spans) > 1 else ""
    whole = _WHOLE.search(before[-160:]) or (
        about and not re.search(r"(?i)\b(?:delet|strik|replac|substitut)\w*\s[^“\"]{0,60}[“\"‘]\Z", before[-100:])
    )
    if does == "add":
        return does, "", _text(told, first)
    if _PART.search(frame, start, first[0]) and (whole or len(spans) == 1):
        return "part", "", _text(told, first)
    if len(spans) > 1 and not whole:
        swapped = re.search(r"(?i)\b(?:substitut|insert)\w*\s[^“\"‘]{0,40}[“\"‘]\Z", before) and _FOR.search(between)
        former, latter = (spans[1], first) if swapped else (first, spans[1])
        return "replace", *_alike(_text(told, former), _text(told, latter))
    if _is_object(before):
        # what takes its place, if anything does, is not quoted
        return does, _text(told, first), ""
    return does, "", _text(told, first)


def _wording(told: Quoted, start: int, end: int, *, about: str) -> list[tuple[int, int]]:
    """The quoted stretches of a sentence that are wording, not headings or names."""
    found = [span for span in told.within(start, end) if not _NAMED.search(told.frame[max(start, span[0] - 60) : span[0] - 1])]
    if about:
        found = [span for span in found if " ".join(told.text[slice(*span)].split()) != about]
    return found


def _is_object(before: str) -> bool:
    """Whether a quotation is what is deleted: `by deleting the words “`, and not `deleted and marked “`."""
    return (
        re.search(
            r"(?i)\b(?:words?|phrases?|terms?|references?(?:\s+to)?|figures?|amounts?|dates?|numbers?|delet\w+|strik\w+|remov\w+|Wörter|mots)\s+(?:the\s+)?[“\"‘„«]\s*\Z",
            before,
        )
        is not None
    )


def new_wording(told: Quoted, start: int, end: int, stop: int, *, plain: bool = True) -> str:
    """What follows an instruction as wording: the next quotation, or with `plain` the text behind the colon."""
    if spans := [span for span in told.within(end - 1, stop) if not told.frame[end : span[0] - 1].strip(" \t\r\n:" + HIDDEN)]:
        return _text(told, spans[0])
    colon = told.frame.rfind(":", start, end + 1)
    return told.text[(colon + 1 if colon >= 0 else end) : stop].strip() if plain else ""


def _alike(former: str, latter: str) -> tuple[str, str]:
    """Words without the stop of the sentence around them, which some put inside the quotation marks."""
    return former, latter if former.endswith((".", ",", ";")) else latter.rstrip(".,;")


def _text(told: Quoted, span: tuple[int, int]) -> str:
    return told.text[slice(*span)].strip()
