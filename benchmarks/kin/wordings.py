"""How amendments word what they change: one entry per wording, with what it does to the clause.

`{ref}` is the clause as it is cited, `{num}` its printed number, `{head}` its heading, `{new}` new wording, `{old}` and `{words}` words that
are replaced and what takes their place. Every third one is held back: nothing was tuned on it.
"""
# ruff: noqa: E501, ISC004 - a wording stays on the line it is thought on

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """`does` is whole, words, delete, keep (the clause stays as it is) or definition."""

    name: str
    does: str
    text: str
    held: bool


_WHOLE = {
    "deleted in its entirety and replaced": '{ref} of the Agreement is hereby deleted in its entirety and replaced with the following:\n\n"{num} {new}"',
    "amended and restated": "{ref} of the Agreement is hereby amended and restated in its entirety to read as follows:\n\n“{new}”",
    "amended by deleting the text": '{ref} is amended by deleting the text thereof and substituting in lieu thereof the following: "{new}"',
    "inserted in lieu, no quotes": "{ref} of the Agreement shall be deleted and the following shall be inserted in lieu thereof:\n\n{new}",
    "agree to replace": 'The parties agree to replace {ref} with the following:\n\n"{new}"',
    "imperative": 'Delete {ref} and replace with: "{new}"',
    "superseded and replaced, no quotes": "The text of {ref} is superseded and replaced by the following text: {new}",
    "by deleting and inserting a new": 'The Agreement is hereby amended by deleting {ref} in its entirety and inserting in lieu thereof a new {ref} as follows:\n\n"{new}"',
    "replaced in full by the text below": "{ref} of the Agreement is hereby replaced in full by the text below.\n\n    {num}. {new}",
    "effective date first": "Effective as of the Amendment Effective Date, {ref} of the Agreement shall read in its entirety as follows:\n\n“{new}”",
    "striking and substituting": 'The Agreement is hereby amended by striking {ref} thereof and substituting therefor the following: "{new}"',
    "lettered under a lead": 'The Agreement is amended as follows:\n\n(a) {ref} is hereby amended to read in its entirety as follows:\n\n"{new}"',
    "entitled": '{ref} of the Agreement, entitled "{head}", is amended in its entirety to read: "{new}"',
    "existing struck, new substituted": 'Existing {ref} is struck out and the following new {ref} is substituted:\n\n"{new}"',
    "heading in brackets": "{ref} ({head}) of the Agreement is hereby amended and replaced in its entirety with the following: “{new}”",
    "shall now read": "{ref} shall now read as follows:\n\n{new}",
    "restated, without hereby": "{ref} is restated to read:\n\n“{new}”",
    "cancelled and replaced": '{ref} is cancelled and replaced by the following wording: "{new}"',
    "removed and substituted": "{ref} shall be removed from the Agreement and substituted by the following:\n\n‘{new}’",
    "replace heading line": 'Replacement of {ref}. The parties hereby replace {ref} of the Agreement in its entirety with the following: "{new}"',
    "wish to amend": "The parties hereby amend {ref} of the Agreement to read in full as follows:\n\n“{num} {new}”",
    "under a heading of its own": '{head}. {ref} is hereby amended by replacing it in its entirety with the following: "{new}"',
    "notwithstanding": "Notwithstanding anything to the contrary in the Agreement, {ref} is revised to provide as follows: “{new}”",
    "the provisions of": "The provisions of {ref} are hereby deleted and replaced with the following provisions:\n\n{new}",
}
_DELETE = {
    "deleted, no further effect": "{ref} of the Agreement is hereby deleted in its entirety and shall be of no further force or effect.",
    "intentionally omitted": '{ref} of the Agreement is hereby deleted in its entirety and replaced with "[Intentionally Omitted]".',
    "parties hereby delete": "The parties hereby delete {ref} of the Agreement.",
    "reserved": "{ref} is deleted and marked “Reserved”.",
    "shall no longer apply": "{ref} of the Agreement shall be removed in its entirety.",
    "strike": "Strike {ref} of the Agreement in its entirety.",
}
_WORDS = {
    "in the clause, is replaced by": 'In {ref} of the Agreement, "{old}" is replaced by "{words}".',
    "by deleting and inserting": '{ref} of the Agreement is hereby amended by deleting "{old}" and inserting "{words}" in lieu thereof.',
    "by replacing the words with": "{ref} is amended by replacing the words “{old}” with the words “{words}”.",
    "the reference in the clause": 'The reference to "{old}" in {ref} of the Agreement is hereby replaced with "{words}".',
    "the words in the clause are deleted": 'The words "{old}" in {ref} are deleted and the words "{words}" are substituted therefor.',
    "striking the phrase": '{ref} is amended by striking the phrase "{old}" and substituting in its place the phrase "{words}".',
    "the phrase where it appears": 'The phrase "{old}" where it appears in {ref} shall be changed to "{words}".',
    "term deleted and replaced by": "In {ref}, the term “{old}” is hereby deleted and replaced by “{words}”.",
    "imperative words": '{ref}: Delete "{old}" and insert "{words}".',
    "single quotes": "In {ref} the words ‘{old}’ shall be replaced by the words ‘{words}’.",
    "deleting and replacing with": "{ref} of the Agreement shall be amended by deleting the words “{old}” and replacing them with “{words}”.",
    "substituting for": '{ref} is modified by substituting "{words}" for "{old}".',
}
_KEEP = {
    "a new section is added": 'A new Section 99.9 is hereby added to the Agreement immediately after {ref} as follows: "99.9 {new}"',
    "sentence added at the end": '{ref} of the Agreement is hereby amended by adding the following sentence at the end thereof: "{new}"',
    "remains in force": "Except as expressly amended hereby, {ref} and all other provisions of the Agreement remain in full force and effect.",
    "terms have the meaning": "Capitalised terms used in this Amendment have the meaning given to them in {ref} of the Agreement.",
    "pursuant to": "Pursuant to {ref} of the Agreement, the Agreement may be amended by a writing signed by both parties.",
    "for the avoidance of doubt": "For the avoidance of doubt, {ref} of the Agreement is not amended or replaced hereby.",
    "nothing shall modify": "Nothing in this Amendment shall be construed to modify, delete or replace {ref} of the Agreement.",
    "recital of an earlier change": "The parties acknowledge that {ref} was previously discussed and that no replacement of it was agreed.",
    "as amended": "Payments remain due under {ref} of the Agreement, as amended from time to time.",
    "waived until": "Each party waives any breach of {ref} that occurred before the date hereof; this waiver does not amend the Agreement.",
    "own section of this amendment": "Section 2 of this Amendment may be deleted or replaced only in writing; {ref} is unaffected.",
    "if amended": "If {ref} is amended by law, the parties shall negotiate in good faith.",
}
_DEFINITION = {
    "definition of the term": 'The definition of "{term}" in the Agreement is hereby amended to read as follows: ""{term}" means {new}"',
    "the term shall mean": "The term “{term}” as used in the Agreement is hereby replaced and shall mean: {new}",
    "definition deleted and replaced": "The definition of “{term}” set forth in the Agreement is deleted in its entirety and replaced with the following: “{new}”",
}


