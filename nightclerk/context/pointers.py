"""How documents point at clauses and exhibits, in English, German, French, Spanish, Japanese and Arabic: bounded patterns."""

from __future__ import annotations

import re

_ITEM = r"\(\s?(?:[A-Za-z]|[ivxlc]{1,5}|[IVXLC]{1,4}|\d{1,2}|[a-z]{2})\s?\)"
_HEAD = r"(?:\d{1,4}(?:\.\d{1,5}){0,4}[A-Za-z]?(?![\w])|[IVXLC]{1,6}(?!\w))"
NUMBER = rf"(?:{_HEAD}(?:\s?{_ITEM}){{0,6}}|{_ITEM}(?:\s?{_ITEM}){{0,5}})"
_AND = (
    r"(?:\s{0,12}(?:,|&|/)\s{0,12}(?:(?:and|or|and/or|und|oder|sowie|et|ou|y|o|及び|または)\s{1,12})?"
    r"|\s{1,12}(?:and|or|and/or|und|oder|sowie|et|ou|y|o|及び|または|و|أو)\s{1,12}|および|又は)"
)
_TO = r"(?:\s{1,12}(?:through(?:\s+and\s+including)?|to(?!\s+the\b)|bis|à|hasta|a)\s{1,12}|\s?[-–—]\s?|から)"
_WORDS = (
    r"(?P<section>(?:sub-?)?sections?|sections?\s+no\.|secs?\.|§{1,2}|abschnitt(?:e[ns]?|s)?|ziff(?:ern?|\.)|sección|secciones|القسم)"
    r"|(?P<article>articles?|artikeln?s?|art(?:t|s)?\.|artículos?|المادة|المواد)"
    r"|(?P<clause>(?:sub-?)?clauses?|(?:sub-?)?paragraphs?|paras?\.|klauseln?|absatz(?:es)?|absätze|abs\.|cláusulas?|apartados?|párrafos?|paragraphes?|alinéas?|البند|الفقرة)"
)
_AGAIN = r"(?:(?:sub-?)?(?:sections?|clauses?|articles?|paragraphs?|§{1,2})\s{0,4})"
# the letters that such words begin with: all other places are passed over at once
_FIRST = r"(?=[sca§pkzتالب])"
CLAUSE = re.compile(
    rf"{_FIRST}(?<![\w§])(?:{_WORDS})\s{{0,12}}(?:nos?\.\s?)?(?P<numbers>{NUMBER}(?:(?:{_AND}|{_TO}){_AGAIN}?{NUMBER}){{0,40}}|[\"“'‘][a-z][\"”'’])",
    re.IGNORECASE,
)
JAPANESE = re.compile(r"第\s?(?P<number>\d{1,4}|[〇一二三四五六七八九十百]{1,6})\s?[条條](?P<parts>(?:\s?\(\w{1,4}\)){0,6})")
# `§ 7 Abs. 2`: the part of the clause that was named before
PART = re.compile(r"\s?,?\s?(?:Absatz|Abs\.)\s?(\d{1,2})(?:\s?,?\s?(?:Satz|S\.)\s?\d{1,2})?(?:\s?,?\s?(?:Nummer|Nr\.)\s?(\d{1,2}))?")
ONE = re.compile(NUMBER)
LINKED = re.compile(r"[^\W\d_]|&|[-–—]")

_LABEL = r"(?!(?:OF|TO|IN|IS|BY|ON|AT|AS|OR|IF|NO)\b)"
_LABEL += r"(?:[A-Z]{1,2}(?:-?\d{1,2}){0,2}|\d{1,3}(?:\.\d{1,3}){0,3}(?:\s?\([A-Za-z0-9]{1,4}\)){0,3}(?:-?[A-Z](?:-\d{1,2})?)?"
_LABEL += r"|[IVX]{1,5})(?![\w’'])"
EXHIBIT = re.compile(
    r"(?<!\w)(?P<word>(?:Exhibit|Schedule|Annex|Appendix|Appendice|Attachment|Addendum|Annexure|Annexe|Anlage|Anhang|Anexo|EXHIBIT|SCHEDULE|ANNEX|APPENDIX|ATTACHMENT|ADDENDUM)"
    r"(?:s|es|n|e|S|ES)?|Appendices)\s{1,6}[\"“]?"
    rf"(?P<numbers>{_LABEL}(?:(?:\s?,\s?(?:(?:and|or|und|et|y)\s)?|\s(?:and|or|and/or|und|et|y|through|to|bis)\s){_LABEL}){{0,20}})"
)
# schedules that the securities laws prescribe
FORMS = re.compile(r"(?:13[DEG]|14[ACDFN]|K-?1|14D-?9|13E-?[34])\Z")
# `ARTICLE 2 PAYMENT`, and not `UNDER SECTION 2 ABOVE`
TITLE_BEHIND = re.compile(r"\s{1,8}[A-Z][A-Z’'&,-]{2}")
LINKED_BEFORE = re.compile(r"(?:\b(?:UNDER|IN|OF|TO|WITH|BY|AND|OR|THIS|FROM|PURSUANT|THAN|PER|SEE)|[,(&])\s{1,4}\Z")
# the number that a filing gives to a document, and a line of a table of contents
FILED, FILED_WITHIN = re.compile(r"\d{1,2}\.\d"), 400
CONTENTS_BEHIND = re.compile(r"\s{1,8}\d{1,2}\.\d")
SINGULAR = re.compile(r"(?:(?<=Appendi)ces|(?<=[tkx])e?s|(?<=[aeiou][xl])es|(?<=Schedule)s|(?<=Anlage)n)\Z", re.IGNORECASE)
EXHIBIT_ONE = re.compile(_LABEL)

