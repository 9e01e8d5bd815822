"""The grammar of marks as patterns: what a mark looks like, and what may stand around it.

None may look at a character more than a bounded number of times: a text may be one line of blanks.
"""

from __future__ import annotations

import re

# article 3 bis, 2-ter
MORE = r"(?:[ -]?(?:bis|ter|quater|quinquies|sexies)\b)"
# primera, decimoprimera, Décima Primeira
TENTHS = r"(?:[ ]?(?:primer|primeir|segund|tercer|terceir|cuart|quart|quint|sext|s[ée]p?tim|octav|oitav|noven|non)a)"
COUNT = (
    rf"(?:\d{{1,3}}[A-Z]?(?:\.\d{{1,3}})*(?=er\b|{MORE}|(?!\w))|[IVXLC]{{1,8}}|[ivxlc]{{1,6}}|[A-Z]"
    rf"|[A-Za-zÀ-ÖØ-öø-ÿ]{{3,11}}(?:[ -](?i:one)\b|(?i:{TENTHS})\b)?|[ء-ي]{{4,9}})"
    rf"(?:(?<=\d)(?:er\b|{MORE})|(?!\w))"
)
ORDINAL = (
    r"(?:primer|primeir|segund|tercer|terceir|cuart|quart|quint|sext|s[ée]p?tim|octav|oitav|noven|non|und[ée]cim|duod[ée]cim"
    r"|d[ée]cim|vig[ée]sim)a"
)
WORDS = {
    "exhibit": "exhibit|schedule|annex(?:e|ure)?|appendix|attachment|addendum|rider|anlage|anhang|anexo|allegato|bijlage|الملحق",
    "part": "part|teil|título|titre|titolo|chapter|kapitel|chapitre|capítulo|الفصل",
    "item": "item",
    "article": "article|artikel|artículo|articolo|artigo|abschnitt|المادة|القسم",
    "section": r"section|sec\.|clause|cláusula|clausola|klausel|sección|ziffer|ziff\.|البند",
    "note": "note",
}
MARK = re.compile(
    rf"""
    (?P<exhibit>(?i:{WORDS["exhibit"]}))
        [ ]+(?:[Nn][o°º]\.?[ ]*)?[“"]?(?P<exhibit_count>
        [A-Z]{{1,2}}(?:[-.]\d{{1,3}})*|\d{{1,3}}(?:[-.(]\w{{1,3}}\)?)*[A-Z]?|[IVXLC]{{1,7}})(?!\w)[”"]?
  | (?P<part>(?i:{WORDS["part"]}))[ ]+(?P<part_count>{COUNT})
  | (?P<item>(?i:{WORDS["item"]}))[ ]+(?P<item_count>\d{{1,2}}(?:\.\d{{2}})?[A-Z]?(?:[ ]?(?:\([a-z0-9]\))+(?=:|\.?[ ]*$))?)(?![\w(])
  | (?P<article>(?i:{WORDS["article"]}))[ ]+(?P<article_count>[LRD]\.?[ ]?\d{{1,4}}(?:-\d{{1,4}}){{0,3}}(?!\w)|{COUNT}|\(\d{{1,3}}\))
  | (?P<section>(?i:{WORDS["section"]}))(?:[ ]+|(?=\d))(?P<section_count>{COUNT})
  | (?P<note>(?i:{WORDS["note"]}))[ ]+(?P<note_count>\d{{1,2}}[A-Z]?|[A-Z])(?!\w)
  | (?P<statute>§|Art\.)[ ]*(?P<statute_count>[LRD]\.?[ ]?\d{{1,4}}(?:-\d{{1,4}}){{0,3}}(?!\w)|\d{{1,4}}(?:{MORE}|[a-z]|[º°])?)(?![\w.-])
  | (?P<ordinal>(?i:{ORDINAL}{TENTHS}?))(?P<ordinal_end>[ ]?(?:\.[ ]?[-–—]?|:|[-–—]))(?=[ ])
  | (?P<paragraph>Paragraph|Abs\.|Absatz)[ ]+(?P<paragraph_count>\d{{1,2}})(?!\w)
  | (?P<degree>\d{{1,2}})[ ]?(?P<degree_end>[°º])(?=\s)
  | (?P<cjk_list>[(（](?P<cjk_item>[一二三四五六七八九十]{{1,3}})[)）])
  | (?P<cjk_exhibit>附件|附录|附表|附錄|別紙|別表|別添)[ ]?(?P<cjk_exhibit_count>[一二三四五六七八九十\d]{{1,3}})
  | (?P<cjk_paragraph>[0-9０-９]{{1,2}}|[一二三四五六七八九十]{{1,3}})[ 　]+(?=[ぁ-ヿ一-鿿])
  | (?P<arabic>[٠-٩]{{1,2}})[ ]?(?P<arabic_end>[-–])(?=\s)
  | 第[ ]?(?P<cjk_count>[〇一二三四五六七八九十百\d]{{1,5}})[ ]?(?P<cjk>[条條章編编節节])
        (?:の(?P<cjk_more>[一二三四五六七八九十\d]{{1,3}}))?
  | (?P<decimal>\d{{1,3}}(?:\.\d{{1,3}}){{1,5}}\.?|\d{{1,3}}[.)]|\d{{1,2}}(?=[ ]+[A-Z]{{2,}}[ ]+[A-Z ]{{3,}}))(?=[\s"“(\[A-Z]|$)
  | \((?P<bracket>[a-z]{{1,2}}|(?P<again>[a-z])(?P=again){{2,5}}|[A-Z]{{1,2}}|[ivxl]{{1,7}}|[IVXL]{{1,7}}|\d{{1,3}}[a-z]?)\)
  | (?P<letter>[A-Za-z]|[ivxl]{{1,7}}|[IVXL]{{1,7}})[ ]?(?P<letter_end>[.)])(?:(?=\s)|(?<=\s[a-z][.])(?=[A-Z]))
  | (?P<hash>\#{{1,6}})[ ]+(?=\S)
    """,
    re.VERBOSE,
)
# most lines begin with a word that opens nothing: three letters tell
HEADS = frozenset(word[:3] for words in WORDS.values() for word in words.split("|")) | frozenset(
    [
        *("art", "par", "abs", "pri", "seg", "ter", "cua", "qua", "qui", "sex", "sép", "sep", "sét", "set", "oct", "oit", "nov", "non"),
        *("déc", "dec", "und", "duo", "vig"),
    ]
)
# a clause's number without a stop, told by the number of its first part in the next line
BARE = re.compile(r"(\d{1,2})[ ]+(?=[A-Z][^\r\n]{2,60}\r?\n\s{0,40}\1\.1[.\s])")
NAMED_STARTS = frozenset("[(/\\BCDEIPRSW")
NAMED_HEADS = frozenset(["in", "si", "[s", "(s", "ex", "by", "/s", "\\s", "re", "r ", "ba", "pr", "wi", "w ", "wh", "ce", "de"])
ENUMERATOR = re.compile(r"[A-Za-z]{1,7}+[ ]?[.)]")
NAMED = re.compile(
    r"""
    (?P<Signatures>in[ ]{1,4}witness[ ]{1,4}whereof|signatures?[ ]*$|[\[(]?signature[ ]page|executed[ ]as[ ]a[ ]deed
        |(?:by:?[ ]*)?[/\\]s[/\\])
  | (?P<Recitals>(?:recitals?|r[ ]e[ ]c[ ]i[ ]t[ ]a[ ]l[ ]s|background|preamble)(?:[ ]*:)?[ ]*(?:$|-{3}|(?<=[ ]{3})(?=[A-Z]))
        |w[ ]?i[ ]?t[ ]?n[ ]?e[ ]?s[ ]?s[ ]?e[ ]?t[ ]?h\b|whereas\b)
  | (?P<Definitions>(?:certain[ ])?(?:definitions|defined[ ]terms)(?:[ ]and[ ]interpretation)?[ ]*[:.]?$)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# inside a long line a heading stands after the end of a sentence, or after the blanks that once were a line break
# or, in a table of contents, after the number of a page; the pattern begins with one set of characters, so that all others are passed over
# (a set with \d in it is passed over half as fast), and a blank between words is given up at the next letter
INNER_START = re.compile(
    r"""
    [ .;:!?\t0-9](?![A-Za-z](?<=[ ].))(?:
    (?<=[ ])(?:
        (?<=[^. ][ ])\.(?:[ ]?\.){3,199}[ ]{0,20}\d{1,3}[ ]+
      | (?=\d)(?:(?<=[A-Z]{4}[ ])(?=\d{1,2}\.[ ])|(?<=[a-z)][ ])(?=\d{1,2}\.\d{1,2}[ .]+[A-Z][a-z]))
      | (?=\([a-z]\)[ ][A-Z][a-z]+[ ][A-Z][a-z]+(?:[ ][A-Za-z]+){0,6}\.[ ])
      | (?<![ ][ ])[ ]++(?=[^a-z\s]|[a-z]{1,7}[ ]?[.)])
      | (?<=[A-Za-z)0-9 ][ ])(?![0-9])\d{1,20}[ ]++(?=\d{1,3}\.)
    )
  | (?<=[^. ]\.)(?:[ ]?\.){3,199}[ ]{0,20}\d{1,3}[ ]+
  | (?<=[.;:!?])(?:[\"”’)]?[ ]++(?:(?:and|or)[ ]++)?|(?<=[.;:])and[ ]++)(?=[^a-z\s]|[a-z]{1,7}[ ]?[.)])
  | (?<=[A-Za-z)0-9 ][ ]\d)\d{0,19}[ ]++(?=\d{1,3}\.)
  | (?<=\t)(?<!\t\t)\t*+(?=\S)
    )
    """,
    re.VERBOSE,
)
# the title of a section whose first part begins in the same line
TITLE = re.compile(
    r"(?:[ ]+(?:[–—-]|(?:[A-Z][^\s.:()]{0,30}|and|of|the|to|for|or|in|with|on|by|&)[,;]?)){1,14}\.?[ ]+"
    r"(?=\((?:a|i|1|A)\)[ ]+[\"“A-Z]|\d{1,3}\.[01]{1,2}\.?[ ]+[\"“A-Z])"
)
# a number before a small letter begins an item only after a stop, or after more blanks than stand between words
WIDE_GAP = re.compile(r"(?:[ ]{3}|[.;:][ ]+(?:and[ ]+|or[ ]+)?|\t)\Z")
LEADING = ' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000.:;–—-|)*_"“‘[('
# (what may open a section, as most lines of prose cannot; the line without its indent)
LINE_START = r"[ \t\f>*_|•]*+(?=([^a-z\W]|[a-z]{1,7}[ ]?[.)]|[(（#§\[/\\])?)"
LINE = re.compile(LINE_START + r"([^\r\n]*)(?:\r\n?|\n|\Z)")
# the same where there is no \r, in half the time
PLAIN_LINE = re.compile(LINE_START + r"(.*+)(?:\n|\Z)")
LINE_ENDS = re.compile(r"(?:\r\n?|\n|\Z)[ \t]*(?:\r|\n|\Z)")
# what makes `Section 4.3` at the start of a line the end of a broken "pursuant to Section 4.3"
REFERRING = re.compile(
    r"(?:(?:(?:sub-?)?section|article|clause|paragraph|item|part|exhibit|schedule)s?|annex|of|to|in|under|with|by|the|see|per|this|from|at|as|is|are|"
    r"than|which|for|on|least)\Z",
    re.IGNORECASE,
)
REFERRING_SIGNS, LONGEST_REFERRING = frozenset(",§&–—(-"), 12
CODE = re.compile(r"(?:U\.\s?S\.\s?C\.|C\.\s?F\.\s?R\.)\Z", re.IGNORECASE)
LAST_WORD = re.compile(r"(?<!\w)\w*+\Z")
# `Section 9 (Confidentiality) and`: a reference that names the title too
REFERENCE_BEHIND = re.compile(r"[ ]\([A-Z][^()]{3,60}\)[ ,.;]*(?:[a-z]|$)")