def _all() -> list[Wording]:
    groups = {"whole": _WHOLE, "delete": _DELETE, "words": _WORDS, "keep": _KEEP, "definition": _DEFINITION}
    return [
        Wording(name, does, text, held=number % 3 == 2)
        for does, group in groups.items()
        for number, (name, text) in enumerate(group.items())
    ]


WORDINGS = _all()

CITED = ("Section {}", "Clause {}", "Section {}", "paragraph {}", "§ {}", "SECTION {}", "Sec. {}", "Article {}")
OPENINGS = (
    'AMENDMENT NO. {n} TO {TITLE}\n\nThis Amendment No. {n} (this "Amendment") is entered into as of {day} by and between {parties}.\n\n'
    'WHEREAS, the parties are party to that certain {Title} dated as of {base} (the "Agreement"); and\n\nNOW, THEREFORE, the parties agree:',
    "{ORD} AMENDMENT\nTO\n{TITLE}\n\nTHIS {ORD} AMENDMENT TO {TITLE} (the “Amendment”) is made this {day}, by and among {parties} with "
    "respect to the {Title} entered into on {base} (as amended, the “Agreement”).\n\nThe parties agree as follows:",
    'AMENDMENT AGREEMENT\n\nThis Amendment Agreement, dated {day}, amends the {Title}, dated {base}, between {parties} (the "Agreement").',
    "ADDENDUM TO {TITLE}\n\nThis Addendum is effective as of {day} and modifies the {Title} between {parties} dated {base} (“Agreement”).",
    "DEED OF VARIATION\n\nDated {day}\n\nbetween\n\n{parties}\n\nBACKGROUND\n\n(A) The parties entered into the {Title} on {base} (the "
    "“Agreement”).\n(B) They wish to vary it as set out below.",
    "AMENDMENT\n\nReference is made to the {Title}, dated as of {base}, by and among {parties} (the “Agreement”). This Amendment is made as of "
    "{day}. The parties hereto agree as follows:",
    "{day}\n\nRe: {Title} dated {base} - Amendment No. {n}\n\nLadies and Gentlemen:\n\nWe refer to the above agreement (the “Agreement”) between "
    "{parties}. By this letter the Agreement is amended as follows with effect from the date of this letter.",
    'Amendment #{n}\nto the\n{Title}\nby and between {parties}\n\nDate: {day}\n\nThe {Title} made as of {base} (the "Agreement") is amended.',
)
DAYS = ("{month} {d}, {y}", "{d} {month} {y}", "{d}{th} day of {month}, {y}", "{m}/{d}/{y}", "{y}-{m:02}-{d:02}", "{month} {d}{th}, {y}")
FOREIGN = {
    "de": (
        "DIENSTLEISTUNGSVERTRAG\n\nzwischen der Alderbrook Werke GmbH, Kiel (nachfolgend „Auftraggeber“), und der Quillmark Handels AG, Bern "
        "(nachfolgend „Auftragnehmer“), vom 15. Januar 2021.",
        "Nachtrag Nr. 1 zum Dienstleistungsvertrag vom 15. Januar 2021\n\nzwischen der Alderbrook Werke GmbH (nachfolgend „Auftraggeber“) und "
        "der Quillmark Handels AG (nachfolgend „Auftragnehmer“)\n\nDieser Nachtrag vom 2. Mai 2024 tritt am 1. Juli 2024 in Kraft.\n\n",
        {
            "§ 7 Abs. 2 wird wie folgt neu gefasst: „(2) Die Haftung ist auf Q900 begrenzt.“": ("7", "part"),
            "§ 7 des Vertrages wird gestrichen.": ("7", "delete"),
            "Ziffer 7 erhält folgende Fassung: „Die Haftung ist auf Q900 begrenzt.“": ("7", "whole"),
            "In § 7 werden die Wörter „EUR 500.000“ durch die Wörter „EUR 900.000“ ersetzt.": ("7", "words"),
            "In Ziffer 7 wird „EUR 500.000“ durch „EUR 900.000“ ersetzt.": ("7", "words"),
            "§ 7 des Vertrages wird durch folgende Regelung ersetzt: „Die Haftung ist auf Q900 begrenzt.“": ("7", "whole"),
            "Ziffer 7 entfällt ersatzlos.": ("7", "delete"),
            "§ 7 bleibt unverändert.": ("7", "keep"),
            "Nach § 7 wird folgender § 7a eingefügt: „Q900“": ("7", "keep"),
            "Im Übrigen bleiben § 7 und alle anderen Bestimmungen des Vertrages in Kraft.": ("7", "keep"),
        },
    ),
    "fr": (
        "CONTRAT DE PRESTATION DE SERVICES\n\nentre Alderbrook Travaux SAS (« le Client ») et Quillmark Négoce SA (« le Prestataire »), en date "
        "du 15 janvier 2021.",
        "AVENANT N° 1 AU CONTRAT DE PRESTATION DE SERVICES\n\nentre Alderbrook Travaux SAS (« le Client ») et Quillmark Négoce SA (« le "
        "Prestataire »)\n\nLe présent avenant, en date du 2 mai 2024, prend effet le 1er juillet 2024 et modifie le Contrat de prestation de "
        "services en date du 15 janvier 2021.\n\n",
        {
            "L'article 7 est remplacé par les dispositions suivantes : « La responsabilité est limitée à Q900. »": ("7", "whole"),
            "L'article 7 du Contrat est supprimé.": ("7", "delete"),
            "L'article 7 est modifié comme suit : « La responsabilité est limitée à Q900. »": ("7", "whole"),
            "À l'article 7, les mots « EUR 500.000 » sont remplacés par les mots « EUR 900.000 ».": ("7", "words"),
            "L'article 7 est abrogé et remplacé par ce qui suit : « La responsabilité est limitée à Q900. »": ("7", "whole"),
            "Dans l'article 7, « EUR 500.000 » est remplacé par « EUR 900.000 ».": ("7", "words"),
            "L'article 7 demeure inchangé.": ("7", "keep"),
            "Il est ajouté après l'article 7 un article 7 bis rédigé comme suit : « Q900 »": ("7", "keep"),
            "Toutes les autres stipulations, dont l'article 7, restent en vigueur.": ("7", "keep"),
        },
    ),
}
