"""The words by which documents define a term, in English, German, French, Spanish, Japanese and Arabic.

All patterns are bounded, so that the time they take grows with the text and nothing else.
"""

from __future__ import annotations

import re

QUOTED = re.compile(
    r"[“„](?P<a>[^“”„\"]{1,160})[”“\"]"
    r"|\"(?P<b>(?=\S)[^\"“”]{1,160}(?<=\S))\""
    r"|«\s?(?P<c>[^«»]{1,160}?)\s?»"
    r"|[「『](?P<d>[^「」『』]{1,60})[」』]"
    r"|(?<!\w)[‘'](?P<e>(?=[A-Z])[^‘’'\"\n]{2,60})[’'](?=\)| means| shall mean| has the meaning)"
)
# `"Sale", "Sells" and "Sold"`: names that are defined together
BETWEEN = re.compile(
    r"[\s,;/]{0,6}(?:(?:and|or|and/or|und|oder|sowie|bzw\.|et|ou|y|o|e|または|及び|و|أو)\s{0,3})?(?:the\s|die\s|der\s|das\s|la\s|le\s|les\s|los\s)?\Z"
)

_VERBS = (
    r"(?:shall|will|must)\s+(?:each\s+|also\s+|collectively\s+|in\s+each\s+case\s+)?(?:mean\b|have\s+the\s+(?:respective\s+|same\s+)?meanings?|be\s+defined|be\s+deemed\s+to\s+(?:mean|include|refer)|refer\s+to|include\b)"
    r"|(?:each\s+|collectively\s+|also\s+)?means?\b(?!\s+of\b)|mean\b|(?:has|have|having|carries)\s+the\s+(?:respective\s+|same\s+|following\s+)?meanings?|(?:is|are)\s+defined|refers?\s+to"
    r"|bezeichne[nt]\b|bedeute[nt]\b|mein(?:t|en)\b|hat\s+die\s+(?:\w+\s+)?Bedeutung|(?:ist|sind)\s+(?:definiert|im\s+Sinne)|steht\s+für"
    r"|désigne(?:nt)?\b|signifie(?:nt)?\b|s['’]entend(?:ent)?\b|(?:a|ont|aura|auront)\s+(?:le|la)\s+(?:sens|signification)"
    r"|significa(?:n|rá|rán)?\b|se\s+refieren?\s+a|tendrán?\s+el\s+significado|tienen?\s+el\s+significado|se\s+entiende|designa(?:n|rá)?\b"
    r"|(?:تعني|يعني|يقصد|يُقصد|تشير|يشير)"
)
MEANS = re.compile(rf"\s{{0,80}}(?:{_VERBS})|\s?(?:とは|と?は、|の意味は)", re.IGNORECASE)
# `"Affiliate", with respect to any Person, means` and `"Control" (and its forms) means`
MEANS_LATER = re.compile(
    r"(?:\s{0,3},|\s{1,3}\((?!.{0,80}\"[^)]{0,40}$)|\s{1,3}(?:of|with respect|in relation|when used|as used|as applied|for|as to)\b)"
    r"[^.;:\"“”«»]{0,180}?[\s,)]"
    r"(?:shall\s+mean|means?(?!\s+of\b)|has\s+the\s+meanings?|have\s+the\s+meanings?|bezeichnet|désigne|signifie|significa)\b",
    re.IGNORECASE,
)
POINTS = re.compile(
    r"\s{0,80}(?:(?:shall|will)\s+)?(?:(?:has|have)\s+the\s+(?:respective\s+|same\s+)?meanings?\s+(?:set\s+forth|given|ascribed|assigned|specified|provided|indicated|stated|as\s+set|defined|such\s+term|that\s+term|in\b|under\b)"
    r"|(?:is|are|be)\s+defined\s+(?:in|by|under)|hat\s+die\s+in\b|a\s+le\s+sens\s+(?:donné|indiqué|prévu|attribué)|tendrá\s+el\s+significado\s+(?:indicado|establecido|que))",
    re.IGNORECASE,
)
# at the beginning of an item of a list of definitions
ITEM_MEANS = re.compile(r"\s{0,4}(?:is|are|includes?|consists?|:|=|–|—|-|ist|sind|est|sont|es|son)(?=[\s:])", re.IGNORECASE)