# behind a reference: whose it is
_OF = r"\s{0,6},?\s{0,6}(?:of|in|to|under|from|des|der|de\s+la|de\s+l['’]|du|del|de|von|vom|zum|zur|al?|ال)\s{1,12}"
OURS = re.compile(
    rf"(?:{_OF})?(?:(?:this|these|the\s+present|such|said|diese[rsmn]?|dem\s+vorliegenden|vorliegende[rsn]?|(?:la\s+|le\s+|du\s+)?présente?|(?:la\s+|el\s+)?presente|est[ea])(?!\w)|هذ)"
    r"|\s{0,6},?\s{0,6}(?:hereof|herein|hereto|above|below|hereunder|oben|unten|hiervon|ci-dessus|ci-dessous|precedente)(?!\w)",
    re.IGNORECASE,
)
# `Schedule I thereto`
THEIRS = re.compile(r"\s{0,6},?\s{0,6}(?:thereof|thereto|therein|thereunder|dazu|desselben)(?!\w)", re.IGNORECASE)
# a name behind `of the`: another document, a statute, or the agreement itself
_ITS = r"(?:the|that\s+certain|its|their|any|each|an|a|applicable|current|such|said|la|le|les|el|los|dem|den|das|die)"
_NAME = r"(?:(?:[A-Z]\.){1,4}|[A-Z0-9][\w&’'-]*)"
OWNER = re.compile(
    rf"(?:\s{{0,6}},?\s{{0,6}}(?P<of>of|des|der|de\s+la|de\s+l['’]|du|del)\s{{1,12}}(?:{_ITS}\s{{1,12}}){{0,2}}|{_OF}(?:{_ITS}\s{{1,12}}){{1,2}})[“\"]?"
    rf"(?P<owner>{_NAME}(?:\s{{1,8}}(?:(?:of|and|for|the|on|de|du|des|der|und|et|y)\s(?=[A-Z]))?{_NAME}){{0,7}})"
)
CODE_BEHIND = re.compile(
    r"\s{0,3},?\s{0,3}(?:[A-ZÄÖÜ][A-Za-zÄÖÜäöü]{0,20}G|[BHIKSU][A-Z]{1,3}B|ZPO|InsO|StPO|AO|DSGVO|GDPR|RGPD|C\.\s?civ|CGI|LPA|LOPD)(?!\w)|\s{0,3}(?:et\s+seq|ff?\.\s+[A-Z]{2,5})"
)
CODE_BEFORE = re.compile(
    r"(?:\b(?:Act|Code|Rules?|Regulations?|Reg\.|Regs\.|Treas\.|U\.?\s?S\.?\s?C\.?A?\.?|C\.?\s?F\.?\s?R\.?|[DN]?FARS?|AIA|UCC|ERISA|ASC|GAAP|IRC|Stat\.|Title|Statutes?|Ordinance|Law|Directive|Chapter|Topic|Convention|Treaty)"
    r"|法|条約|規則|令|قانون|اتفاقية)\s{0,4}[,:]?\s{0,4}(?:\d+\s)?\Z"
)
OTHER_BEHIND = re.compile(r"\s{0,3}(?:の)?(?:法|条約)")
ARABIC_OF = re.compile(r"\s{1,3}من\s(?!هذ)")
# `this Section 9` is here, whether or not its heading was read
THIS = re.compile(r"\b(?:this|diese[rsmn]?|présente?|presente|est[ea])\s{1,12}\Z", re.IGNORECASE)
# what may have clauses of its own; the owner of anything else is a person or a thing, and the clause is ours
DOCUMENT = re.compile(
    r"(?:agreements?|acts?|codes?|leases?|plans?|indentures?|deeds?|contracts?|laws?|rules?|regulations?|directives?|treat(?:y|ies)|conventions?|licen[cs]es?"
    r"|notes?|certificates?|by-?laws|charter|articles|orders?|statements?|guidelines?|manual|polic(?:y|ies)|terms|conditions|protocol|addendum|amendments?|letters?"
    r"|constitution|documents?|instruments?|mortgages?|warrants?|prospectus|reports?|form|msa|nda|sow|loi|mou|statutes?|schedules?|exhibits?|announcement)\Z",
    re.IGNORECASE,
)
SELF = frozenset({"agreement", "contract", "vertrag", "vertrages", "vertrags", "contrat", "contrato", "accord", "vereinbarung", "satzung"})
# the parts of a document: `Section 2 of Article VII`, `of Exhibit B`
PART_OF_IT = re.compile(
    r"(?:Article|Section|Clause|Paragraph|Exhibit|Schedule|Annex|Appendix|Abschnitt|Artikel|Anlage|Part)\b", re.IGNORECASE
)