_ARTICLES = r"the|an?|each|any|either|this|such|our|der|die|das|den|dem|ein|eine|jeweils|le|la|les|un|une|el|los|las|una|l['’]|d['’]"
_LEADS = (
    r"hereinafter|hereafter|herein|hereby|collectively|individually|together|jointly|severally|also|called|being|as|or|and|to\s+as|it|them"
    r"|nachfolgend|nachstehend|im\s+Folgenden|folgend|kurz|gemeinsam|zusammen|auch|als|genannt|einzeln"
    r"|ci-après|dénommée?s?|désignée?s?|ensemble|collectivement|individuellement|chacun"
    r"|en\s+adelante|en\s+lo\s+sucesivo|denominad[oa]s?|conjuntamente|individualmente|以下|以下、|「"
    r"|المشار\s+إليه(?:ا|م)?|يشار\s+إليه(?:ا|م)?|(?:فيما\s+)?يلي|باسم|بـ?"
)
# what stands between the bracket and the name: nothing, or words that end in one of these
LEAD = re.compile(
    r"\A\s{0,9}(?:each|any|all|both|collectively|together|individually|hereinafter|in this"
    r"|gemeinsam|zusammen|nachfolgend|ensemble|ci-après|conjuntamente|en adelante)(?!\w)[^.;]{0,160}[,:]\s{1,80}\Z"
    rf"|(?:\A|(?<!\w)(?:{_ARTICLES}|{_LEADS}))[\s,:]{{0,80}}(?:(?:{_ARTICLES})\s{{0,80}})?\Z",
    re.IGNORECASE,
)
# what stands behind the name: the bracket, or words that cannot be part of one
TAIL = re.compile(
    r"\s{0,80}(?:[,;)）\]“\"«„]|(?:and|or|as|in|for|together|which|respectively|with|und|bzw|oder|genannt|et|ou|y|o|とい|と総称|と略|と表)(?!\w))|\s?と",
    re.IGNORECASE,
)
NO_LEAD = re.compile(
    r"\b(?:e\.g|i\.e|such as|for example|entitled|marked|phrase|words?|like|including|z\.\s?B|par exemple|por ejemplo)\b", re.IGNORECASE
)
# outside of brackets: `referred to herein as the "Parties"`
CALLED = re.compile(
    r"(?:\b(?:referred\s+to|known\s+herein|denoted|styled|termed)\b[^.;()\"“”]{0,60}\bas|\b(?:hereinafter|hereafter)(?:\s+(?:called|as))?|\bherein\s+called"
    r"|\b(?:individually|collectively|together|jointly)\s{0,2},?\s?(?:as|being)"
    r"|\bnachfolgend(?:\s+\w+){0,2}|\bim\s+Folgenden(?:\s+\w+){0,2}|\bci-après(?:\s+(?:dénommée?s?|désignée?s?))?|\ben\s+(?:adelante|lo\s+sucesivo)|\bensemble|\bgemeinsam|\bconjuntamente|\bse\s+denominarán?|\bgenannt)"
    rf"[\s,:]{{1,20}}(?:(?:{_ARTICLES}|als|gemeinsam|zusammen)\s{{1,20}}){{0,2}}\Z",
    re.IGNORECASE,
)
MEANT_BY = re.compile(
    r"(?:se\s+entender[áa]n?\s+por|se\s+entiende\s+por|on\s+entend(?:ra)?\s+par|s['’]entend(?:ent)?\s+par|(?:يقصد|يُقصد)\s+ب\w{0,8})\s{0,5}\Z",
    re.IGNORECASE,
)

# a section, or a heading in the first words of one, that holds definitions
DEFINITIONS = re.compile(
    r"definition|defined\s+terms|interpretation|begriffsbestimmung|definitionen|définition|definicion|定義|تعريف|تعاريف|التعاريف|المصطلحات",
    re.IGNORECASE,
)
# an unquoted term at the beginning of an item of such a section
UNQUOTED = re.compile(
    r"[\s*_]{0,6}(?!(?:In|For|As|When|If|Unless|Where|Whenever|All|Each|This|These|Any|Für|Im|Dans|En|Para)\s)(?P<name>[^\W\d_](?:[^.,;:\n\"“”«»()]|\([^()\n]{1,30}\)|(?<=-)\n){0,90}?)[\s*_,:]{1,6}(?=(?P<verb>"
    r"shall\s+mean\b|means?\b|has\s+the\s+meaning|have\s+the\s+meaning|bezeichne[nt]\b|bedeute[nt]\b|mein(?:t|en)\b|désigne(?:nt)?\b|signifie(?:nt)?\b|significa(?:n)?\b"
    r"|se\s+rapporte(?:nt)?\s+à|se\s+refieren?\s+a|(?:es|son)\s+(?:todo\s+|cualquier\s+)?aquell?(?:a|as|os)?\b|تعني|يعني|يقصد|(?<=:\s)ه[وي]\s))"
)
# the numbering before an item, as sections begin with it
LABEL = re.compile(
    r"[\s*_#|]{0,8}(?:(?:§|Section|Abschnitt|Article|Artikel)?\s?\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxlc]{1,6})[.)]?[\s*_]{1,12})?"
)
_ARTICLE = re.compile(r"\A(?:(?:the|an?|der|die|das|eine?|le|la|les|une?|el|los|las|una)\s+(?=\S)|l['’](?=\S))", re.IGNORECASE)
_AS_USED = re.compile(r",?\s(?:as|when)\s(?:used|defined)\b.*")
_BRACKETS = re.compile(r"\s?\([^()]*\)\Z")
_SPACE = re.compile(r"\s+")
LONGEST_NAME, MOST_WORDS = 90, 12


def name_of(raw: str) -> str:
    """The name of a term as it is looked for: on one line, without an article before it and a stop behind it; empty where it is none."""
    name = _SPACE.sub(" ", raw).strip(" ,.;:*_")
    name = _ARTICLE.sub("", _BRACKETS.sub("", _AS_USED.sub("", name)), count=1).split("/ies")[0]
    usable = any(map(str.isalpha, name)) and len(name) <= LONGEST_NAME and name.count(" ") < MOST_WORDS
    return name if usable else ""
